//! `/sandbox/clock`: reads the sandbox's clock, and moves it forward.

use crate::routes::tags;
use actix_web::{get, put};
use chrono::Datelike as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use crate::clock::{Clock, LAST_YEAR};
use crate::domain::values::calendar::Instant;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::text::MAX_CODE_INPUT;
use crate::error::Error;
use crate::http::answer::Answer;
use crate::http::body::Json;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::problems::Problem;
use crate::http::timestamp::Timestamp;
use crate::usecases::sandbox;

const READ: Operation = Operation::public("getClock");
const MOVE: Operation = Operation::public("moveClock");

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&READ, &MOVE];

/// Registers the routes. A production service has none of them.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(read_clock).service(move_clock);
}

/// The sandbox's clock.
#[derive(Serialize, ToSchema)]
pub struct ClockResponse {
    /// The current time of the sandbox.
    pub now: Timestamp,
}

/// The time to which the clock is moved.
#[derive(Deserialize, ToSchema, Validate)]
pub struct ClockRequest {
    /// The new time (RFC 3339). It must not be before the current time, and not after the year 2199.
    #[schema(format = DateTime, min_length = 20, max_length = 40, example = "2023-03-31T23:50:00+09:00")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub now: String,
}

impl ClockRequest {
    fn parse(&self, present: Instant, faults: &mut Faults) -> Option<Instant> {
        let parsed = chrono::DateTime::parse_from_rfc3339(&self.now).map_err(|_| Fault::InstantForm);
        let wanted = faults.take("/now", parsed)?.to_utc();
        if wanted.year() > LAST_YEAR {
            faults.add("/now", Fault::InstantForm);
        }
        if wanted < present {
            faults.add("/now", Fault::InstantInPast);
        }
        Some(wanted)
    }
}

/// Read the clock
///
/// The current time of the sandbox. The clock runs. After a restart it continues with the same offset.
#[utoipa::path(
    tag = tags::SANDBOX,
    operation_id = READ.id,
    responses((status = 200, description = "The current time.", body = ClockResponse)),
)]
#[get("/sandbox/clock")]
pub async fn read_clock(context: Context) -> Result<Answer<ClockResponse>, Problem> {
    Ok(Answer::ok(&ClockResponse { now: context.call.now.into() })?)
}

/// Move the clock forward
///
/// Sets the time for everything that depends on time: tokens, sessions, deadlines, retries of mails. The clock cannot
/// be moved back.
#[utoipa::path(
    tag = tags::SANDBOX,
    operation_id = MOVE.id,
    request_body = ClockRequest,
    responses((status = 200, description = "The new time.", body = ClockResponse)),
)]
#[put("/sandbox/clock")]
pub async fn move_clock(
    context: Context,
    body: Json<ClockRequest>,
) -> Result<Answer<ClockResponse>, Problem> {
    let now = context.call.now;
    let wanted = body.read(|form, faults| form.parse(now, faults))?;
    let offset = Clock::offset_for(wanted);
    let clock = context.state.clock.clone();
    let shared = clock.clone();
    let stored = context.write(move |work| {
        // Another request may have moved the clock in the meantime, and the clock must not go back.
        if offset < shared.offset_micros() {
            return Err(Error::invalid("/now", Fault::InstantInPast));
        }
        sandbox::clock::store_offset(work, offset)
    });
    stored.await?;
    // The clock moves after the new offset is stored, so that the clock and the data agree after a crash.
    clock.move_forward_to_offset(offset);
    Ok(Answer::ok(&ClockResponse { now: wanted.into() })?)
}
