//! `/v1/transitional-measures`: reads the rounds of the transitional measure.

use actix_web::{get, web};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::db::store::filings::transitional_measures as stored;
use crate::domain::filings::transitional_measures::{CategoryRule, Edition, Window};
use crate::domain::values::calendar::{Instant, japan_day, start_of};
use crate::domain::values::facility_code::FacilityKind;
use crate::domain::values::lang::Text;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::paging::{PageQuery, cut, page};
use crate::http::problems::Problem;
use crate::http::timestamp::Timestamp;
use crate::routes::tags;
use crate::usecases::filings::transitional_measures;

const LIST: Operation = Operation::public("listTransitionalMeasures");
const READ: Operation = Operation::public("getTransitionalMeasure").refusing(&[(404, "No such round.")]);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&LIST, &READ];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_rounds).service(read_round);
}

/// Whether a round takes declarations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WindowStatus {
    /// Not yet.
    NotYetOpen,
    /// Yes.
    Open,
    /// Yes, marked as late.
    Late,
    /// Not any more.
    Closed,
}

/// A round of the transitional measure (経過措置).
#[derive(Serialize, ToSchema)]
pub struct RoundResponse {
    /// The round's name, to be given in declarations.
    #[schema(max_length = 40, example = "2023")]
    pub round: String,
    /// Its title.
    pub name: Text,
    /// Whether it takes declarations now.
    pub window: WindowStatus,
    /// First day of filing (Japan day).
    pub opens_date: NaiveDate,
    /// Last day of filing, inclusive (Japan day).
    pub until_date: NaiveDate,
    /// The first instant after the last day of filing.
    pub closes_at: Timestamp,
    /// Last day on which late declarations are taken, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub late_until_date: Option<NaiveDate>,
    /// The day the duty begins from which facilities are excused.
    pub duty_begins_date: NaiveDate,
    /// The kinds of facility that the round is for.
    #[schema(max_items = 4)]
    pub eligible_kinds: Vec<FacilityKind>,
    /// What else is to be known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notes: Option<Text>,
    /// The categories (猶予類型) with their conditions, members, attachment rules and ends.
    #[schema(max_items = 20)]
    pub categories: Vec<CategoryRule>,
    /// Since when these rules hold: a round's rules are effective-dated.
    pub effective_from_date: NaiveDate,
}

impl RoundResponse {
    fn of(round: String, edition: Edition, now: Instant) -> Self {
        let window = match edition.window(japan_day(now)) {
            Window::NotYetOpen { .. } => WindowStatus::NotYetOpen,
            Window::Open => WindowStatus::Open,
            Window::Late => WindowStatus::Late,
            Window::Closed { .. } => WindowStatus::Closed,
        };
        Self {
            round,
            name: edition.name,
            window,
            opens_date: edition.opens_on,
            until_date: edition.until,
            closes_at: start_of(edition.until.succ_opt().unwrap_or(edition.until)).into(),
            late_until_date: edition.late_until,
            duty_begins_date: edition.duty_begins_on,
            eligible_kinds: edition.eligible_kinds,
            notes: edition.notes,
            categories: edition.categories,
            effective_from_date: edition.effective_from,
        }
    }
}

page! {
    /// A page of rounds.
    RoundPage {
        /// The rounds, by name.
        RoundResponse
    }
}

/// List the rounds
///
/// All rounds of the transitional measure (経過措置) with their windows and categories, in Japanese and
/// English.
#[utoipa::path(
    tag = tags::TRANSITIONAL_MEASURES,
    operation_id = LIST.id,
    params(PageQuery),
    responses((status = 200, description = "A page of rounds.", body = RoundPage)),
)]
#[get("/v1/transitional-measures")]
async fn list_rounds(context: Context, query: web::Query<PageQuery>) -> Result<Answer<RoundPage>, Problem> {
    let slice = query.slice::<String>()?;
    let list = context.read(move |reading| {
        let mut names = stored::list_names(reading.conn, slice.after.as_deref(), slice.limit_plus_one())?;
        let next_page_token = cut(&mut names, slice.limit, Clone::clone)?;
        let mut items = Vec::with_capacity(names.len());
        for name in names {
            let edition = transitional_measures::find_edition(reading.conn, &name, reading.now)?;
            items.extend(edition.map(|edition| RoundResponse::of(name, edition, reading.now)));
        }
        Ok(RoundPage { items, next_page_token })
    });
    Ok(context.answer_page(&list.await?)?)
}

/// Read a round
///
/// Its window, and for each category the condition, the members to state, the attachment rule and
/// until when it excuses, in Japanese and English: everything a form needs to be drawn.
#[utoipa::path(
    tag = tags::TRANSITIONAL_MEASURES,
    operation_id = READ.id,
    params(("round" = String, Path, description = "The round's name.", max_length = 40, example = "2023")),
    responses(
        (status = 200, description = "The round.", body = RoundResponse),
    ),
)]
#[get("/v1/transitional-measures/{round}")]
async fn read_round(context: Context, round: web::Path<String>) -> Result<Answer<RoundResponse>, Problem> {
    let round = round.into_inner();
    let name = round.clone();
    let find =
        context.read(move |reading| transitional_measures::find_edition(reading.conn, &name, reading.now));
    let edition = find.await?.ok_or(Error::NotFound)?;
    Ok(Answer::ok(&RoundResponse::of(round, edition, context.call.now))?)
}
