//! Requests for a mailed link, or for a notice of wrong passwords. A request only stores a row, with the same statements
//! and the same size for every address. A job answers it later
//! ([`answer`](crate::usecases::accounts::link_requests::answer)). So neither the answer to the caller nor its time shows
//! whether the address has an account.

use uuid::Uuid;

use crate::db::store::identity::link_requests::{self, WaitingLinkRequest};
use crate::domain::identity::links::RequestedMail;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::ids::AccountId;
use crate::error::Error;
use crate::usecases::work::Work;

/// Stores a request of a stranger or of a logged-in account. The validity of a link counts from now.
#[tracing::instrument(skip_all, level = "debug")]
pub fn store(
    work: &mut Work<'_>,
    mail: RequestedMail,
    email: &EmailAddress,
    account_id: Option<AccountId>,
) -> Result<(), Error> {
    let requested_at = work.now();
    let request = WaitingLinkRequest {
        id: Uuid::new_v4(),
        purpose: mail.code().to_owned(),
        email: email.to_string(),
        email_key: email.key(),
        account_id,
        client: work.call.client.clone(),
        request_id: work.call.request_id.clone(),
        attempts: 0,
        requested_at,
        expires_at: requested_at + mail.lifetime(),
    };
    link_requests::insert(work.conn, &request)
}
