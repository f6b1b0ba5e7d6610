//! `/sandbox/messages`: the mailbox with every mail that the service has sent.

use crate::routes::tags;
use actix_web::{delete, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::store::sandbox::messages::{self, StoredMessage};
use crate::http::answer::{Answer, NoBody};
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::paging::{PageQuery, page, page_of, time_token};
use crate::http::problems::Problem;
use crate::http::timestamp::Timestamp;
use crate::usecases::sandbox;

const LIST: Operation = Operation::public("listMessages");
const DELETE: Operation = Operation::public("deleteMessages");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&LIST, &DELETE];

/// Registers the routes. A production service has none of them.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_messages).service(delete_messages);
}

/// A mail (メール) in the mailbox.
#[derive(Serialize, ToSchema)]
pub struct MessageResponse {
    /// The mail's id.
    #[schema(max_length = 30, example = "msg_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The kind of mail.
    #[schema(max_length = 60, example = "PROVISIONAL_REGISTRATION")]
    pub kind: String,
    /// The recipient's address.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub to: String,
    /// The subject.
    #[schema(max_length = 200, example = "仮登録メール（アカウント登録用URLのご案内）")]
    pub subject: String,
    /// The content as plain text.
    #[schema(max_length = 20_000, example = "架空さくら診療所 御中")]
    pub text: String,
    /// The same content as HTML.
    #[schema(max_length = 60_000, example = "<p>架空さくら診療所 御中</p>")]
    pub html: String,
    /// The link with a token in the mail, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub link: Option<String>,
    /// When the mail arrived in the mailbox.
    pub delivered_at: Timestamp,
}

impl MessageResponse {
    fn of(message: StoredMessage) -> Self {
        let link =
            message.body.lines().map(str::trim).find(|line| line.contains("#token=")).map(str::to_owned);
        Self {
            id: message.id.to_string(),
            kind: message.kind,
            to: message.recipient,
            subject: message.subject,
            text: message.body,
            html: message.html,
            link,
            delivered_at: message.delivered_at.into(),
        }
    }
}

page! {
    /// A page of mails.
    MessagePage {
        /// The mails, newest first.
        MessageResponse
    }
}

/// The query of the mailbox.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessageQuery {
    /// Only mails to this e-mail address.
    #[serde(default)]
    #[param(max_length = 254)]
    to: Option<String>,
}

/// Read the mailbox
///
/// All mails that the service has sent, newest first, each with its link. The sandbox delivers mails to this mailbox,
/// not to a mail server.
#[utoipa::path(
    tag = tags::SANDBOX,
    operation_id = LIST.id,
    params(MessageQuery, PageQuery),
    responses((status = 200, description = "A page of mails.", body = MessagePage)),
)]
#[get("/sandbox/messages")]
pub async fn list_messages(
    context: Context,
    query: web::Query<MessageQuery>,
    page: web::Query<PageQuery>,
) -> Result<Answer<MessagePage>, Problem> {
    let to = query.into_inner().to;
    let slice = page.slice_by_time()?;
    let list = context.read(move |reading| {
        let rows = messages::list(reading.conn, to.as_deref(), &slice)?;
        let key = |message: &StoredMessage| time_token(message.delivered_at, message.id.uuid());
        page_of(rows, slice.limit, key, |message| Ok(MessageResponse::of(message)))
    });
    Ok(context.answer_page(&list.await?)?)
}

/// Empty the mailbox
///
/// Deletes all mails in the mailbox.
#[utoipa::path(
    tag = tags::SANDBOX,
    operation_id = DELETE.id,
    responses((status = 204, description = "All mails are deleted.")),
)]
#[delete("/sandbox/messages")]
pub async fn delete_messages(context: Context) -> Result<Answer<NoBody>, Problem> {
    context.write(sandbox::messages::delete_all).await?;
    Ok(Answer::no_content())
}
