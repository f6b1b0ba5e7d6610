//! The acceptance of a succession: rights and duties pass to the new code.

use uuid::Uuid;

use super::facts;
use crate::db::engine::Stored;
use crate::db::store::accounts;
use crate::db::store::filings::{declarations, postal_items};
use crate::delivery::mail::message::Message;
use crate::domain::accounts::{Account, FacilityDetails, FormerFacility, Profile};
use crate::domain::audit::AuditAction;
use crate::domain::filings::declarations::Declaration;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::successions::{Succession, SuccessionForm, SuccessionStatus};
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::{AccountId, PostalItemId};
use crate::error::Error;
use crate::usecases::work::Work;

/// Passes rights and duties to the new code if the succession is accepted: stores the old identity as a former
/// facility, gives the account and the declarations the new code, and queues the mail and the posted guidance.
pub(super) fn transfer_if_accepted(
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
    drop_own_code_from_others(work, account.id, &successor.facility_code)?;
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

/// Drops the new code from the other facilities that the live declarations name: it is now the facility's own. Each
/// change is a revision, so that the history shows what was declared.
fn drop_own_code_from_others(
    work: &mut Work<'_>,
    account: AccountId,
    own_code: &FacilityCode,
) -> Result<(), Error> {
    for declaration in declarations::list_live(work.conn, own_code)? {
        let mut content = declaration.content.clone();
        content.other_facility_codes.retain(|other| other != own_code);
        if content == declaration.content {
            continue;
        }
        let revised = Declaration {
            content,
            revision: declaration.revision + 1,
            version: declaration.version + 1,
            updated_at: work.now(),
            ..declaration
        };
        declarations::update(work.conn, &revised)?;
        declarations::insert_revision(work.conn, &revised, account)?;
        work.audit(AuditAction::DeclarationRevised, &revised.id, None)?;
    }
    Ok(())
}
