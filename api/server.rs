//! Puts routes, state and worker together and serves them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, guard, web};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use utoipa_actix_web::AppExt as _;

use crate::error::Error;
use crate::routes::document;
use crate::routes::edge::edge;
use crate::routes::fallback::KnownPaths;
use crate::routes::pages;
use crate::signals::Signals;
use crate::state::State;
use crate::worker;

/// How long a client may take for the head of a request.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may idle between requests; longer than balancers keep theirs.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long requests under way may take when the service stops, in seconds.
const DRAIN_SECONDS: u64 = 30;
/// A service that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its state.
    pub state: web::Data<State>,
    handle: ServerHandle,
    server: JoinHandle<std::io::Result<()>>,
    worker: JoinHandle<()>,
    stop: watch::Sender<bool>,
}

impl Running {
    /// Waits until the service ends by itself or by a signal. A second signal ends it at once:
    /// requests under way are cut off.
    ///
    /// # Errors
    /// The server's.
    pub async fn wait(mut self, mut signals: Signals) -> Result<(), Error> {
        tokio::select! {
            ended = &mut self.server => {
                self.end_worker().await?;
                return ended.map_err(Error::internal)?.map_err(Error::internal);
            }
            () = signals.next() => tracing::info!("asked to stop; requests under way are finished first"),
        }
        tokio::select! {
            stopped = self.stop() => stopped,
            () = signals.next() => {
                tracing::warn!("asked again to stop; requests under way are cut off");
                Ok(())
            }
        }
    }

    /// Stops it: balancers are given time to notice, then requests under way are finished, then the
    /// worker's.
    ///
    /// # Errors
    /// The server's.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.state.traffic.leave();
        tokio::time::sleep(self.state.settings.drain).await;
        self.handle.stop(true).await;
        let ended = (&mut self.server).await;
        self.end_worker().await?;
        ended.map_err(Error::internal)?.map_err(Error::internal)
    }

    async fn end_worker(&mut self) -> Result<(), Error> {
        self.stop.send_replace(true);
        (&mut self.worker).await.map_err(Error::internal)
    }
}

/// Starts the service and its worker.
///
/// # Errors
/// An internal error if the address cannot be listened on.
pub fn start(state: State) -> Result<Running, Error> {
    let with_sandbox = state.is_sandbox();
    let (listen, connections) = (state.settings.listen, state.settings.max_connections);
    let state = web::Data::new(state);
    let description = document::document(with_sandbox);
    let known = KnownPaths::of(&description, &pages::PATHS);
    let json: Arc<str> = description.to_json().map_err(Error::internal)?.into();
    let yaml: Arc<str> = description.to_yaml().map_err(Error::internal)?.into();
    let shared = state.clone();
    let server = HttpServer::new(move || {
        let (app, _) = App::new()
            .app_data(shared.clone())
            .into_utoipa_app()
            .configure(|config| document::routes(config, with_sandbox))
            .split_for_parts();
        let known = known.clone();
        app.configure(pages::routes)
            .service(file("/openapi.json", "application/json", Arc::clone(&json)))
            .service(file("/openapi.yaml", "application/yaml", Arc::clone(&yaml)))
            .default_service(web::to(move |request: HttpRequest| {
                let answer = known.answer(&request);
                async move { answer }
            }))
            .wrap(from_fn(edge))
    })
    .client_request_timeout(HEAD_PATIENCE)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(DRAIN_SECONDS)
    .max_connections(connections)
    .disable_signals()
    .bind(listen)
    .map_err(|error| Error::internal(format!("{listen}: {error}")))?;
    let address = server.addrs().first().copied().unwrap_or(listen);
    let server = server.run();
    let handle = server.handle();
    let (stop, stopped) = watch::channel(false);
    let worker = tokio::spawn(worker::run(state.clone().into_inner(), stopped));
    Ok(Running { address, state, handle, server: tokio::spawn(server), worker, stop })
}

fn file(path: &'static str, media_type: &'static str, content: Arc<str>) -> actix_web::Resource {
    // A guard of the resource and not of its route: other methods go on to the fallback, which
    // answers them like everywhere.
    web::resource(path).guard(guard::Get()).to(move || {
        let body = content.to_string();
        async move { HttpResponse::Ok().content_type(media_type).body(body) }
    })
}
