//! Successions (承継届出): a facility's rights and duties pass from its old code to a new one. The facility files the
//! succession with the account of its old code. An acceptance is one transaction.

mod draft;
mod waiting;

use uuid::Uuid;

use crate::db::engine::locks::{self, Lock};
use crate::db::engine::{Conn, Stored};
use crate::db::store::filings::{declarations, postal_items, successions};
use crate::db::store::{accounts, facilities};
use crate::delivery::mail::message::{Message, SuccessionFacts};
use crate::domain::accounts::{Account, FacilityDetails, FormerFacility, Profile};
use crate::domain::audit::AuditAction;
use crate::domain::facilities::ListedFacility;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::reviews::ReviewMode;
use crate::domain::filings::successions::{Succession, SuccessionEvent, SuccessionForm, SuccessionStatus};
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::faults::Draft;
use crate::domain::values::ids::{PostalItemId, SuccessionId};
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
pub fn find(conn: &mut Conn, actor: &Actor, id: SuccessionId) -> Result<Succession, Error> {
    successions::find(conn, id, actor.principal()?.account.id)?.ok_or(Error::NotFound)
}

/// Files a succession. If the facility list does not have the successor yet, the succession waits. If the list has
/// it, the succession is accepted at once or reviewed by staff, depending on the review mode.
///
/// # Errors
/// [`IdentityRefusal::ReauthenticationRequired`](crate::domain::identity::refusals::IdentityRefusal::ReauthenticationRequired),
/// [`Error::Invalid`] with every fault of the form, [`FilingRefusal::SuccessionExists`],
/// [`FilingRefusal::SuccessorHasAccount`], [`FilingRefusal::SuccessorIsPredecessor`],
/// [`FilingRefusal::SuccessorTaken`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn file(work: &mut Work<'_>, draft: Draft<SuccessionDraft>) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    principal.ensure_recently_authenticated(now)?;
    let predecessor_code = principal.facility_code()?.clone();
    let form = draft::checked_form(work, principal, draft)?;
    lock_codes(work.conn, &predecessor_code, &form)?;
    if successions::find_live_from(work.conn, &predecessor_code)?.is_some() {
        return Err(FilingRefusal::SuccessionExists.into());
    }
    check_successor_is_free(work.conn, &form, None)?;
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
    let listed = find_listed(work.conn, &succession)?;
    advance(work, &mut succession, listed.is_some());
    if successions::insert(work.conn, &succession)? == Stored::Taken {
        return Err(FilingRefusal::SuccessorTaken.into());
    }
    work.audit(AuditAction::SuccessionFiled, &succession.id, None)?;
    mail_received(work, &principal.account, &succession)?;
    transfer_if_accepted(work, &principal.account, &succession)?;
    Ok(succession)
}

/// Corrects a succession that is submitted, waiting or returned.
///
/// # Errors
/// The errors of [`file()`] except [`FilingRefusal::SuccessionExists`], and [`FilingRefusal::StatusForbids`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn revise(
    work: &mut Work<'_>,
    current: Succession,
    draft: Draft<SuccessionDraft>,
) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    principal.ensure_recently_authenticated(now)?;
    let status = current.status.after(SuccessionEvent::Revise).ok_or(FilingRefusal::StatusForbids);
    // If the form already has faults, they are reported first, even if the status forbids the change.
    if draft.is_faultless() {
        status?;
    }
    let form = draft::checked_form(work, principal, draft)?;
    let status = status?;
    lock_codes(work.conn, &current.predecessor_code, &form)?;
    check_successor_is_free(work.conn, &form, Some(current.id))?;
    let version = current.version + 1;
    let mut succession = Succession { status, form, review: None, version, updated_at: now, ..current };
    let listed = find_listed(work.conn, &succession)?;
    advance(work, &mut succession, listed.is_some());
    store(work, &succession)?;
    work.audit(AuditAction::SuccessionRevised, &succession.id, None)?;
    mail_received(work, &principal.account, &succession)?;
    transfer_if_accepted(work, &principal.account, &succession)?;
    Ok(succession)
}

/// Withdraws a succession that is not accepted yet.
///
/// # Errors
/// [`FilingRefusal::StatusForbids`] if it is accepted, rejected or withdrawn.
#[tracing::instrument(skip_all, level = "debug")]
pub fn withdraw(work: &mut Work<'_>, current: Succession) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    let status = current.status.after(SuccessionEvent::Withdraw).ok_or(FilingRefusal::StatusForbids)?;
    let succession = Succession { status, version: current.version + 1, updated_at: now, ..current };
    store(work, &succession)?;
    work.audit(AuditAction::SuccessionWithdrawn, &succession.id, None)?;
    let message = Message::SuccessionWithdrawn { facts: facts(&principal.account, &succession) };
    work.mail(&principal.account.email, Some(principal.account.id), &message)?;
    Ok(succession)
}

/// Refuses a successor whose code another account or another live succession has. `own` is the succession that is
/// being corrected.
fn check_successor_is_free(
    conn: &mut Conn,
    form: &SuccessionForm,
    own: Option<SuccessionId>,
) -> Result<(), Error> {
    let code = &form.successor.facility_code;
    if accounts::find_by_facility(conn, code)?.is_some() {
        return Err(FilingRefusal::SuccessorHasAccount.into());
    }
    if accounts::exists_former(conn, code)? || successions::find_live_from(conn, code)?.is_some() {
        return Err(FilingRefusal::SuccessorIsPredecessor.into());
    }
    match successions::find_live_to(conn, code)? {
        Some(other) if Some(other.id) != own => Err(FilingRefusal::SuccessorTaken.into()),
        _ => Ok(()),
    }
}

/// The successor in the facility list; `None` if it is missing or delisted.
fn find_listed(conn: &mut Conn, succession: &Succession) -> Result<Option<ListedFacility>, Error> {
    let listed = facilities::find(conn, &succession.form.successor.facility_code)?;
    Ok(listed.filter(|listed| listed.delisted_at.is_none()))
}

/// Gives a submitted or waiting succession its next status.
fn advance(work: &Work<'_>, succession: &mut Succession, is_listed: bool) {
    let event = match (is_listed, work.policy.review) {
        (false, _) => SuccessionEvent::Wait,
        (true, ReviewMode::Staff) => SuccessionEvent::TakeUp,
        (true, ReviewMode::Automatic) => SuccessionEvent::Accept,
    };
    if let Some(status) = succession.status.after(event) {
        succession.status = status;
    }
    if succession.status == SuccessionStatus::Accepted {
        succession.accepted_at = Some(work.now());
    }
}

/// Locks both codes until this transaction ends.
fn lock_codes(conn: &mut Conn, predecessor: &FacilityCode, form: &SuccessionForm) -> Result<(), Error> {
    locks::acquire(conn, &[Lock::Facility(predecessor), Lock::Facility(&form.successor.facility_code)])
}

fn store(work: &mut Work<'_>, succession: &Succession) -> Result<(), Error> {
    match successions::update(work.conn, succession)? {
        Stored::Yes => Ok(()),
        Stored::Taken => Err(FilingRefusal::SuccessorTaken.into()),
    }
}

/// Passes rights and duties to the new code if the succession is accepted: stores the old identity as a former
/// facility, gives the account and the declarations the new code, and queues the mail and the posted guidance.
fn transfer_if_accepted(
    work: &mut Work<'_>,
    account: &Account,
    succession: &Succession,
) -> Result<(), Error> {
    if succession.status != SuccessionStatus::Accepted {
        return Ok(());
    }
    let now = work.now();
    let successor = &succession.form.successor;
    let former = FormerFacility {
        facility_code: succession.predecessor_code.clone(),
        profile: account.profile.clone(),
        until: now,
    };
    accounts::insert_former(work.conn, account.id, succession.id, &former)?;
    let profile = profile_after(account, &succession.form);
    if accounts::update_facility(work.conn, account.id, &successor.facility_code, &profile, now)?
        == Stored::Taken
    {
        return Err(FilingRefusal::SuccessorHasAccount.into());
    }
    declarations::update_facility(work.conn, &succession.predecessor_code, &successor.facility_code, now)?;
    let letter = PostalItemId::from_uuid(Uuid::new_v4());
    postal_items::insert_guidance(work.conn, letter, succession.id, &succession.form.guidance_address, now)?;
    let message = Message::SuccessionAccepted { facts: facts(account, succession) };
    work.mail(&account.email, Some(account.id), &message)?;
    let codes = serde_json::json!({ "from": succession.predecessor_code, "to": successor.facility_code });
    work.audit(AuditAction::SuccessionAccepted, &succession.id, Some(codes))
}

/// The profile under the new code. The form has no reading (フリガナ) of the name, so the account keeps the old
/// reading until the facility corrects it.
fn profile_after(account: &Account, form: &SuccessionForm) -> Profile {
    Profile {
        facility: FacilityDetails {
            name: form.successor.name.clone(),
            name_kana: account.profile.facility.name_kana.clone(),
            postal_code: form.successor.postal_code.clone(),
            address: form.successor.address.clone(),
            phone: form.successor.phone.clone(),
        },
        founder: form.successor_founder.clone(),
        contact: form.contact.clone(),
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
