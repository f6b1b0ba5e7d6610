//! Successions (承継届出): a facility's rights and duties pass from its old code to a new one. The facility files the
//! succession with the account of its old code. An acceptance is one transaction.

mod acceptance;
mod draft;
mod successor;
mod waiting;

use uuid::Uuid;

use crate::db::engine::locks::{self, Lock};
use crate::db::engine::{Conn, Stored};
use crate::db::store::filings::successions;
use crate::delivery::mail::message::{Message, SuccessionFacts};
use crate::domain::accounts::Account;
use crate::domain::audit::AuditAction;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::successions::{Succession, SuccessionEvent, SuccessionForm, SuccessionStatus};
use crate::domain::values::calendar::{Instant, japan_day};
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::faults::Draft;
use crate::domain::values::ids::SuccessionId;
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::error::Error;
use crate::usecases::actor::Actor;
use crate::usecases::work::Work;

pub use self::draft::SuccessionDraft;
pub use self::waiting::{Tried, carry_on_next};

/// Finds a succession that the actor's account filed.
///
/// # Errors
/// [`Error::NotFound`], also for a succession of another account.
#[tracing::instrument(skip_all, level = "debug")]
pub fn find(conn: &mut Conn, actor: &Actor, id: SuccessionId, now: Instant) -> Result<Succession, Error> {
    let found = successions::find(conn, id, actor.principal()?.account.id)?.ok_or(Error::NotFound)?;
    Ok(found.as_of(japan_day(now)))
}

/// Files a succession. If the facility list does not have the successor yet, the succession waits. If the list has
/// it, the succession is accepted at once or reviewed by staff, depending on the review mode. Staff also review it if
/// another facility was succeeded by the same code, or if nothing in the facility list suggests that the successor
/// continues the predecessor.
///
/// # Errors
/// [`IdentityRefusal::ReauthenticationRequired`](crate::domain::identity::refusals::IdentityRefusal::ReauthenticationRequired),
/// [`Error::Invalid`] with every fault of the form, [`FilingRefusal::SuccessionExists`],
/// [`FilingRefusal::SuccessorHasAccount`], [`FilingRefusal::SuccessorIsPredecessor`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn file(work: &mut Work<'_>, draft: Draft<SuccessionDraft>) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    principal.ensure_recently_authenticated(now)?;
    let predecessor_code = principal.facility_code()?.clone();
    let form = draft::checked_form(work, principal, draft)?;
    lock_codes(work.conn, &predecessor_code, &form)?;
    make_room(work, &predecessor_code)?;
    let claim = successor::claim(work.conn, &form.successor.facility_code)?;
    let mut succession = Succession {
        id: SuccessionId::from_uuid(Uuid::new_v4()),
        account_id: principal.account.id,
        predecessor_code,
        receipt_number: ReceiptNumber::from_random(rand::random()),
        status: SuccessionStatus::Submitted,
        form,
        review: None,
        version: 1,
        created_at: now,
        updated_at: now,
        accepted_at: None,
    };
    successor::advance(work, &mut succession, claim)?;
    if successions::insert(work.conn, &succession)? == Stored::Taken {
        return Err(FilingRefusal::SuccessionExists.into());
    }
    work.audit(AuditAction::SuccessionFiled, &succession.id, None)?;
    mail_received(work, &principal.account, &succession)?;
    acceptance::transfer_if_accepted(work, &principal.account, &succession)?;
    Ok(succession)
}

/// Refuses a second live succession of a facility. A succession that has lapsed is stored as lapsed and counts no more.
fn make_room(work: &mut Work<'_>, predecessor: &FacilityCode) -> Result<(), Error> {
    let Some(live) = successions::find_live_from(work.conn, predecessor)? else { return Ok(()) };
    let live = live.as_of(japan_day(work.now()));
    if live.status != SuccessionStatus::Lapsed {
        return Err(FilingRefusal::SuccessionExists.into());
    }
    store(work, &live)?;
    work.audit(AuditAction::SuccessionLapsed, &live.id, None)
}

/// The status of a succession after an event of its facility.
///
/// # Errors
/// [`FilingRefusal::SuccessionLapsed`], [`FilingRefusal::StatusForbids`].
fn status_after(current: &Succession, event: SuccessionEvent) -> Result<SuccessionStatus, FilingRefusal> {
    current.status.after(event).ok_or(match current.status {
        SuccessionStatus::Lapsed => FilingRefusal::SuccessionLapsed,
        _ => FilingRefusal::StatusForbids,
    })
}

/// Corrects a succession that is submitted, waiting or returned.
///
/// # Errors
/// The errors of [`file()`] except [`FilingRefusal::SuccessionExists`], and [`FilingRefusal::StatusForbids`];
/// [`FilingRefusal::SuccessionLapsed`] after the due date of a return.
#[tracing::instrument(skip_all, level = "debug")]
pub fn revise(
    work: &mut Work<'_>,
    current: Succession,
    draft: Draft<SuccessionDraft>,
) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    principal.ensure_recently_authenticated(now)?;
    let status = status_after(&current, SuccessionEvent::Revise);
    // If the form already has faults, they are reported first, even if the status forbids the change.
    if draft.is_faultless() {
        status?;
    }
    let form = draft::checked_form(work, principal, draft)?;
    let status = status?;
    lock_codes(work.conn, &current.predecessor_code, &form)?;
    let claim = successor::claim(work.conn, &form.successor.facility_code)?;
    let version = current.version + 1;
    let mut succession = Succession { status, form, review: None, version, updated_at: now, ..current };
    successor::advance(work, &mut succession, claim)?;
    store(work, &succession)?;
    work.audit(AuditAction::SuccessionRevised, &succession.id, None)?;
    mail_received(work, &principal.account, &succession)?;
    acceptance::transfer_if_accepted(work, &principal.account, &succession)?;
    Ok(succession)
}

/// Withdraws a succession that is not accepted yet.
///
/// # Errors
/// [`FilingRefusal::StatusForbids`] if it is accepted, rejected or withdrawn; [`FilingRefusal::SuccessionLapsed`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn withdraw(work: &mut Work<'_>, current: Succession) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    let status = status_after(&current, SuccessionEvent::Withdraw)?;
    let succession = Succession { status, version: current.version + 1, updated_at: now, ..current };
    store(work, &succession)?;
    work.audit(AuditAction::SuccessionWithdrawn, &succession.id, None)?;
    let message = Message::SuccessionWithdrawn { facts: facts(&principal.account, &succession) };
    work.mail(&principal.account.email, Some(principal.account.id), &message)?;
    Ok(succession)
}

/// Locks both codes until this transaction ends.
fn lock_codes(conn: &mut Conn, predecessor: &FacilityCode, form: &SuccessionForm) -> Result<(), Error> {
    locks::acquire(conn, &[Lock::Facility(predecessor), Lock::Facility(&form.successor.facility_code)])
}

fn store(work: &mut Work<'_>, succession: &Succession) -> Result<(), Error> {
    match successions::update(work.conn, succession)? {
        Stored::Yes => Ok(()),
        Stored::Taken => Err(FilingRefusal::SuccessionExists.into()),
    }
}

/// Mails the facility that its succession was received. A succession that is accepted at once gets the mail of the
/// acceptance instead.
fn mail_received(work: &mut Work<'_>, account: &Account, succession: &Succession) -> Result<(), Error> {
    if succession.status == SuccessionStatus::Accepted {
        return Ok(());
    }
    let waiting_for_master = succession.status == SuccessionStatus::WaitingForMaster;
    let message = Message::SuccessionReceived { facts: facts(account, succession), waiting_for_master };
    work.mail(&account.email, Some(account.id), &message)
}

fn facts(account: &Account, succession: &Succession) -> SuccessionFacts {
    SuccessionFacts {
        predecessor_name: account.profile.facility.name.to_string(),
        predecessor_code: succession.predecessor_code.to_string(),
        successor_name: succession.form.successor.name.to_string(),
        successor_code: succession.form.successor.facility_code.to_string(),
        receipt_number: succession.receipt_number.to_string(),
    }
}
