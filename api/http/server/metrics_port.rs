//! Serves `/metrics` and the details of `/readyz`, on a separate port for the operator.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, web};

use super::listener::{Limits, Listener};
use crate::error::{Error, chain};
use crate::http::edge;
use crate::ops::metrics::MEDIA_TYPE;
use crate::ops::readiness::Details;
use crate::state::State;

/// The limits of the port. They are low, because few scrapers connect and a scrape is short.
const LIMITS: Limits = Limits {
    threads: 1,
    connections: 32,
    backlog: 32,
    head_time: Duration::from_secs(5),
    keep_alive: Duration::from_secs(15),
    stall_timeout: Duration::from_secs(20),
    shutdown: Duration::from_secs(5),
};

/// The port while it is served.
pub struct MetricsPort {
    /// The address that it listens on.
    pub address: SocketAddr,
    handle: ServerHandle,
}

impl MetricsPort {
    /// Opens the port, if the settings name one.
    ///
    /// # Errors
    /// An internal error if the port cannot be opened.
    pub fn open(state: &web::Data<State>) -> Result<Option<Self>, Error> {
        let (Some(listen), state) = (state.settings.serving.metrics, state.clone()) else { return Ok(None) };
        let listener = Listener::open(listen, LIMITS)?;
        let address = listener.address;
        let unread = state.clone();
        let app = move || {
            App::new()
                .app_data(state.clone())
                .route("/metrics", web::get().to(metrics))
                .route("/readyz", web::get().to(readiness))
        };
        let server = listener.serve(app, move |status, _, _| edge::answer_unread(status, &unread))?;
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Some(Self { address, handle }))
    }

    /// Closes the port after the scrapes in progress have ended.
    pub async fn close(self) {
        self.handle.stop(true).await;
    }
}

async fn metrics(state: web::Data<State>) -> HttpResponse {
    let (report, backlog) = tokio::join!(state.readiness.report(), state.readiness.backlog());
    match state.metrics.text(&report, backlog, state.traffic.is_draining()) {
        Ok(text) => HttpResponse::Ok().content_type(MEDIA_TYPE).body(text),
        Err(error) => {
            tracing::error!(error = %chain(&error), "the metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}

async fn readiness(state: web::Data<State>) -> HttpResponse {
    let (report, backlog) = tokio::join!(state.readiness.report(), state.readiness.backlog());
    let details = Details::of(&report, backlog, state.traffic.is_draining());
    let mut answer = if details.is_ready() { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    answer.json(&details)
}
