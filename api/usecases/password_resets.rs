//! A forgotten password: a link is mailed, a new password is set, all sessions end.

use super::work::Work;
use super::{credentials, links};
use crate::db::locks::{self, Lock};
use crate::db::{Conn, accounts};
use crate::domain::account::Account;
use crate::domain::calendar::Instant;
use crate::domain::email::EmailAddress;
use crate::domain::link::LinkPurpose;
use crate::error::{Error, ProblemCode};
use crate::mail::message::Message;
use crate::security::opaque_token::OpaqueToken;

/// Takes an address. The caller learns nothing of whether it has an account; an address without
/// one gets no mail.
pub fn request(work: &mut Work<'_>, email: &EmailAddress) -> Result<(), Error> {
    let Some(account) = accounts::find_by_email(work.conn, email)? else {
        return work.audit(None, "password_reset.requested_for_unknown_address", &"-", None);
    };
    let (link, url) = links::make(work, LinkPurpose::PasswordReset, &account.email, Some(account.id))?;
    work.mail(
        &account.email,
        Some(account.id),
        &Message::PasswordReset { link: url, expires_at: link.expires_at },
    )?;
    work.audit(None, "password_reset.requested", &account.id, None)
}

/// The account a reset link belongs to, so that the new password can be held against its data.
///
/// # Errors
/// The link's problems.
pub fn look(conn: &mut Conn, token: &OpaqueToken, now: Instant) -> Result<Account, Error> {
    let link = links::look(conn, LinkPurpose::PasswordReset, token, now)?;
    let account = link.account_id.ok_or(ProblemCode::LinkUnknown)?;
    accounts::find(conn, account)?.ok_or_else(|| ProblemCode::LinkUnknown.into())
}

/// Sets the new password and uses up the link.
///
/// # Errors
/// The link's problems.
pub fn complete(work: &mut Work<'_>, token: &OpaqueToken, hash: &str) -> Result<(), Error> {
    let now = work.now();
    locks::hold(work.conn, &[Lock::Token(&token.hash())])?;
    let account = look(work.conn, token, now)?;
    credentials::replace_password(work, &account, hash, None, "account.password_reset")
}
