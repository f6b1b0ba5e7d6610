//! Registration (アカウント登録): the service mails a link to an address. It creates the account when it receives the
//! form with the link's token.

use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::eligibility;
use crate::db::engine::{Conn, Stored};
use crate::db::store::accounts;
use crate::db::store::identity::links as stored_links;
use crate::delivery::mail::message::{FacilityNumber, Message};
use crate::domain::accounts::AccountRefusal;
use crate::domain::accounts::{Account, FacilityIdentity, Profile};
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::{Link, LinkPurpose, LinkState};
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::identity::passwords;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::faults::{Draft, Faults};
use crate::domain::values::ids::AccountId;
use crate::domain::values::postal_code::PostalCode;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::facilities::check;
use crate::usecases::identity::links::{self, NewLink};
use crate::usecases::work::Work;

/// Answers a request for a registration: mails a registration link to the address. If the address has an account, its
/// owner gets a mail that explains how to log in, to recover the password and to file a succession instead.
#[tracing::instrument(skip_all, level = "debug")]
pub fn answer(work: &mut Work<'_>, email: &EmailAddress) -> Result<(), Error> {
    if let Some(owner) = accounts::find_by_email(work.conn, email)? {
        let portal = work.policy.portal.url.clone();
        let message = Message::AddressTaken { login_url: portal.clone(), recovery_url: portal };
        work.mail(&owner.email, Some(owner.id), &message)?;
        return work.audit(AuditAction::RegistrationRequestedForTakenAddress, &owner.id, None);
    }
    let NewLink { link, url, mail } = links::create(work, LinkPurpose::Registration, email, None)?;
    let message = Message::ProvisionalRegistration { link: url, expires_at: link.expires_at };
    work.mail_as(mail, email, None, &message)?;
    work.audit(AuditAction::RegistrationRequested, &link.id, None)
}

/// The parts of a registration form that could be read.
#[derive(Debug)]
pub struct RegistrationDraft {
    /// The mailed link's token.
    pub token: OpaqueToken,
    /// The password.
    pub password: SecretString,
    /// The identity of the facility.
    pub identity: Option<FacilityIdentity>,
    /// The data that the account states about the facility.
    pub profile: Option<Profile>,
    /// The code, to be checked against the facility list.
    pub code: Option<FacilityCode>,
    /// The postal code, to be checked against the facility list.
    pub postal_code: Option<PostalCode>,
    /// The facility's name in the form. The password must not contain it.
    pub name: String,
}

/// A registration form whose parts could all be read.
#[derive(Debug)]
pub struct Registration {
    /// The password.
    pub password: SecretString,
    /// The identity of the facility.
    pub identity: FacilityIdentity,
    /// The data that the account states about the facility.
    pub profile: Profile,
}

/// The result of checking a registration form, before its password is hashed.
#[derive(Debug)]
pub enum Examined {
    /// No check has found a fault.
    Good {
        /// The form.
        registration: Box<Registration>,
        /// The mailed link.
        link: Box<Link>,
    },
    /// The link was used before. The request is refused unless an answer is stored under its idempotency key.
    LinkUsed {
        /// The mailed link.
        link: Box<Link>,
    },
}

/// Checks a form against the facility list, the password rules and its link, so that one answer names all
/// faults.
///
/// # Errors
/// [`Error::Invalid`] with every fault of the form; [`IdentityRefusal::LinkUnknown`] and
/// [`IdentityRefusal::LinkExpired`]; the errors of [`eligibility::ensure_eligible`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn examine(
    conn: &mut Conn,
    mut draft: Draft<RegistrationDraft>,
    now: Instant,
) -> Result<Examined, Error> {
    let link = stored_links::find(conn, LinkPurpose::Registration, &draft.parts().token.hash())?;
    draft.examine(|draft, faults| draft.examine(conn, link.as_ref(), now, faults))?;
    let registration = draft.finish(RegistrationDraft::into_registration)?;
    let link = Box::new(link.ok_or(IdentityRefusal::LinkUnknown)?);
    match link.state(now) {
        LinkState::Used => return Ok(Examined::LinkUsed { link }),
        LinkState::Usable | LinkState::Expired => links::check(&link, now)?,
    }
    eligibility::ensure_eligible(conn, &registration.identity)?;
    Ok(Examined::Good { registration: Box::new(registration), link })
}

impl RegistrationDraft {
    fn examine(
        &self,
        conn: &mut Conn,
        link: Option<&Link>,
        now: Instant,
        faults: &mut Faults,
    ) -> Result<(), Error> {
        let (code, postal_code) = (self.code.as_ref(), self.postal_code.as_ref());
        faults.extend(check::faults(conn, check::FACILITY_POINTERS, code, postal_code)?);
        let usable_link = link.filter(|link| link.state(now) == LinkState::Usable);
        let number = self.identity.as_ref().map(FacilityIdentity::number);
        let local_part = usable_link.map(|link| link.email.local_part().to_owned());
        let own_data: Vec<String> = number.into_iter().chain([self.name.clone()]).chain(local_part).collect();
        passwords::note_faults("/password", self.password.expose_secret(), &own_data, faults);
        Ok(())
    }

    fn into_registration(self) -> Option<Registration> {
        Some(Registration { password: self.password, identity: self.identity?, profile: self.profile? })
    }
}

/// Creates the account for the holder of the link, and marks the link as used. The caller must hold the locks
/// of the link's address and of the facility's code. With `validate_only` no password hash is needed.
///
/// # Errors
/// The errors of [`links::check`]; [`Error::Invalid`] if the facility list contradicts the form;
/// [`AccountRefusal::EmailTaken`]; the errors of [`eligibility::ensure_eligible`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn complete(
    work: &mut Work<'_>,
    form: Registration,
    password_hash: Option<&PasswordHash>,
) -> Result<Account, Error> {
    let (now, link) = (work.now(), work.actor.link()?);
    links::check(link, now)?;
    let code = form.identity.code();
    let faults = check::faults(
        work.conn,
        check::FACILITY_POINTERS,
        code,
        code.map(|_| &form.profile.facility.postal_code),
    )?;
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    if accounts::find_by_email(work.conn, &link.email)?.is_some() {
        return Err(AccountRefusal::EmailTaken.into());
    }
    eligibility::ensure_eligible(work.conn, &form.identity)?;
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
    stored_links::update_used(work.conn, link, now)?;
    work.mail(&account.email, Some(account.id), &account_created_message(&account))?;
    work.identify(account.id);
    work.audit(AuditAction::AccountCreated, &account.id, None)?;
    Ok(account)
}

fn account_created_message(account: &Account) -> Message {
    let number = account.identity.number();
    Message::AccountCreated {
        facility_name: account.profile.facility.name.to_string(),
        facility_number: match account.identity {
            FacilityIdentity::Designated(_) => FacilityNumber::Code(number),
            FacilityIdentity::Applying { .. } => FacilityNumber::DesignationReceipt(number),
        },
    }
}
