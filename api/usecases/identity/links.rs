//! Mailed links: made, looked at, used up.

use uuid::Uuid;

use crate::db::engine::Conn;
use crate::db::store::identity::links;
use crate::domain::identity::links::{Link, LinkPurpose, LinkState};
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::{AccountId, LinkId};
use crate::error::Error;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::work::Work;

/// Makes a link; only the returned URL ever holds its token, in the fragment, where no server's log
/// sees it.
#[tracing::instrument(skip_all, level = "debug")]
pub fn make(
    work: &mut Work<'_>,
    purpose: LinkPurpose,
    email: &EmailAddress,
    account_id: Option<AccountId>,
) -> Result<(Link, String), Error> {
    let now = work.now();
    let token = OpaqueToken::generate();
    let link = Link {
        id: LinkId::from_uuid(Uuid::new_v4()),
        purpose,
        email: email.clone(),
        account_id,
        created_at: now,
        expires_at: now + purpose.life(),
        used_at: None,
    };
    links::insert(work.conn, &link, &token.hash())?;
    let url = format!("{}/{}#token={}", work.policy.links_url, path(purpose), token.reveal());
    Ok((link, url))
}

/// The path of the flow that a link leads to, below the setting for links.
const fn path(purpose: LinkPurpose) -> &'static str {
    match purpose {
        LinkPurpose::Registration => "registration",
        LinkPurpose::PasswordReset => "password-reset",
        LinkPurpose::EmailChange => "email-change",
    }
}

/// Looks at a link without using it, however often: mail scanners open links.
///
/// # Errors
/// [`IdentityRefusal::LinkUnknown`], and those of [`check`].
#[tracing::instrument(skip_all, level = "debug")]
pub fn look(conn: &mut Conn, purpose: LinkPurpose, token: &OpaqueToken, now: Instant) -> Result<Link, Error> {
    let link = links::find(conn, purpose, &token.hash())?.ok_or(IdentityRefusal::LinkUnknown)?;
    check(&link, now)?;
    Ok(link)
}

/// Whether a link may be used.
///
/// # Errors
/// [`IdentityRefusal::LinkUsed`], [`IdentityRefusal::LinkExpired`].
pub fn check(link: &Link, now: Instant) -> Result<(), Error> {
    match link.state(now) {
        LinkState::Good => Ok(()),
        LinkState::Used => Err(IdentityRefusal::LinkUsed.into()),
        LinkState::Expired => Err(IdentityRefusal::LinkExpired.into()),
    }
}
