//! Registration (アカウント登録): an address is given, a link is mailed, the form is filled in, the
//! account exists at once.

use uuid::Uuid;

use super::eligibility;
use crate::db::engine::Stored;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts;
use crate::db::store::identity::links as stored_links;
use crate::delivery::mail::message::{FacilityNumber, Message};
use crate::domain::accounts::AccountRefusal;
use crate::domain::accounts::{Account, FacilityIdentity, Profile};
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::LinkPurpose;
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::AccountId;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::facilities::check;
use crate::usecases::identity::links;
use crate::usecases::work::Work;

/// Takes an address. The caller learns nothing of whether it has an account: a free address gets
/// the link, the owner of a taken one the ways to log in, recover and succeed.
#[tracing::instrument(skip_all, level = "debug")]
pub fn request(work: &mut Work<'_>, email: &EmailAddress) -> Result<(), Error> {
    if let Some(owner) = accounts::find_by_email(work.conn, email)? {
        let portal = work.policy.portal.url.clone();
        let message = Message::AddressTaken { login_url: portal.clone(), recovery_url: portal };
        work.mail(&owner.email, Some(owner.id), &message)?;
        return work.audit(None, AuditAction::RegistrationRequestedForTakenAddress, &owner.id, None);
    }
    let (link, url) = links::make(work, LinkPurpose::Registration, email, None)?;
    work.mail(email, None, &Message::ProvisionalRegistration { link: url, expires_at: link.expires_at })?;
    work.audit(None, AuditAction::RegistrationRequested, &link.id, None)
}

/// What the registration form holds once everything in it is read.
#[derive(Debug, Clone)]
pub struct Registration {
    /// The mailed link's token.
    pub token: OpaqueToken,
    /// By what the facility is known.
    pub identity: FacilityIdentity,
    /// What the account states of it.
    pub profile: Profile,
}

/// Creates the account and uses up the link. A rehearsal needs no password hash.
///
/// # Errors
/// The link's problems, [`AccountRefusal::EmailTaken`], those of [`eligibility::may_register`],
/// [`Error::Invalid`] with what the facility list says against the form.
#[tracing::instrument(skip_all, level = "debug")]
pub fn complete(
    work: &mut Work<'_>,
    form: Registration,
    password_hash: Option<&PasswordHash>,
) -> Result<Account, Error> {
    let now = work.now();
    let link = links::look(work.conn, LinkPurpose::Registration, &form.token, now)?;
    let code = form.identity.code();
    let mut locks = vec![Lock::Address(&link.email)];
    locks.extend(code.map(Lock::Facility));
    locks::hold(work.conn, &locks)?;
    // Another link of the same address may have been used while this one waited.
    let link = links::look(work.conn, LinkPurpose::Registration, &form.token, now)?;
    let faults =
        check::faults(work.conn, check::OF_FACILITY, code, code.map(|_| &form.profile.facility.postal_code))?;
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    if accounts::find_by_email(work.conn, &link.email)?.is_some() {
        return Err(AccountRefusal::EmailTaken.into());
    }
    eligibility::may_register(work.conn, &form.identity)?;
    let account = Account {
        id: AccountId::from_uuid(Uuid::new_v4()),
        email: link.email.clone(),
        identity: form.identity,
        profile: form.profile,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    if accounts::insert(work.conn, &account, password_hash)? == Stored::Taken {
        return Err(AccountRefusal::FacilityHasAccount.into());
    }
    stored_links::use_up(work.conn, &link, now)?;
    work.mail(&account.email, Some(account.id), &created(&account))?;
    work.audit(Some(account.id), AuditAction::AccountCreated, &account.id, None)?;
    Ok(account)
}

fn created(account: &Account) -> Message {
    let shown = account.identity.shown();
    Message::AccountCreated {
        facility_name: account.profile.facility.name.to_string(),
        facility_number: match account.identity {
            FacilityIdentity::Designated(_) => FacilityNumber::Code(shown),
            FacilityIdentity::Applying { .. } => FacilityNumber::DesignationReceipt(shown),
        },
    }
}
