//! `/livez` and `/readyz`: the liveness and readiness probes.

use crate::routes::tags;
use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::answer::Answer;
use crate::http::context::Context;
use crate::http::operation::Operation;
use crate::http::problems::Problem;
use crate::http::problems::refusals::ServiceRefusal;

const LIVENESS: Operation = Operation::public("getLiveness");
const READINESS: Operation = Operation::public("getReadiness").refusing(&[ServiceRefusal::NotReady.code()]);

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
/// Checks the database, its schema and the disks, at most once a second. The answer is 503 while a check fails, and from
/// the moment the service is told to stop. The answer is the same whatever fails, and does not depend on waiting mails.
/// Operators find the details on a port of their own.
#[utoipa::path(
    tag = tags::OPERATIONS,
    operation_id = READINESS.id,
    responses(
        (status = 200, description = "The service is ready.", body = ReadyResponse),
    ),
)]
#[get("/readyz")]
async fn readyz(context: Context) -> Result<Answer<ReadyResponse>, Problem> {
    let report = context.state.readiness.report().await;
    if context.state.traffic.is_draining() || !report.is_ready() {
        return Err(ServiceRefusal::NotReady.into());
    }
    Ok(Answer::ok(&ReadyResponse { status: "ready" })?)
}
