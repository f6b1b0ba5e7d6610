//! A port, with limits on what its connections take.

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
use crate::error::Error;

/// How long a client that was answered before it had sent everything may go on sending: one whose line is
/// reset meanwhile never reads why it was refused.
const LINGER: Duration = Duration::from_secs(5);

/// What a connection's share of the kernel's memory for answers is set from, in bytes. It grows to
/// megabytes otherwise, and a client that reads slowly and steadily looks for minutes as if it did not read.
const SEND_BUFFER: u32 = 64 * 1024;

/// What a port takes on.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Threads that serve.
    pub threads: usize,
    /// Most connections at once; others wait.
    pub connections: usize,
    /// Most connections that wait.
    pub backlog: u32,
    /// How long the head of a connection's first request may take.
    pub head_time: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// How long a connection goes without a byte of an answer.
    pub silence: Duration,
    /// How long answers may take that are under way when it is closed.
    pub last_answers: Duration,
}

impl Limits {
    /// Those of the API.
    pub fn of(serving: &Serving) -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            connections: serving.connections,
            backlog: serving.backlog,
            head_time: serving.head_time,
            keep_alive: serving.keep_alive,
            silence: serving.longest_silence(),
            last_answers: serving.request_time,
        }
    }
}

/// A port that is listened on and not served yet.
pub struct Listener {
    /// Where it is.
    pub address: SocketAddr,
    socket: TcpListener,
    limits: Limits,
}

impl Listener {
    /// Opens the port.
    ///
    /// # Errors
    /// An internal error that names the address, if it cannot be listened on.
    pub fn open(listen: SocketAddr, limits: Limits) -> Result<Self, Error> {
        let opened = listen_on(listen, limits.backlog).and_then(|socket| Ok((socket.local_addr()?, socket)));
        let (address, socket) = opened.map_err(|error| Error::internal(format!("{listen}: {error}")))?;
        Ok(Self { address, socket, limits })
    }

    /// Serves an application on it. This is `actix_web::HttpServer` but for the `Connection`, which
    /// that one gives no place to.
    ///
    /// # Errors
    /// An internal error if the socket cannot be shared among the threads.
    pub fn serve<F, I, S, B>(self, application: F) -> Result<Server, Error>
    where
        F: Fn() -> I + Send + Clone + 'static,
        I: IntoServiceFactory<S, Request>,
        S: ServiceFactory<Request, Config = AppConfig, Error = actix_web::Error> + 'static,
        S::Response: Into<Response<B>> + 'static,
        S::InitError: fmt::Debug,
        S::Service: 'static,
        B: MessageBody + 'static,
    {
        let Self { address, socket, limits } = self;
        let server = Server::build()
            .workers(limits.threads)
            .max_concurrent_connections(limits.connections.div_ceil(limits.threads))
            // The signals are the service's own, so that it can announce its end first.
            .disable_signals()
            .shutdown_timeout(limits.last_answers.as_secs());
        let ending = server.graceful_shutdown_signal();
        let server = server.listen(address.to_string(), socket, move || {
            let (ending, silence) = (ending.clone(), limits.silence);
            let application = map_config(application(), |()| AppConfig::default());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let ending = ending.clone();
                    async move { ending.notified().await }
                })
                .client_request_timeout(limits.head_time)
                .keep_alive(limits.keep_alive)
                .client_disconnect_timeout(LINGER)
                .local_addr(address)
                .h1(application.map_err(|error| error.error_response()));
            fn_service(move |stream: TcpStream| {
                let peer = stream.peer_addr().ok();
                async move { Ok((Connection::new(stream, silence), peer)) }
            })
            .and_then(http)
        });
        Ok(server.map_err(Error::internal)?.run())
    }
}

fn listen_on(address: SocketAddr, backlog: u32) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // Those who connect take after it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(backlog)?.into_std()
}
