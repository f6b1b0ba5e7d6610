//! Registration (アカウント登録): the service mails a link to an address. It creates the account when it receives the
//! form with the link's token.

use secrecy::SecretString;
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
use crate::domain::identity::passwords::OwnData;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Draft;
use crate::domain::values::ids::AccountId;
use crate::domain::values::postal_code::PostalCode;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::facilities::check;
use crate::usecases::identity::links::{self, NewLink};
use crate::usecases::identity::wrong_passwords;
use crate::usecases::work::Work;

/// Answers a request for a registration: mails a registration link to the address. If the address has an account, its
/// owner gets a mail that explains how to log in, to recover the password and to file a succession instead.
#[tracing::instrument(skip_all, level = "debug")]
pub fn answer(work: &mut Work<'_>, email: &EmailAddress) -> Result<(), Error> {
    if let Some(owner) = accounts::find_by_email(work.conn, email)? {
        let pages = &work.policy.pages;
        let message =
            Message::AddressTaken { login_url: pages.login.clone(), recovery_url: pages.recovery.clone() };
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

/// A registration form that was compared with the facility list and its link. Its password is not checked yet, because
/// that takes longer than a transaction may take.
#[derive(Debug)]
pub struct Compared {
    draft: Draft<RegistrationDraft>,
    link: Option<Link>,
    eligible: Result<(), Error>,
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

/// Compares a form with the facility list and its link. [`Compared::finish`] gives the result.
///
/// # Errors
/// The errors of the database.
#[tracing::instrument(skip_all, level = "debug")]
pub fn compare(
    conn: &mut Conn,
    mut draft: Draft<RegistrationDraft>,
    now: Instant,
) -> Result<Compared, Error> {
    let link = stored_links::find(conn, LinkPurpose::Registration, &draft.parts().token.hash())?;
    draft.examine(|draft, faults| {
        let (code, postal_code) = (draft.code.as_ref(), draft.postal_code.as_ref());
        faults.extend(check::faults(conn, check::FACILITY_POINTERS, code, postal_code)?);
        Ok::<_, Error>(())
    })?;
    // Nobody learns about a facility without a usable link.
    let is_usable = link.as_ref().is_some_and(|link| link.state(now) == LinkState::Usable);
    let eligible = match draft.parts().identity.as_ref().filter(|_| is_usable) {
        Some(identity) => eligibility::ensure_eligible(conn, identity).map(|_| ()),
        None => Ok(()),
    };
    Ok(Compared { draft, link, eligible })
}

impl Compared {
    /// The password, for its check.
    #[must_use]
    pub fn password(&self) -> SecretString {
        self.draft.parts().password.clone()
    }

    /// The data that the password must not contain.
    #[must_use]
    pub fn own_data(&self, now: Instant) -> OwnData {
        let form = self.draft.parts();
        let mut data = form.profile.as_ref().map(Profile::own_data).unwrap_or_default();
        data.add_name(&form.name);
        if let Some(identity) = &form.identity {
            data.add_number(&identity.number());
        }
        if let Some(link) = self.link.as_ref().filter(|link| link.state(now) == LinkState::Usable) {
            data.add_email(link.email.local_part(), link.email.domain());
        }
        data
    }

    /// The result of all checks. One answer names all faults, with that of the password.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every fault of the form; [`IdentityRefusal::LinkUnknown`] and
    /// [`IdentityRefusal::LinkExpired`]; the errors of [`eligibility::ensure_eligible`].
    pub fn finish(self, password_fault: Option<Fault>, now: Instant) -> Result<Examined, Error> {
        let Self { mut draft, link, eligible } = self;
        draft.note(|_, faults| faults.add_found("/password", password_fault));
        let registration = draft.finish(RegistrationDraft::into_registration)?;
        let link = Box::new(link.ok_or(IdentityRefusal::LinkUnknown)?);
        match link.state(now) {
            LinkState::Used => return Ok(Examined::LinkUsed { link }),
            LinkState::Usable | LinkState::Expired => links::check(&link, now)?,
        }
        eligible?;
        Ok(Examined::Good { registration: Box::new(registration), link })
    }
}

impl RegistrationDraft {
    fn into_registration(self) -> Option<Registration> {
        Some(Registration { password: self.password, identity: self.identity?, profile: self.profile? })
    }
}

/// Creates the account for the holder of the link, and marks the link as used. The caller must hold the locks
/// of the link's address and of the facility's code. A preview needs no password hash.
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
    let hints = eligibility::ensure_eligible(work.conn, &form.identity)?;
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
    // Strangers may have sent wrong passwords before the account existed, and its owner has no known device yet.
    wrong_passwords::forget(work.conn, &work.policy.pseudonyms.of_address(&account.email))?;
    work.mail(&account.email, Some(account.id), &account_created_message(&account))?;
    work.identify(account.id);
    work.audit(AuditAction::AccountCreated, &account.id, None)?;
    hints.audit(work, account.id)?;
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
