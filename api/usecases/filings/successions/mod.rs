//! Successions (承継届出): filed with the old code's account, accepted in one transaction.

mod draft;

use chrono::Duration;
use uuid::Uuid;

use crate::db::engine::locks::{self, Lock};
use crate::db::engine::{Conn, Stored, savepoint};
use crate::db::store::filings::{declarations, postal_items, successions};
use crate::db::store::{accounts, facilities};
use crate::delivery::mail::message::{Message, SuccessionFacts};
use crate::domain::accounts::{Account, FacilityDetails, FormerFacility, Profile};
use crate::domain::audit::AuditAction;
use crate::domain::facilities::ListedFacility;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::reviews::{ReturnReason, Review, ReviewMode};
use crate::domain::filings::successions::{
    CORRECTION_DAYS, Succession, SuccessionEvent, SuccessionForm, SuccessionStatus,
};
use crate::domain::values::calendar::japan_day;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::faults::{Draft, FieldFault};
use crate::domain::values::ids::{PostalItemId, SuccessionId};
use crate::domain::values::lang::Lang;
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::error::{Error, chain};
use crate::usecases::actor::Actor;
use crate::usecases::facilities::check;
use crate::usecases::facilities::check::OF_SUCCESSOR;
use crate::usecases::work::Work;

pub use self::draft::SuccessionDraft;

/// Waiting successions that are carried on in one transaction at most.
const CARRIED_ON: i64 = 100;

/// The actor's succession; anybody else's does not exist for it.
///
/// # Errors
/// [`Error::NotFound`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn find(conn: &mut Conn, actor: &Actor, id: SuccessionId) -> Result<Succession, Error> {
    successions::find(conn, id, actor.authority()?.account.id)?.ok_or(Error::NotFound)
}

/// Files a succession; it is accepted at once if the list has the successor, else it waits.
///
/// # Errors
/// [`Error::Invalid`] with every fault of the form, [`FilingRefusal::SuccessionExists`] and the
/// refusals of a successor that belongs to somebody else.
#[tracing::instrument(skip_all, level = "debug")]
pub fn file(work: &mut Work<'_>, draft: Draft<SuccessionDraft>) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.authority()?);
    let predecessor_code = principal.facility_code()?.clone();
    let form = draft::examined(work, principal, draft)?;
    hold_codes(work.conn, &predecessor_code, &form)?;
    if successions::find_live_from(work.conn, &predecessor_code)?.is_some() {
        return Err(FilingRefusal::SuccessionExists.into());
    }
    successor_is_free(work.conn, &form, None)?;
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
    go_on(work, &mut succession, listed.is_some());
    if successions::insert(work.conn, &succession)? == Stored::Taken {
        return Err(FilingRefusal::SuccessorTaken.into());
    }
    work.audit(AuditAction::SuccessionFiled, &succession.id, None)?;
    mail_received(work, &principal.account, &succession)?;
    pass_if_accepted(work, &principal.account, &succession)?;
    Ok(succession)
}

/// Corrects a succession that is not accepted yet.
///
/// # Errors
/// As [`file()`], and [`FilingRefusal::StatusForbids`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn revise(
    work: &mut Work<'_>,
    current: Succession,
    draft: Draft<SuccessionDraft>,
) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.authority()?);
    let status = current.status.after(SuccessionEvent::Revise).ok_or(FilingRefusal::StatusForbids);
    if draft.is_faultless() {
        status?;
    }
    let form = draft::examined(work, principal, draft)?;
    let status = status?;
    hold_codes(work.conn, &current.predecessor_code, &form)?;
    successor_is_free(work.conn, &form, Some(current.id))?;
    let version = current.version + 1;
    let mut succession = Succession { status, form, review: None, version, updated_at: now, ..current };
    let listed = find_listed(work.conn, &succession)?;
    go_on(work, &mut succession, listed.is_some());
    store(work, &succession)?;
    work.audit(AuditAction::SuccessionRevised, &succession.id, None)?;
    mail_received(work, &principal.account, &succession)?;
    pass_if_accepted(work, &principal.account, &succession)?;
    Ok(succession)
}

/// Takes a succession back, which can be done until it is accepted.
///
/// # Errors
/// [`FilingRefusal::StatusForbids`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn withdraw(work: &mut Work<'_>, current: Succession) -> Result<Succession, Error> {
    let (now, principal) = (work.now(), work.actor.authority()?);
    let status = current.status.after(SuccessionEvent::Withdraw).ok_or(FilingRefusal::StatusForbids)?;
    let succession = Succession { status, version: current.version + 1, updated_at: now, ..current };
    store(work, &succession)?;
    work.audit(AuditAction::SuccessionWithdrawn, &succession.id, None)?;
    let message = Message::SuccessionWithdrawn { facts: facts(&principal.account, &succession) };
    work.mail(&principal.account.email, Some(principal.account.id), &message)?;
    Ok(succession)
}

/// Carries on successions whose successor the list has by now, and says how many went on. One that
/// fails waits for the next run; the others are carried on.
#[tracing::instrument(skip_all, level = "debug")]
pub fn carry_on_ready(work: &mut Work<'_>) -> Result<usize, Error> {
    let (call, actor, policy) = (work.call, work.actor, work.policy);
    let mut carried_on = 0;
    for succession in successions::list_ready(work.conn, CARRIED_ON)? {
        let id = succession.id;
        let part =
            savepoint(work.conn, |conn| carry_on(&mut Work::new(conn, call, actor, policy), &succession));
        match part {
            Ok(Some(_)) => carried_on += 1,
            // Its facility changed or withdrew it first.
            Ok(None) => {}
            Err(error) => tracing::error!(%id, error = %chain(&error), "a succession cannot be carried on"),
        }
    }
    Ok(carried_on)
}

/// Carries on a succession whose successor an import has brought; `None` if it was changed or
/// withdrawn since it was read.
#[tracing::instrument(skip_all, level = "debug")]
pub fn carry_on(work: &mut Work<'_>, waiting: &Succession) -> Result<Option<Succession>, Error> {
    let now = work.now();
    locks::hold(work.conn, &[Lock::Account(waiting.account_id)])?;
    hold_codes(work.conn, &waiting.predecessor_code, &waiting.form)?;
    let current = successions::find(work.conn, waiting.id, waiting.account_id)?;
    let Some(current) = current.filter(|current| current.version == waiting.version) else { return Ok(None) };
    let account = accounts::find(work.conn, current.account_id)?
        .ok_or_else(|| Error::internal("a succession without an account"))?;
    let listed =
        find_listed(work.conn, &current)?.ok_or_else(|| Error::internal("the list lost a facility"))?;
    let faults = check::faults_of_listed(OF_SUCCESSOR, &listed, Some(&current.form.successor.postal_code));
    let mut succession = Succession { version: current.version + 1, updated_at: now, ..current };
    if !faults.is_empty() || accounts::find_by_facility(work.conn, &listed.code)?.is_some() {
        return send_back(work, &account, succession, &faults).map(Some);
    }
    go_on(work, &mut succession, true);
    store(work, &succession)?;
    pass_if_accepted(work, &account, &succession)?;
    Ok(Some(succession))
}

/// The list contradicts the form: the facility is asked to correct it.
fn send_back(
    work: &mut Work<'_>,
    account: &Account,
    mut succession: Succession,
    faults: &[FieldFault],
) -> Result<Succession, Error> {
    let now = work.now();
    let due = japan_day(now) + Duration::days(CORRECTION_DAYS);
    let reason = ReturnReason::SuccessorNotAsListed;
    succession.status =
        succession.status.after(SuccessionEvent::Return).ok_or(FilingRefusal::StatusForbids)?;
    let fields = if faults.is_empty() {
        vec![OF_SUCCESSOR.code.to_owned()]
    } else {
        faults.iter().map(|fault| fault.pointer.clone()).collect()
    };
    succession.review = Some(Review { at: now, message: None, reason: Some(reason), fields, due: Some(due) });
    store(work, &succession)?;
    work.audit(AuditAction::SuccessionReturned, &succession.id, None)?;
    let message = Message::SuccessionReturned {
        facts: facts(account, &succession),
        reason: reason.text(Lang::Ja).to_owned(),
        due,
    };
    work.mail(&account.email, Some(account.id), &message)?;
    Ok(succession)
}

/// Whether nobody else has or wants the successor's code.
fn successor_is_free(conn: &mut Conn, form: &SuccessionForm, own: Option<SuccessionId>) -> Result<(), Error> {
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

fn find_listed(conn: &mut Conn, succession: &Succession) -> Result<Option<ListedFacility>, Error> {
    let listed = facilities::find(conn, &succession.form.successor.facility_code)?;
    Ok(listed.filter(|listed| listed.delisted_at.is_none()))
}

/// The next status of a complete succession.
fn go_on(work: &Work<'_>, succession: &mut Succession, is_listed: bool) {
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

/// Nobody else decides about either code until this transaction ends.
fn hold_codes(conn: &mut Conn, predecessor: &FacilityCode, form: &SuccessionForm) -> Result<(), Error> {
    locks::hold(conn, &[Lock::Facility(predecessor), Lock::Facility(&form.successor.facility_code)])
}

fn store(work: &mut Work<'_>, succession: &Succession) -> Result<(), Error> {
    match successions::update(work.conn, succession)? {
        Stored::Yes => Ok(()),
        Stored::Taken => Err(FilingRefusal::SuccessorTaken.into()),
    }
}

/// Rights and duties pass: the old identity becomes history, declarations move, the account speaks
/// for the new code, the mail and the letter are queued.
fn pass_if_accepted(work: &mut Work<'_>, account: &Account, succession: &Succession) -> Result<(), Error> {
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

/// The profile under the new code. The form has no reading of the name: the old one stays until
/// the facility corrects it.
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

/// Mails that the succession was received. One that is accepted at once has a mail of its own.
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
