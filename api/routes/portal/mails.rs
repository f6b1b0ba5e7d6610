//! `/v1/account/mails`: lists the mails to an account, and shows whether they were sent.

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

/// A mail (メール) to the account, without its text.
#[derive(Serialize, ToSchema)]
pub struct MailResponse {
    /// The mail's id.
    #[schema(max_length = 30, example = "msg_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The kind of mail.
    #[schema(max_length = 60, example = "DECLARATION_RECEIVED")]
    pub kind: String,
    /// The recipient's address.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub to: String,
    /// The subject.
    #[schema(
        max_length = 200,
        example = "【医療機関等向けポータルサイト】猶予届出を受け付けました（届出番号 4821-0937-5523）"
    )]
    pub subject: String,
    /// The state of the mail.
    pub state: MailState,
    /// The code of the reason why the last attempt failed, such as `MAILBOX_BUSY`. Absent if the mail is sent, and if
    /// no attempt has failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 40)]
    pub failure: Option<String>,
    /// The number of attempts to send the mail. Attempts that failed because the mail server was unavailable do not
    /// count.
    #[schema(minimum = 0, maximum = 10_000, example = 1)]
    pub attempts: i64,
    /// When the mail was queued.
    pub queued_at: Timestamp,
    /// When the next attempt is due. Absent if the mail is not waiting.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_attempt_at: Option<Timestamp>,
    /// When the mail server accepted the mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub sent_at: Option<Timestamp>,
    /// When the service stops trying to send the mail.
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
/// The mails to the account, newest first, each with its state and the reason of a failure. The texts of sent mails are
/// not stored. `SENT` means that the mail server accepted the mail; the mail can still be lost on its further way.
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
