//! `/sandbox`: what a tester needs and production does not have: the mails, the clock, facilities to
//! try with, and the page that a mailed link opens.

use actix_web::http::header::CONTENT_SECURITY_POLICY;
use actix_web::{HttpRequest, HttpResponse, delete, get, put, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::answer::Answer;
use super::body::Json;
use super::context::Context;
use super::filing::Filing;
use super::paging::{self, PageQuery, time_token};
use super::previews::WriteQuery;
use super::problems::Problem;
use super::registrations::nobody;
use super::timestamp::Timestamp;
use crate::clock::Clock;
use crate::db::messages::{self, StoredMessage};
use crate::db::writer::Mode;
use crate::db::{accounts, facilities};
use crate::domain::facility_code::FacilityKind;
use crate::domain::fault::Fault;
use crate::error::{Error, ProblemCode};
use crate::usecases::sandbox;

/// The tag of these operations.
pub const TAG: &str = "sandbox";

/// No address is longer.
const ADDRESS_MAX: usize = 254;

const LINK_PAGE: &str = include_str!("sandbox/link.html");
const LINK_SCRIPT: &str = include_str!("sandbox/link.js");

/// Registers the routes; a production service has none of them.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_messages)
        .service(empty_mailbox)
        .service(read_clock)
        .service(move_clock)
        .service(list_facilities)
        .map(|config| config.service(link_script).service(link_page));
}

/// A delivered mail (メール).
#[derive(Serialize, ToSchema)]
pub struct MessageResponse {
    /// Its id.
    #[schema(max_length = 30, example = "msg_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// What it is.
    #[schema(max_length = 60, example = "PROVISIONAL_REGISTRATION")]
    pub kind: String,
    /// To whom.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub to: String,
    /// Subject.
    #[schema(max_length = 200, example = "アカウント仮登録のご案内")]
    pub subject: String,
    /// Plain text.
    #[schema(max_length = 20_000, example = "架空さくら診療所 御中")]
    pub text: String,
    /// The link in it, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub link: Option<String>,
    /// When it arrived.
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
            link,
            delivered_at: message.delivered_at.into(),
        }
    }
}

/// A page of mails.
#[derive(Serialize, ToSchema)]
pub struct MessagePage {
    /// The mails, newest first.
    #[schema(max_items = 100)]
    pub items: Vec<MessageResponse>,
    /// The token of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 400)]
    pub next_page_token: Option<String>,
}

/// The query of the mailbox.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessageQuery {
    /// Only mails to this address.
    #[serde(default)]
    #[param(max_length = 254)]
    to: Option<String>,
    /// Most entries wanted.
    #[serde(default)]
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<i64>,
    /// The `next_page_token` of the page before.
    #[serde(default)]
    #[param(max_length = 400)]
    page_token: Option<String>,
}

/// Read the mailbox
///
/// Every mail the service has sent, newest first, each with its link: the sandbox has a mailbox instead
/// of a mail server.
#[utoipa::path(
    tag = TAG,
    operation_id = "listMessages",
    params(MessageQuery),
    responses((status = 200, description = "A page of mails.", body = MessagePage)),
    security(()),
)]
#[get("/sandbox/messages")]
async fn list_messages(
    context: Context,
    query: web::Query<MessageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let MessageQuery { to, page_size, page_token } = query.into_inner();
    if to.as_ref().is_some_and(|to| to.chars().count() > ADDRESS_MAX) {
        return Err(ProblemCode::InvalidParameter.into());
    }
    let slice = PageQuery { page_size, page_token }.slice_by_time()?;
    let mut rows =
        context.state.database.read(move |conn| messages::list(conn, to.as_deref(), &slice)).await?;
    let next_page_token =
        paging::cut(&mut rows, slice.limit, |row| time_token(row.delivered_at, row.id.uuid()))?;
    let page = MessagePage { items: rows.into_iter().map(MessageResponse::of).collect(), next_page_token };
    paging::write(&request, &page, page.next_page_token.as_ref())
}

/// Empty the mailbox
///
/// Deletes every mail in it.
#[utoipa::path(
    tag = TAG,
    operation_id = "deleteMessages",
    params(WriteQuery),
    responses((status = 204, description = "The mailbox is empty.")),
    security(()),
)]
#[delete("/sandbox/messages")]
async fn empty_mailbox(context: Context, query: web::Query<WriteQuery>) -> Result<HttpResponse, Problem> {
    context
        .carry_out_for(Filing::unkeyed(query.into_inner()), nobody, |work, ()| {
            sandbox::empty_mailbox(work)?;
            Ok(Answer::nothing())
        })
        .await
}

/// The sandbox's clock.
#[derive(Serialize, ToSchema)]
pub struct ClockResponse {
    /// The service's time.
    pub now: Timestamp,
}

/// Where to move the clock.
#[derive(Deserialize, ToSchema, Validate)]
pub struct ClockRequest {
    /// The new time, not before the present one.
    #[schema(format = DateTime, min_length = 20, max_length = 40, example = "2023-03-31T23:50:00+09:00")]
    #[validate(length(max = 40, code = "too_long"))]
    pub now: String,
}

/// Read the clock
///
/// The time by which the sandbox lives. It ticks, and goes on after a restart.
#[utoipa::path(
    tag = TAG,
    operation_id = "getClock",
    responses((status = 200, description = "The time.", body = ClockResponse)),
    security(()),
)]
#[get("/sandbox/clock")]
async fn read_clock(context: Context) -> Result<HttpResponse, Problem> {
    Ok(Answer::ok(&ClockResponse { now: context.call.now.into() })?.write())
}

/// Move the clock forward
///
/// Drives everything that depends on time: tokens, sessions, deadlines, retries of mails. It never goes
/// back.
#[utoipa::path(
    tag = TAG,
    operation_id = "moveClock",
    params(WriteQuery),
    request_body = ClockRequest,
    responses((status = 200, description = "The new time.", body = ClockResponse)),
    security(()),
)]
#[put("/sandbox/clock")]
async fn move_clock(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<ClockRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let Json { value, mut faults, .. } = body;
    let parsed = chrono::DateTime::parse_from_rfc3339(&value.now).map_err(|_| Fault::InstantForm);
    let wanted = faults.take("/now", parsed).map(|wanted| wanted.to_utc());
    if wanted.is_some_and(|wanted| wanted < context.call.now) {
        faults.add("/now", Fault::InstantInPast);
    }
    let wanted = faults.finish(wanted)?;
    let offset = Clock::offset_for(wanted);
    let state = context.state.clone();
    let answer = context
        .carry_out_for(Filing::unkeyed(query), nobody, move |work, ()| {
            // Two movers at once: the clock still never goes back.
            if offset < state.clock.offset_micros() {
                return Err(Error::invalid("/now", Fault::InstantInPast));
            }
            sandbox::keep_clock(work, offset)?;
            Answer::ok(&ClockResponse { now: wanted.into() })
        })
        .await?;
    // Only a kept move is made, so that clock and data agree after a crash.
    if query.mode() == Mode::Store {
        context.state.clock.move_forward_to_offset(offset);
    }
    Ok(answer)
}

/// A facility of the list, to try with.
#[derive(Serialize, ToSchema)]
pub struct ListedFacilityResponse {
    /// The code.
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
    pub facility_code: String,
    /// The kind.
    pub kind: FacilityKind,
    /// Name.
    #[schema(max_length = 100, example = "架空さくら診療所")]
    pub name: String,
    /// Postal code.
    #[schema(max_length = 8, pattern = "^[0-9]{3}-[0-9]{4}$", example = "100-0000")]
    pub postal_code: String,
    /// Address.
    #[schema(max_length = 200, example = "東京都千代田区架空町１－１")]
    pub address: String,
    /// Whether it has an account.
    pub has_account: bool,
}

/// A page of the facility list.
#[derive(Serialize, ToSchema)]
pub struct ListedFacilityPage {
    /// The facilities, by code.
    #[schema(max_items = 100)]
    pub items: Vec<ListedFacilityResponse>,
    /// The token of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 400)]
    pub next_page_token: Option<String>,
}

/// The query of the facility list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FacilityQuery {
    /// Only facilities of this prefecture, two digits.
    #[serde(default)]
    #[param(pattern = "^[0-9]{2}$", max_length = 2)]
    prefecture: Option<String>,
    /// Only facilities of this kind.
    #[serde(default)]
    #[param(inline)]
    kind: Option<FacilityKind>,
    /// Most entries wanted.
    #[serde(default)]
    #[param(minimum = 1, maximum = 100, default = 20)]
    page_size: Option<i64>,
    /// The `next_page_token` of the page before.
    #[serde(default)]
    #[param(max_length = 400)]
    page_token: Option<String>,
}

/// List facilities to try with
///
/// The facility list (in a new sandbox invented facilities), by code.
#[utoipa::path(
    tag = TAG,
    operation_id = "listFacilities",
    params(FacilityQuery),
    responses((status = 200, description = "A page of facilities.", body = ListedFacilityPage)),
    security(()),
)]
#[get("/sandbox/facilities")]
async fn list_facilities(
    context: Context,
    query: web::Query<FacilityQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let FacilityQuery { prefecture, kind, page_size, page_token } = query.into_inner();
    let slice = PageQuery { page_size, page_token }.slice::<String>()?;
    if prefecture.as_ref().is_some_and(|two| two.len() != 2 || !two.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(ProblemCode::InvalidParameter.into());
    }
    let page = context.state.database.read(move |conn| {
        let mut rows = facilities::list(conn, prefecture.as_deref(), kind, &slice)?;
        let next_page_token = paging::cut(&mut rows, slice.limit, |row| row.code.to_string())?;
        let items = rows.into_iter().map(|row| {
            let has_account = accounts::find_by_facility(conn, &row.code)?.is_some();
            Ok(ListedFacilityResponse {
                facility_code: row.code.to_string(),
                kind: row.code.kind(),
                name: row.name.to_string(),
                postal_code: row.postal_code.to_string(),
                address: row.address.to_string(),
                has_account,
            })
        });
        Ok(ListedFacilityPage { items: items.collect::<Result<_, Error>>()?, next_page_token })
    });
    let page = page.await?;
    paging::write(&request, &page, page.next_page_token.as_ref())
}

/// The page that a mailed link opens in the sandbox. It shows the token of the fragment, which never
/// reached the server, and the next call to make; it sends nothing by itself.
#[get("/sandbox/links/{flow:registration|password-reset|email-change}")]
async fn link_page() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"))
        .body(LINK_PAGE)
}

#[get("/sandbox/links/link.js")]
async fn link_script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(LINK_SCRIPT)
}
