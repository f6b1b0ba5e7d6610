//! `/livez` and `/readyz`, for whoever watches over the process.

use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::answer::Answer;
use super::context::Context;
use super::problems::Problem;
use crate::db::outbox;

/// The tag of these operations.
pub const TAG: &str = "operations";

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(livez).service(readyz);
}

/// Whether the process lives.
#[derive(Serialize, ToSchema)]
pub struct LiveResponse {
    /// Always `live`.
    #[schema(max_length = 10, example = "live")]
    pub status: &'static str,
}

/// Whether the service can serve.
#[derive(Serialize, ToSchema)]
pub struct ReadyResponse {
    /// Always `ready`; a service that is not answers 503.
    #[schema(max_length = 10, example = "ready")]
    pub status: &'static str,
    /// How many mails wait in the outbox.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    pub mails_waiting: i64,
}

/// Is the process alive?
///
/// Answers as soon as the process takes requests; asks nothing of the database.
#[utoipa::path(
    tag = TAG,
    operation_id = "getLiveness",
    responses((status = 200, description = "It is.", body = LiveResponse)),
    security(()),
)]
#[get("/livez")]
async fn livez() -> Result<HttpResponse, Problem> {
    Ok(Answer::ok(&LiveResponse { status: "live" })?.write())
}

/// Can the service serve?
///
/// Asks the database; 503 while it cannot be reached and once the service is about to stop.
#[utoipa::path(
    tag = TAG,
    operation_id = "getReadiness",
    responses((status = 200, description = "It can.", body = ReadyResponse)),
    security(()),
)]
#[get("/readyz")]
async fn readyz(context: Context) -> Result<HttpResponse, Problem> {
    if context.state.traffic.is_leaving() {
        return Err(crate::error::Error::Overloaded("the service is about to stop").into());
    }
    let mails_waiting = context.state.database.read(outbox::count_waiting).await.map_err(|error| {
        tracing::error!(%error, "the database cannot be read");
        crate::error::Error::Overloaded("the database cannot be read")
    })?;
    Ok(Answer::ok(&ReadyResponse { status: "ready", mails_waiting })?.write())
}
