//! The clock: read, and moved forward.

use crate::routes::tags;
use actix_web::{HttpResponse, get, put, web};
use chrono::Datelike as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::clock::{Clock, LAST_YEAR};
use crate::db::engine::writer::Mode;
use crate::domain::values::fault::Fault;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::context::Context;
use crate::http::filing::{Filing, nobody};
use crate::http::problems::Problem;
use crate::http::rehearsal::WriteQuery;
use crate::http::timestamp::Timestamp;
use crate::usecases::sandbox;

/// The sandbox's clock.
#[derive(Serialize, ToSchema)]
pub struct ClockResponse {
    /// The service's time.
    pub now: Timestamp,
}

/// Where to move the clock.
#[derive(Deserialize, ToSchema, Validate)]
pub struct ClockRequest {
    /// The new time, not before the present one and not after the year 2199.
    #[schema(format = DateTime, min_length = 20, max_length = 40, example = "2023-03-31T23:50:00+09:00")]
    #[validate(length(max = 40, code = "too_long"))]
    pub now: String,
}

/// Read the clock
///
/// The time by which the sandbox lives. It ticks, and goes on after a restart.
#[utoipa::path(
    tag = tags::SANDBOX,
    operation_id = "getClock",
    responses((status = 200, description = "The time.", body = ClockResponse)),
    security(()),
)]
#[get("/sandbox/clock")]
pub(super) async fn read_clock(context: Context) -> Result<HttpResponse, Problem> {
    Ok(Answer::ok(&ClockResponse { now: context.call.now.into() })?.write())
}

/// Move the clock forward
///
/// Drives everything that depends on time: tokens, sessions, deadlines, retries of mails. It never goes
/// back.
#[utoipa::path(
    tag = tags::SANDBOX,
    operation_id = "moveClock",
    params(WriteQuery),
    request_body = ClockRequest,
    responses((status = 200, description = "The new time.", body = ClockResponse)),
    security(()),
)]
#[put("/sandbox/clock")]
pub(super) async fn move_clock(
    context: Context,
    query: web::Query<WriteQuery>,
    body: Json<ClockRequest>,
) -> Result<HttpResponse, Problem> {
    let query = query.into_inner();
    let Json { value, mut faults, .. } = body;
    let parsed = chrono::DateTime::parse_from_rfc3339(&value.now).map_err(|_| Fault::InstantForm);
    let wanted = faults.take("/now", parsed).map(|wanted| wanted.to_utc());
    if wanted.is_some_and(|wanted| wanted.year() > LAST_YEAR) {
        faults.add("/now", Fault::InstantForm);
    }
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
