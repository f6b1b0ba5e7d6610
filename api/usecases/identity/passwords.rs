//! Changing a password.

use crate::db::store::accounts;
use crate::db::store::identity::{links, sessions};
use crate::delivery::mail::message::Message;
use crate::domain::accounts::Account;
use crate::domain::audit::AuditAction;
use crate::domain::identity::links::LinkPurpose;
use crate::domain::identity::password_hash::PasswordHash;
use crate::domain::values::ids::SessionId;
use crate::error::Error;
use crate::usecases::work::Work;

/// Stores a new password of a logged-in account and ends its other sessions. With `validate_only` no hash is
/// needed.
#[tracing::instrument(skip_all, level = "debug")]
pub fn change_password(work: &mut Work<'_>, hash: Option<&PasswordHash>) -> Result<(), Error> {
    let principal = work.actor.principal()?;
    replace_password(work, &principal.account, hash, Some(principal.session_id), AuditAction::PasswordChanged)
}

/// Stores a new password, ends all sessions except `kept`, marks open links as used, and mails the owner.
pub(super) fn replace_password(
    work: &mut Work<'_>,
    account: &Account,
    hash: Option<&PasswordHash>,
    kept: Option<SessionId>,
    action: AuditAction,
) -> Result<(), Error> {
    let now = work.now();
    work.identify(account.id);
    if let Some(hash) = hash {
        accounts::update_password(work.conn, account.id, hash, now)?;
    }
    sessions::update_others_ended(work.conn, account.id, kept, now)?;
    // A person who knew the old password may have requested links of both kinds.
    for purpose in [LinkPurpose::PasswordReset, LinkPurpose::EmailChange] {
        links::update_used_of_account(work.conn, purpose, account.id, now)?;
    }
    let facility_name = account.profile.facility.name.to_string();
    work.mail(&account.email, Some(account.id), &Message::PasswordChanged { facility_name, at: now })?;
    work.audit(action, &account.id, None)
}
