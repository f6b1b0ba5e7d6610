//! A new login address: proved by a link of its own, announced to the old one.

use super::links;
use crate::db::engine::Stored;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::accounts;
use crate::db::store::identity::links as stored_links;
use crate::delivery::mail::message::Message;
use crate::domain::accounts::Account;
use crate::domain::accounts::AccountRefusal;
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::LinkPurpose;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::fault::Fault;
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::work::Work;

/// Takes a new address. If another account has it, only that account's owner learns of it.
///
/// # Errors
/// [`Error::Invalid`] if it is the present one.
#[tracing::instrument(skip_all, level = "debug")]
pub fn request(work: &mut Work<'_>, email: &EmailAddress) -> Result<(), Error> {
    let now = work.now();
    let account = &work.actor.authority()?.account;
    if account.email.key() == email.key() {
        return Err(Error::invalid("/email", Fault::EmailUnchanged));
    }
    if let Some(owner) = accounts::find_by_email(work.conn, email)? {
        work.mail(&owner.email, Some(owner.id), &Message::NewAddressTaken { at: now })?;
    } else {
        let (link, url) = links::make(work, LinkPurpose::EmailChange, email, Some(account.id))?;
        work.mail(email, None, &Message::EmailChangeConfirmation { link: url, expires_at: link.expires_at })?;
    }
    let notice = Message::EmailChangeRequested {
        facility_name: account.profile.facility.name.to_string(),
        at: now,
        new_address_masked: mask(email),
    };
    work.mail(&account.email, Some(account.id), &notice)?;
    work.audit(AuditAction::EmailChangeRequested, &account.id, None)
}

/// Makes the proved address the account's login id.
///
/// # Errors
/// The link's problems, [`AccountRefusal::EmailTaken`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn complete(work: &mut Work<'_>, token: &OpaqueToken) -> Result<Account, Error> {
    let now = work.now();
    locks::hold(work.conn, &[Lock::Token(&token.hash())])?;
    let link = links::look(work.conn, LinkPurpose::EmailChange, token, now)?;
    let id = link.account_id.ok_or(IdentityRefusal::LinkUnknown)?;
    locks::hold(work.conn, &[Lock::Account(id)])?;
    let account = accounts::find(work.conn, id)?.ok_or(IdentityRefusal::LinkUnknown)?;
    work.identify(id);
    if accounts::update_email(work.conn, id, &link.email, now)? == Stored::Taken {
        return Err(AccountRefusal::EmailTaken.into());
    }
    stored_links::update_used_of_account(work.conn, LinkPurpose::EmailChange, id, now)?;
    // A reset link mailed to the old address must not open the account any more.
    stored_links::update_used_of_account(work.conn, LinkPurpose::PasswordReset, id, now)?;
    let facility_name = account.profile.facility.name.to_string();
    work.mail(&account.email, Some(id), &Message::EmailChanged { facility_name, at: now })?;
    work.audit(AuditAction::EmailChanged, &id, None)?;
    accounts::find(work.conn, id)?.ok_or_else(|| Error::internal("an account was not found after its change"))
}

/// The first letter and the domain: enough for the owner, little for anybody else.
fn mask(email: &EmailAddress) -> String {
    let first: String = email.local_part().chars().take(1).collect();
    format!("{first}***@{}", email.domain())
}
