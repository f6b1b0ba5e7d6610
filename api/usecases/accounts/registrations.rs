//! Registration (アカウント登録): an address is given, a link is mailed, the form is filled in, the
//! account exists at once.

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
        return work.audit(AuditAction::RegistrationRequestedForTakenAddress, &owner.id, None);
    }
    let (link, url) = links::make(work, LinkPurpose::Registration, email, None)?;
    work.mail(email, None, &Message::ProvisionalRegistration { link: url, expires_at: link.expires_at })?;
    work.audit(AuditAction::RegistrationRequested, &link.id, None)
}

/// What could be read of a registration form.
#[derive(Debug)]
pub struct RegistrationDraft {
    /// The mailed link's token.
    pub token: OpaqueToken,
    /// The password.
    pub password: SecretString,
    /// By what the facility is known.
    pub identity: Option<FacilityIdentity>,
    /// What the account states of it.
    pub profile: Option<Profile>,
    /// The code, to be held against the list.
    pub code: Option<FacilityCode>,
    /// The postal code, to be held against the list.
    pub postal_code: Option<PostalCode>,
    /// The facility's name as it was stated, which the password must not hold.
    pub name: String,
}

/// What the registration form holds once everything in it is read.
#[derive(Debug)]
pub struct Registration {
    /// The password.
    pub password: SecretString,
    /// By what the facility is known.
    pub identity: FacilityIdentity,
    /// What the account states of it.
    pub profile: Profile,
}

/// The result of checking a registration form, before its password is hashed.
#[derive(Debug)]
pub enum Examined {
    /// It has no faults so far.
    Good {
        /// The form.
        registration: Box<Registration>,
        /// The mailed link.
        link: Box<Link>,
    },
    /// The link was used: only the answer that is kept under the request's key can help its caller.
    LinkUsed {
        /// The mailed link.
        link: Box<Link>,
    },
}

/// Holds a form against the facility list, the password rules and its link, all at once.
///
/// # Errors
/// [`Error::Invalid`] with every fault of the form; the link's problems but for a used one; those of
/// [`eligibility::may_register`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn examine(
    conn: &mut Conn,
    mut draft: Draft<RegistrationDraft>,
    now: Instant,
) -> Result<Examined, Error> {
    let link = stored_links::find(conn, LinkPurpose::Registration, &draft.parts().token.hash())?;
    draft.examine(|draft, faults| draft.examine(conn, link.as_ref(), now, faults))?;
    let registration = draft.finish(RegistrationDraft::whole)?;
    let link = Box::new(link.ok_or(IdentityRefusal::LinkUnknown)?);
    match link.state(now) {
        LinkState::Used => return Ok(Examined::LinkUsed { link }),
        LinkState::Good | LinkState::Expired => links::check(&link, now)?,
    }
    eligibility::may_register(conn, &registration.identity)?;
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
        faults.extend(check::faults(conn, check::OF_FACILITY, code, postal_code)?);
        let good = link.filter(|link| link.state(now) == LinkState::Good);
        let shown = self.identity.as_ref().map(FacilityIdentity::shown);
        let mail_name = good.map(|link| link.email.local_part().to_owned());
        let own_data: Vec<String> = shown.into_iter().chain([self.name.clone()]).chain(mail_name).collect();
        passwords::note_faults("/password", self.password.expose_secret(), &own_data, faults);
        Ok(())
    }

    fn whole(self) -> Option<Registration> {
        Some(Registration { password: self.password, identity: self.identity?, profile: self.profile? })
    }
}

/// Creates the account of whoever holds the link, and uses the link up. Whoever calls holds the locks of
/// the link's address and of the facility's code. A rehearsal needs no password hash.
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
    let (now, link) = (work.now(), work.actor.link()?);
    links::check(link, now)?;
    let code = form.identity.code();
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
    stored_links::update_used(work.conn, link, now)?;
    work.mail(&account.email, Some(account.id), &created(&account))?;
    work.identify(account.id);
    work.audit(AuditAction::AccountCreated, &account.id, None)?;
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
