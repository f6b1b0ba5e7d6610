//! `/v1/account/mails`: lists the mails to an account and whether they were sent.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::store::mails::history::{self, Mail};
use crate::domain::mails::MailState;
use crate::http::answer::Answer;
use crate::http::caller::LoggedIn;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::paging::{PageQuery, page, page_of, time_token};
use crate::http::problems::Problem;
use crate::http::timestamp::Timestamp;
use crate::routes::tags;

const LIST: Operation = Operation::of_account("listAccountMails");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&LIST];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_mails);
}

/// A mail to the account (メール), without what it says.
#[derive(Serialize, ToSchema)]
pub struct MailResponse {
    /// Its id.
    #[schema(max_length = 30, example = "msg_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// What it is.
    #[schema(max_length = 60, example = "DECLARATION_RECEIVED")]
    pub kind: String,
    /// To whom.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub to: String,
    /// Subject.
    #[schema(
        max_length = 200,
        example = "【医療機関等向けポータルサイト】猶予届出を受け付けました（届出番号 4821-0937-5523）"
    )]
    pub subject: String,
    /// Where it stands.
    pub state: MailState,
    /// Why the last attempt failed, unless the mail is sent: one of the codes that the page on mail
    /// lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 40)]
    pub failure: Option<String>,
    /// How many attempts were made, without those that failed because the mail server was away.
    #[schema(minimum = 0, maximum = 10_000, example = 1)]
    pub attempts: i64,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When the next attempt is due, while the mail waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_attempt_at: Option<Timestamp>,
    /// When the mail server took it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sent_at: Option<Timestamp>,
    /// When it is given up at the latest.
    pub expires_at: Timestamp,
}

impl MailResponse {
    fn of(mail: Mail) -> Self {
        let waits = matches!(mail.state, MailState::Queued | MailState::Deferred);
        Self {
            id: mail.id.to_string(),
            kind: mail.kind,
            to: mail.recipient,
            subject: mail.subject,
            state: mail.state,
            failure: mail.failure,
            attempts: mail.attempts,
            queued_at: mail.queued_at.into(),
            next_attempt_at: waits.then(|| mail.next_attempt_at.into()),
            sent_at: mail.sent_at.map(Into::into),
            expires_at: mail.expires_at.into(),
        }
    }
}

page! {
    /// A page of mails to the account.
    MailPage {
        /// The mails, newest first.
        MailResponse
    }
}

/// List the account's mails
///
/// Newest first: whether the mail server took each of them, and why not. What they say is not kept
/// once they are sent. A mail that the server took can still be lost behind it.
#[utoipa::path(
    tag = tags::ACCOUNT,
    operation_id = LIST.id,
    params(PageQuery),
    responses((status = 200, description = "A page of mails.", body = MailPage)),
)]
#[get("/v1/account/mails")]
async fn list_mails(
    context: Context<LoggedIn>,
    query: web::Query<PageQuery>,
) -> Result<Answer<MailPage>, Problem> {
    let slice = query.slice_by_time()?;
    let list = context.read(move |reading| {
        let rows = history::list(reading.conn, reading.actor.principal()?.account.id, &slice)?;
        let key = |mail: &Mail| time_token(mail.queued_at, mail.id.uuid());
        page_of(rows, slice.limit, key, |mail| Ok(MailResponse::of(mail)))
    });
    Ok(context.answer_page(&list.await?)?)
}
