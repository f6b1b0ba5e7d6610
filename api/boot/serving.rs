//! Starts and stops the service: the HTTP server, the worker and the metrics port.

use std::net::SocketAddr;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::web::Bytes;
use actix_web::{App, HttpRequest, HttpResponse, guard, web};
use tokio::task::JoinHandle;
use utoipa_actix_web::AppExt as _;

use super::background;
use crate::error::Error;
use crate::http::edge::{edge, refuse_unread};
use crate::http::fallback::KnownPaths;
use crate::http::operation::OperationIndex;
use crate::http::server::listener::{Limits, Listener};
use crate::http::server::metrics_port::MetricsPort;
use crate::jobs::stop::{self, StopSender};
use crate::ops::signals::Signals;
use crate::routes::documents;
use crate::routes::public::{pages, security_txt};
use crate::state::State;

/// A running service.
pub struct Running {
    /// The address on which it listens.
    pub address: SocketAddr,
    /// The application state.
    pub state: web::Data<State>,
    metrics: Option<MetricsPort>,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    worker: JoinHandle<()>,
    stop: StopSender,
}

impl Running {
    /// The address of the metrics' port, if it is open.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics.as_ref().map(|metrics| metrics.address)
    }

    /// Serves until a signal arrives, then stops. A second signal ends the wait for the shutdown at once.
    ///
    /// # Errors
    /// The server's error, or an internal error if a second signal interrupted the shutdown.
    pub async fn serve_until_signal(mut self, mut signals: Signals) -> Result<(), Error> {
        tokio::select! {
            ended = &mut self.server => {
                self.stop.stop();
                worker_ended(self.worker).await?;
                return ended.map_err(Error::internal)?.map_err(Error::internal);
            }
            () = signals.next() => {}
        }
        signals.wait_or_abort(self.stop()).await
    }

    /// Stops without losing a request: announces the stop to balancers and callers, waits for the drain time, finishes
    /// the requests in progress, and only then stops the worker, which may have to send the mails of these requests.
    ///
    /// # Errors
    /// The server's error.
    pub async fn stop(self) -> Result<(), Error> {
        let drain_time = self.state.settings.serving.drain_time;
        tracing::info!(seconds = drain_time.as_secs(), "stopping: draining");
        self.state.traffic.drain();
        tokio::time::sleep(drain_time).await;
        tracing::info!(under_way = self.state.traffic.under_way(), "stopping: finishing requests");
        self.handle.stop(true).await;
        let ended = self.server.await;
        self.stop.stop();
        worker_ended(self.worker).await?;
        // The metrics port closes last, so that the shutdown can be monitored.
        if let Some(metrics) = self.metrics {
            metrics.close().await;
        }
        tracing::info!("stopped");
        ended.map_err(Error::internal)?.map_err(Error::internal)
    }
}

/// Starts the service and its worker.
///
/// # Errors
/// An internal error if the address of the API or of the metrics cannot be listened on.
pub fn start(state: State) -> Result<Running, Error> {
    let with_sandbox = state.is_sandbox();
    let listener = Listener::open(state.settings.listen, Limits::of(&state.settings.serving))?;
    let address = listener.address;
    let state = web::Data::new(state);
    let described = documents::ALL.map(|document| document.describe(with_sandbox));
    let operations = documents::ALL.map(|document| document.operations(with_sandbox)).concat();
    let index = OperationIndex::of(&described, &operations);
    let known = KnownPaths::of(&described, &pages::PATHS);
    let mut files: Vec<(&str, &str, Bytes)> = Vec::new();
    for (document, described) in documents::ALL.iter().zip(&described) {
        let json = described.to_json().map_err(Error::internal)?;
        let yaml = described.to_yaml().map_err(Error::internal)?;
        files.push((document.paths.json, "application/json", json.into()));
        files.push((document.paths.yaml, "application/yaml", yaml.into()));
    }
    let shared = state.clone();
    let unreadable = state.clone();
    let unread = move |status, peer, origin: Option<&str>| refuse_unread(status, peer, origin, &unreadable);
    let server = listener.serve(
        move || {
            let (app, _) = App::new()
                .app_data(shared.clone())
                .app_data(index.clone())
                .into_utoipa_app()
                .configure(|config| {
                    for document in documents::ALL {
                        document.routes(config, with_sandbox);
                    }
                })
                .split_for_parts();
            let known = known.clone();
            let files = files.clone();
            app.service(security_txt::security_txt)
                .configure(pages::routes)
                .configure(|config| {
                    for (path, media_type, content) in files {
                        config.service(file(path, media_type, content));
                    }
                })
                .default_service(web::to(move |request: HttpRequest| {
                    let answer = known.answer(&request);
                    async move { answer }
                }))
                .wrap(from_fn(edge))
        },
        unread,
    )?;
    let handle = server.handle();
    let metrics = MetricsPort::open(&state)?;
    let (stop, stopped) = stop::channel();
    let worker = tokio::spawn(background::run(state.clone().into_inner(), stopped));
    Ok(Running { address, state, metrics, handle, server: tokio::spawn(server), worker, stop })
}

/// Runs the worker and the metrics port without the API until a signal arrives. A second signal ends the wait for the
/// shutdown at once.
///
/// # Errors
/// An internal error if the metrics' address cannot be listened on, or if a second signal interrupted the shutdown.
pub async fn run_worker(state: State, mut signals: Signals) -> Result<(), Error> {
    let state = web::Data::new(state);
    let metrics = MetricsPort::open(&state)?;
    let (stop, stopped) = stop::channel();
    let worker = tokio::spawn(background::run(state.into_inner(), stopped));
    signals.next().await;
    stop.stop();
    let ended = signals.wait_or_abort(worker_ended(worker)).await;
    if let Some(metrics) = metrics {
        metrics.close().await;
    }
    ended
}

/// Waits until the worker has ended. An error means that it panicked.
async fn worker_ended(worker: JoinHandle<()>) -> Result<(), Error> {
    // The panic's message is left out, because it may contain a part of a mail. The panic hook has logged
    // where the panic happened.
    worker.await.map_err(|_| Error::internal("the worker panicked"))
}

fn file(path: &'static str, media_type: &'static str, content: Bytes) -> actix_web::Resource {
    // The guard is on the resource instead of its route, so that other methods reach the fallback handler.
    web::resource(path).guard(guard::Get()).to(move || {
        let body = content.clone();
        async move { HttpResponse::Ok().content_type(media_type).body(body) }
    })
}
