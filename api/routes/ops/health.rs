//! `/livez` and `/readyz`: the liveness and readiness probes.

use crate::routes::tags;
use actix_web::{Either, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::answer::Answer;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::problems::{Check, Problem, ProblemSummary};
use crate::ops::readiness::ReadinessReport;

const LIVENESS: Operation = Operation::public("getLiveness");
const READINESS: Operation = Operation::public("getReadiness")
    .refusing(&[(503, "The service is not ready. `checks` shows which check fails.")]);

/// The operations of this resource.
pub const OPERATIONS: &[&Operation] = &[&LIVENESS, &READINESS];

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(livez).service(readyz);
}

/// The answer of a live process.
#[derive(Serialize, ToSchema)]
pub struct LiveResponse {
    /// Always `live`.
    #[schema(max_length = 10, example = "live")]
    pub status: &'static str,
}

/// The answer of a ready service.
#[derive(Serialize, ToSchema)]
pub struct ReadyResponse {
    /// Always `ready`. A service that is not ready answers 503.
    #[schema(max_length = 10, example = "ready")]
    pub status: &'static str,
    /// The number of mails that wait in the outbox.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub mails_waiting: i64,
    /// The checks.
    #[schema(max_items = 10)]
    pub checks: Vec<Check>,
}

/// Check liveness
///
/// Answers 200 as soon as the process accepts requests. It does not use the database.
#[utoipa::path(
    tag = tags::OPERATIONS,
    operation_id = LIVENESS.id,
    responses((status = 200, description = "The process is alive.", body = LiveResponse)),
)]
#[get("/livez")]
async fn livez() -> Result<Answer<LiveResponse>, Problem> {
    Ok(Answer::ok(&LiveResponse { status: "live" })?)
}

/// Check readiness
///
/// Checks the database, its schema, the disks and the outbox, at most once a second. The answer is 503 while a check
/// fails, and from the moment the service is told to stop. Waiting mails do not make the service unready; the check
/// `outbox` measures for how many seconds the oldest of them has been due.
#[utoipa::path(
    tag = tags::OPERATIONS,
    operation_id = READINESS.id,
    responses(
        (status = 200, description = "The service is ready.", body = ReadyResponse),
    ),
)]
#[get("/readyz")]
async fn readyz(context: Context) -> Result<Either<Answer<ReadyResponse>, HttpResponse>, Problem> {
    let report = context.state.readiness.report().await;
    let draining = context.state.traffic.is_draining();
    let checks = checks(&report, draining);
    if draining || !report.is_ready() {
        return Ok(Either::Right(ProblemSummary::not_ready(checks).respond()));
    }
    let mails_waiting = report.outbox.map_or(0, |outbox| outbox.waiting);
    Ok(Either::Left(Answer::ok(&ReadyResponse { status: "ready", mails_waiting, checks })?))
}

fn checks(report: &ReadinessReport, draining: bool) -> Vec<Check> {
    let ahead = report.schema.map(|schema| count(schema.ahead));
    let lag = report.outbox.map(|outbox| outbox.lag.num_seconds());
    let parts = [
        Check::of("serving", !draining),
        Check::of("database", report.is_writable),
        Check::of("migrations", report.fits_schema()).measured(ahead, "steps ahead"),
        Check::of("outbox", report.outbox.is_some()).measured(lag, "seconds"),
    ];
    let disks = report.disks.iter().map(|(name, free)| {
        let mebibytes = free.map(|free| count(free / 1024 / 1024));
        Check::of(&format!("disk of {name}"), report.has_room(*free)).measured(mebibytes, "MiB free")
    });
    parts.into_iter().chain(disks).collect()
}

fn count(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
