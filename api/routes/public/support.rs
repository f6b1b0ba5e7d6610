//! `/v1/support`: the telephone number and the opening hours of the call centre.

use crate::routes::tags;
use actix_web::get;
use chrono::{Duration, NaiveDate, Weekday};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::domain::support as call_centre;
use crate::domain::support::holidays;
use crate::domain::values::calendar::japan_day;
use crate::domain::values::lang::Text;
use crate::http::answer::Answer;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::problems::Problem;
use crate::http::timestamp::Timestamp;

/// For how many days from today holidays are listed.
const DAYS_AHEAD: i64 = 366;

const READ: Operation = Operation::public("getSupport");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&READ];

/// Registers the route.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(read_support);
}

/// Consecutive weekdays with the same opening hours, in Japan time.
#[derive(Serialize, ToSchema)]
pub struct HoursResponse {
    /// The first weekday.
    #[schema(max_length = 9, example = "MONDAY")]
    pub from_weekday: &'static str,
    /// The last weekday, inclusive.
    #[schema(max_length = 9, example = "FRIDAY")]
    pub to_weekday: &'static str,
    /// The time at which the call centre opens, `HH:MM`.
    #[schema(min_length = 5, max_length = 5, pattern = "^[0-9]{2}:[0-9]{2}$", example = "08:00")]
    pub opens: String,
    /// The time at which the call centre closes, `HH:MM`.
    #[schema(max_length = 5, pattern = "^[0-9]{2}:[0-9]{2}$", example = "18:00")]
    pub closes: String,
}

/// A public holiday (祝日) on which the call centre is closed.
#[derive(Serialize, ToSchema)]
pub struct HolidayResponse {
    /// The day of the holiday.
    pub date: NaiveDate,
    /// The name of the holiday.
    pub name: Text,
}

/// The call centre (オンライン資格確認等コールセンター).
#[derive(Serialize, ToSchema)]
pub struct SupportResponse {
    /// The toll-free telephone number.
    #[schema(max_length = 20, example = "0800-080-4583")]
    pub phone: &'static str,
    /// The opening hours as a text.
    pub hours_text: Text,
    /// The opening hours.
    #[schema(max_items = 7)]
    pub hours: Vec<HoursResponse>,
    /// Whether the call centre is open now.
    pub open_now: bool,
    /// When the call centre opens next. Absent if that day is after the last year whose holidays are known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub next_opening_at: Option<Timestamp>,
    /// The holidays from today until 366 days later.
    #[schema(max_items = 60)]
    pub holidays: Vec<HolidayResponse>,
    /// The last year whose holidays are known.
    #[schema(minimum = 2000, maximum = 2199, example = 2026)]
    pub holidays_known_until_year: i32,
}

/// Read the call centre's hours
///
/// The telephone number, the opening hours, whether the call centre is open now, when it opens next, and the holidays.
#[utoipa::path(
    tag = tags::SUPPORT,
    operation_id = READ.id,
    responses((status = 200, description = "The call centre.", body = SupportResponse)),
)]
#[get("/v1/support")]
async fn read_support(context: Context) -> Result<Answer<SupportResponse>, Problem> {
    let now = context.call.now;
    let today = japan_day(now);
    let hours = call_centre::HOURS.iter().map(|hours| HoursResponse {
        from_weekday: weekday(hours.first),
        to_weekday: weekday(hours.last),
        opens: format!("{:02}:00", hours.opens),
        closes: format!("{:02}:00", hours.closes),
    });
    let holidays = holidays::holidays_in(today..=today + Duration::days(DAYS_AHEAD))
        .map(|(date, holiday)| HolidayResponse { date, name: holiday.name() });
    let body = SupportResponse {
        phone: call_centre::PHONE_NUMBER,
        hours_text: call_centre::hours_text(),
        hours: hours.collect(),
        open_now: call_centre::is_open(now),
        next_opening_at: call_centre::next_opening(now).map(Into::into),
        holidays: holidays.collect(),
        holidays_known_until_year: *holidays::known_years().end(),
    };
    Ok(Answer::ok(&body)?)
}

const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MONDAY",
        Weekday::Tue => "TUESDAY",
        Weekday::Wed => "WEDNESDAY",
        Weekday::Thu => "THURSDAY",
        Weekday::Fri => "FRIDAY",
        Weekday::Sat => "SATURDAY",
        Weekday::Sun => "SUNDAY",
    }
}
