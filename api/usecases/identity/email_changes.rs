//! Changes of the login address. The service mails a confirmation link to the new address and a notice to the old one.

use super::links::{self, NewLink};
use super::{link_requests, passwords, wrong_passwords};
use crate::db::engine::Stored;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts;
use crate::db::store::identity::links as stored_links;
use crate::delivery::mail::message::Message;
use crate::domain::accounts::Account;
use crate::domain::accounts::AccountRefusal;
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::{LinkPurpose, RequestedMail};
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::fault::Fault;
use crate::domain::values::ids::AccountId;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::security::passwords::MatchedHash;
use crate::usecases::work::Work;

/// Stores a request for a confirmation link to a new address, and mails a notice to the present one. Earlier links of
/// the account are no longer valid, because one of them may have gone to a mistyped address. Whether another account has
/// the address is looked up later, by [`answer`], so that the caller cannot learn it.
///
/// # Errors
/// [`Error::Invalid`] if the address is the account's present one, or if the password was changed after it was verified.
#[tracing::instrument(skip_all, level = "debug")]
pub fn request(work: &mut Work<'_>, email: &EmailAddress, password: &MatchedHash) -> Result<(), Error> {
    let now = work.now();
    let account = &work.actor.principal()?.account;
    if account.email.key() == email.key() {
        return Err(Error::invalid("/email", Fault::EmailUnchanged));
    }
    passwords::ensure_current(work, account.id, password, "/password")?;
    links::end_email_changes(work.conn, account.id, now)?;
    link_requests::store(work, RequestedMail::EmailChange, email, Some(account.id))?;
    let notice = Message::EmailChangeRequested {
        facility_name: account.profile.facility.name.to_string(),
        at: now,
        new_address_masked: mask(email),
    };
    work.mail(&account.email, Some(account.id), &notice)?;
    work.audit(AuditAction::EmailChangeRequested, &account.id, None)
}

/// Mails the confirmation link that an account asked for. If another account has the address, its owner gets a notice
/// instead. The caller must hold the lock of the account that asked.
#[tracing::instrument(skip_all, level = "debug")]
pub fn answer(work: &mut Work<'_>, email: &EmailAddress, account: AccountId) -> Result<(), Error> {
    if let Some(owner) = accounts::find_by_email(work.conn, email)? {
        let notice = Message::NewAddressTaken { at: work.now() };
        return work.mail(&owner.email, Some(owner.id), &notice);
    }
    let NewLink { link, url, mail } = links::create(work, LinkPurpose::EmailChange, email, Some(account))?;
    let message = Message::EmailChangeConfirmation { link: url, expires_at: link.expires_at };
    work.mail_as(mail, email, None, &message)
}

/// Makes the address of a confirmation link the account's login address. The caller is logged in to the account,
/// because the link alone proves only that somebody reads mail at the new address, which may be mistyped.
///
/// # Errors
/// [`IdentityRefusal::LinkUnknown`] for a link of another account, the errors of [`links::check`],
/// [`AccountRefusal::EmailTaken`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn complete(work: &mut Work<'_>, token: &OpaqueToken) -> Result<Account, Error> {
    let now = work.now();
    let account = &work.actor.principal()?.account;
    let id = account.id;
    let link = stored_links::find(work.conn, LinkPurpose::EmailChange, &token.hash())?
        .filter(|link| link.account_id == Some(id))
        .ok_or(IdentityRefusal::LinkUnknown)?;
    links::check(&link, now)?;
    // A registration of the same address waits, and then finds that the address is taken.
    locks::acquire(work.conn, &[Lock::Address(&link.email)])?;
    if accounts::update_email(work.conn, id, &link.email, now)? == Stored::Taken {
        return Err(AccountRefusal::EmailTaken.into());
    }
    // Strangers may have sent wrong passwords for the new address before the account had it.
    wrong_passwords::forget(work.conn, &work.policy.pseudonyms.of_address(&link.email))?;
    links::end_email_changes(work.conn, id, now)?;
    // A person who reads the old mailbox must not be able to reset the password.
    stored_links::update_used_of_account(work.conn, LinkPurpose::PasswordReset, id, now)?;
    let facility_name = account.profile.facility.name.to_string();
    work.mail(&account.email, Some(id), &Message::EmailChanged { facility_name, at: now })?;
    work.audit(AuditAction::EmailChanged, &id, None)?;
    accounts::find(work.conn, id)?.ok_or_else(|| Error::internal("an account was not found after its change"))
}

/// The address with only the first letter of its local part. The owner recognises it, others cannot use it.
fn mask(email: &EmailAddress) -> String {
    let first: String = email.local_part().chars().take(1).collect();
    format!("{first}***@{}", email.domain())
}
