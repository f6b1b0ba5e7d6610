//! Changes of an account: the data about its facility, and the facility code after the designation (指定).

pub mod eligibility;
pub mod link_requests;
pub mod registrations;

use super::facilities::check;
use super::facilities::check::FACILITY_POINTERS;
use super::work::Work;
use crate::db::engine::locks::{self, Lock};
use crate::db::engine::{Conn, Stored};
use crate::db::store::accounts;
use crate::delivery::mail::message::{AccountChanges, Message};
use crate::domain::accounts::AccountRefusal;
use crate::domain::accounts::{Account, FacilityIdentity, Profile};
use crate::domain::audit::AuditAction;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::{Draft, Faults};
use crate::domain::values::postal_code::PostalCode;
use crate::error::Error;

/// A change of an account. Without a code, the account's identity stays the same.
#[derive(Debug, Clone)]
pub struct Change {
    /// The facility code to store after the designation. Later, only a succession can change it.
    pub code: Option<FacilityCode>,
    /// The whole profile after the change.
    pub profile: Profile,
}

/// The parts of a change that could be read.
#[derive(Debug, Clone)]
pub struct ChangeDraft {
    /// The facility code in the form, which may be the account's present code.
    pub code: Option<FacilityCode>,
    /// The postal code in the form.
    pub postal_code: Option<PostalCode>,
    /// The whole change, if every part could be read.
    pub change: Option<Change>,
}

/// Checks a change, and stores it if it has no faults.
///
/// # Errors
/// [`IdentityRefusal::ReauthenticationRequired`], [`Error::Invalid`] with every fault,
/// [`AccountRefusal::FacilityAlreadyDesignated`], and the errors of [`eligibility::ensure_eligible`].
///
/// [`IdentityRefusal::ReauthenticationRequired`]: crate::domain::identity::refusals::IdentityRefusal::ReauthenticationRequired
#[tracing::instrument(skip_all, level = "debug")]
pub fn change(work: &mut Work<'_>, mut draft: Draft<ChangeDraft>) -> Result<Account, Error> {
    let (now, principal) = (work.now(), work.actor.principal()?);
    principal.ensure_recently_authenticated(now)?;
    let account = &principal.account;
    draft.examine(|draft, faults| examine(work.conn, account, draft, faults))?;
    let change = draft.finish(|draft| draft.change)?;
    match &change.code {
        Some(code) => designate(work, account, code, &change.profile)?,
        None => accounts::update_profile(work.conn, account.id, &change.profile, now)?,
    }
    work.audit(AuditAction::AccountChanged, &account.id, None)?;
    let changed = accounts::find(work.conn, account.id)?
        .ok_or_else(|| Error::internal("an account was not found after its change"))?;
    notify(work, account, &changed)?;
    Ok(changed)
}

/// Mails the owner what was changed, if anything was.
fn notify(work: &mut Work<'_>, before: &Account, after: &Account) -> Result<(), Error> {
    let (old, new) = (&before.profile, &after.profile);
    let changes = AccountChanges {
        code: before.identity != after.identity,
        facility: old.facility != new.facility,
        founder: old.founder != new.founder,
        contact: old.contact != new.contact,
    };
    if changes == AccountChanges::default() {
        return Ok(());
    }
    let facility_name = new.facility.name.to_string();
    let message = Message::AccountChanged { facility_name, at: work.now(), changes };
    work.mail(&after.email, Some(after.id), &message)
}

/// Checks the facility code and the postal code of the form against the facility list, and notes the faults. A
/// value that the form does not have is not checked.
fn examine(
    conn: &mut Conn,
    account: &Account,
    draft: &ChangeDraft,
    faults: &mut Faults,
) -> Result<(), Error> {
    let (code, present_code) = (draft.code.as_ref(), account.identity.code());
    let new_code = code.filter(|code| present_code != Some(*code));
    let mut found =
        check::faults(conn, FACILITY_POINTERS, code.or(present_code), draft.postal_code.as_ref())?;
    // A facility that is no longer listed may still change its other data, such as its telephone number.
    found.retain(|fault| fault.fault != Fault::FacilityDelisted || new_code.is_some());
    faults.extend(found);
    if new_code.is_some_and(|code| code.kind() != account.identity.kind()) {
        faults.add(FACILITY_POINTERS.code, Fault::KindMismatch);
    }
    Ok(())
}

/// Stores the facility code that a facility got by its designation.
fn designate(
    work: &mut Work<'_>,
    account: &Account,
    code: &FacilityCode,
    profile: &Profile,
) -> Result<(), Error> {
    match &account.identity {
        FacilityIdentity::Designated(_) => return Err(AccountRefusal::FacilityAlreadyDesignated.into()),
        FacilityIdentity::Applying { .. } => {
            locks::acquire(work.conn, &[Lock::Facility(code)])?;
            let identity = FacilityIdentity::Designated(code.clone());
            eligibility::ensure_eligible(work.conn, &identity)?.audit(work, account.id)?;
        }
    }
    match accounts::update_facility(work.conn, account.id, code, profile, work.call.now)? {
        Stored::Yes => Ok(()),
        Stored::Taken => Err(AccountRefusal::FacilityHasAccount.into()),
    }
}
