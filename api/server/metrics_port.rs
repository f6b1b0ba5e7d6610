//! `/metrics` on a port of its own, which stays inside: nothing else is there, and it is nowhere
//! else.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::error::Error;
use crate::metrics::MEDIA_TYPE;
use crate::state::State;

/// Connections at most; more than one scraper is rare.
const CONNECTIONS: usize = 32;

/// The port while it is open.
pub(super) struct MetricsPort {
    /// Where it listens.
    pub(super) address: SocketAddr,
    handle: ServerHandle,
}

impl MetricsPort {
    /// Opens the port, if the settings name one.
    ///
    /// # Errors
    /// An internal error if the address cannot be listened on.
    pub(super) fn open(state: &web::Data<State>) -> Result<Option<Self>, Error> {
        let (Some(listen), state) = (state.settings.serving.metrics, state.clone()) else { return Ok(None) };
        let server = HttpServer::new(move || {
            App::new().app_data(state.clone()).route("/metrics", web::get().to(metrics))
        });
        let server = server
            .workers(1)
            .max_connections(CONNECTIONS)
            .disable_signals()
            .bind(listen)
            .map_err(|error| Error::internal(format!("{listen}: {error}")))?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Some(Self { address, handle }))
    }

    /// Closes it; the last scrapes are finished.
    pub(super) async fn close(self) {
        self.handle.stop(true).await;
    }
}

async fn metrics(state: web::Data<State>) -> HttpResponse {
    let report = state.readiness.report().await;
    match state.metrics.text(&report, state.traffic.is_draining()) {
        Ok(text) => HttpResponse::Ok().content_type(MEDIA_TYPE).body(text),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            HttpResponse::InternalServerError().finish()
        }
    }
}
