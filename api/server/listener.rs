//! The port of the API, with limits on what its connections take.

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_http::{HttpService, Request};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response, Server};
use actix_web::rt::net::{TcpSocket, TcpStream};

use super::connection::Connection;
use crate::config::Serving;

/// How long a client that was answered before it had sent everything may go on sending: one whose line is
/// reset meanwhile never reads why it was refused.
const LINGER: Duration = Duration::from_secs(5);

/// A port that is listened on and not served yet.
pub(super) struct Listener {
    /// Where it is.
    pub(super) address: SocketAddr,
    socket: TcpListener,
    serving: Serving,
}

impl Listener {
    /// Opens the port.
    ///
    /// # Errors
    /// The system's, if it cannot be listened on.
    pub(super) fn open(listen: SocketAddr, serving: Serving) -> std::io::Result<Self> {
        let socket = if listen.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(listen)?;
        let socket = socket.listen(serving.backlog)?.into_std()?;
        Ok(Self { address: socket.local_addr()?, socket, serving })
    }

    /// Serves an application on it. This is `actix_web::HttpServer` but for the [`Connection`], which
    /// that one gives no place to.
    ///
    /// # Errors
    /// The system's, if the socket cannot be shared among the threads.
    pub(super) fn serve<F, I, S, B>(self, application: F) -> std::io::Result<Server>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
        S::Response: Into<Response<B>> + 'static,
        S::InitError: fmt::Debug,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        let Self { address, socket, serving } = self;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let server = Server::build()
            .workers(threads)
            .max_concurrent_connections(serving.connections.div_ceil(threads))
            // The signals are the service's own, so that it can announce its end first.
            .disable_signals()
            .shutdown_timeout(serving.request_time.as_secs());
        let ending = server.graceful_shutdown_signal();
        let server = server.listen(address.to_string(), socket, move || {
            let (ending, silence) = (ending.clone(), serving.longest_silence());
            let application = map_config(application(), |()| AppConfig::default());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let ending = ending.clone();
                    async move { ending.notified().await }
                })
                .client_request_timeout(serving.head_time)
                .keep_alive(serving.keep_alive)
                .client_disconnect_timeout(LINGER)
                .local_addr(address)
                .h1(application.map_err(|error| error.error_response()));
            fn_service(move |stream: TcpStream| {
                let peer = stream.peer_addr().ok();
                async move { Ok((Connection::new(stream, silence), peer)) }
            })
            .and_then(http)
        })?;
        Ok(server.run())
    }
}
