//! `/v1/transitional-measures`: reads the rounds of the transitional measure.
//!
//! A round (届出回) is a period in which facilities may file declarations. An edition has the rules of a round that apply
//! from one day on.

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
use crate::http::paging::{PageQuery, page, split_next_page_token};
use crate::http::problems::Problem;
use crate::http::timestamp::Timestamp;
use crate::routes::tags;
use crate::usecases::filings::transitional_measures;

const LIST: Operation = Operation::public("listTransitionalMeasures");
const READ: Operation = Operation::public("getTransitionalMeasure");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&LIST, &READ];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_rounds).service(read_round);
}

/// Whether a round accepts declarations. `NOT_YET_OPEN`: not yet. `OPEN`: yes. `LATE`: yes, and they are marked as
/// late. `CLOSED`: no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WindowStatus {
    /// The round does not accept declarations yet.
    NotYetOpen,
    /// The round accepts declarations.
    Open,
    /// The round accepts declarations, and marks them as late.
    Late,
    /// The round no longer accepts declarations.
    Closed,
}

/// A round of the transitional measure (経過措置).
#[derive(Serialize, ToSchema)]
pub struct RoundResponse {
    /// The name of the round, as declarations state it in `round`.
    #[schema(max_length = 40, example = "2023")]
    pub round: String,
    /// The title of the round.
    pub name: Text,
    /// Whether the round accepts declarations now.
    pub window: WindowStatus,
    /// The first day on which declarations are accepted, in Japan.
    pub opens_date: NaiveDate,
    /// The last day on which declarations are in time, inclusive, in Japan.
    pub until_date: NaiveDate,
    /// The end of `until_date` in Japan: the first moment of the next day.
    pub closes_at: Timestamp,
    /// The last day on which late declarations are accepted, inclusive, in Japan. Absent if none are accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub late_until_date: Option<NaiveDate>,
    /// The day on which the duty begins, from which a declaration excuses.
    pub duty_begins_date: NaiveDate,
    /// The kinds of facility that may file in the round.
    #[schema(max_items = 4)]
    pub eligible_kinds: Vec<FacilityKind>,
    /// Further information for facilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notes: Option<Text>,
    /// The rules of the categories (猶予類型), in the order of the form.
    #[schema(max_items = 20)]
    pub categories: Vec<CategoryRule>,
    /// The first day on which these rules apply, in Japan. Rules that apply from a later day may follow.
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
        /// The rounds, in the order of their names.
        RoundResponse
    }
}

/// List the rounds
///
/// All rounds of the transitional measure (経過措置) with their rules, in the order of their names. Texts are in Japanese
/// and English.
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
        let next_page_token = split_next_page_token(&mut names, slice.limit, Clone::clone)?;
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
/// The round with the rules of its categories: the condition, the members of the reason, the attachments, and how
/// long the category excuses. A front end can build the form from them. Texts are in Japanese and English.
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
