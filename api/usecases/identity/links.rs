//! Mailed links: creating a link and checking whether it may be used.

use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::store::identity::{link_requests, links};
use crate::domain::identity::links::{Link, LinkPurpose, LinkState};
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, LinkId, MessageId};
use crate::error::Error;
use crate::security::link_tokens::NewToken;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::work::{PortalPages, Work};

/// A link that was created, for the mail that carries it.
#[derive(Debug)]
pub struct NewLink {
    /// The link.
    pub link: Link,
    /// Its URL in the stored mail. The token in its fragment, which browsers do not send, so that no server logs it, is
    /// put in when the mail is sent.
    pub url: String,
    /// The id that the mail must have.
    pub mail: MessageId,
}

/// Creates a link. The database stores only the hash of its token.
#[tracing::instrument(skip_all, level = "debug")]
pub fn create(
    work: &mut Work<'_>,
    purpose: LinkPurpose,
    email: &EmailAddress,
    account_id: Option<AccountId>,
) -> Result<NewLink, Error> {
    let now = work.now();
    let mail = MessageId::from_uuid(Uuid::new_v4());
    let NewToken { token, stored_fragment } = work.policy.link_tokens.issue(mail)?;
    let link = Link {
        id: LinkId::from_uuid(Uuid::new_v4()),
        purpose,
        email: email.clone(),
        account_id,
        created_at: now,
        expires_at: now + purpose.lifetime(),
        used_at: None,
    };
    links::insert(work.conn, &link, &token.hash())?;
    let url = format!("{}{stored_fragment}", page(&work.policy.pages, purpose));
    Ok(NewLink { link, url, mail })
}

/// Ends the links that change an account's address, also those that were requested and not mailed yet. The caller must
/// hold the account's lock.
pub(super) fn end_email_changes(conn: &mut Conn, account: AccountId, now: Instant) -> Result<(), Error> {
    link_requests::delete_of_account(conn, account)?;
    links::update_used_of_account(conn, LinkPurpose::EmailChange, account, now)
}

/// The page that a link opens.
fn page(pages: &PortalPages, purpose: LinkPurpose) -> &str {
    match purpose {
        LinkPurpose::Registration => &pages.registration,
        LinkPurpose::PasswordReset => &pages.password_reset,
        LinkPurpose::EmailChange => &pages.email_change,
    }
}

/// Finds a link that may be used. This does not use the link, because mail scanners open links before their
/// recipients do.
///
/// # Errors
/// [`IdentityRefusal::LinkUnknown`], and the errors of [`check`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn find_usable(
    conn: &mut Conn,
    purpose: LinkPurpose,
    token: &OpaqueToken,
    now: Instant,
) -> Result<Link, Error> {
    let link = links::find(conn, purpose, &token.hash())?.ok_or(IdentityRefusal::LinkUnknown)?;
    check(&link, now)?;
    Ok(link)
}

/// Refuses a link that may not be used.
///
/// # Errors
/// [`IdentityRefusal::LinkUsed`], [`IdentityRefusal::LinkExpired`].
pub fn check(link: &Link, now: Instant) -> Result<(), Error> {
    match link.state(now) {
        LinkState::Usable => Ok(()),
        LinkState::Used => Err(IdentityRefusal::LinkUsed.into()),
        LinkState::Expired => Err(IdentityRefusal::LinkExpired.into()),
    }
}
