//! Opens a port, and serves an application on it with limits on its connections.

use std::fmt;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::rc::Rc;
use std::time::Duration;

use actix_http::{HttpService, Request};
use actix_service::{IntoServiceFactory, ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Response, Server};
use actix_web::http::StatusCode;
use actix_web::rt::net::{TcpSocket, TcpStream};

use super::connection::Connection;
use super::unread::{AnswerStream, UnreadForm, note_answers};
use crate::config::Serving;
use crate::error::Error;

/// How long a client may continue to send after an answer that was sent before the body had arrived. If the connection
/// were reset at once, the client could not read the answer.
const LINGER: Duration = Duration::from_secs(5);

/// The size of a connection's send buffer in the kernel, in bytes. Without this limit the buffer grows to megabytes.
/// Then a client that reads slowly but steadily can look like a stalled one, because for minutes nothing is written.
const SEND_BUFFER: u32 = 64 * 1024;

/// The limits of a port.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The number of threads that serve requests.
    pub threads: usize,
    /// The maximum number of open connections. Further connections wait.
    pub connections: usize,
    /// The maximum number of connections that wait to be accepted.
    pub backlog: u32,
    /// How long the head of a connection's first request may take.
    pub head_time: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
    /// After how long without a written byte a connection is closed. See `Connection`.
    pub stall_timeout: Duration,
    /// How long requests in progress may take after the server was told to stop.
    pub shutdown: Duration,
}

impl Limits {
    /// The limits of the API's port.
    pub fn of(serving: &Serving) -> Self {
        Self {
            threads: std::thread::available_parallelism().map_or(1, usize::from),
            connections: serving.connections,
            backlog: serving.backlog,
            head_time: serving.head_time,
            keep_alive: serving.keep_alive,
            stall_timeout: serving.longest_silence(),
            shutdown: serving.request_time,
        }
    }
}

/// An open port that is not served yet.
pub struct Listener {
    /// The address that it listens on.
    pub address: SocketAddr,
    socket: TcpListener,
    limits: Limits,
}

impl Listener {
    /// Opens the port.
    ///
    /// # Errors
    /// An internal error with the address, if the port cannot be opened.
    pub fn open(listen: SocketAddr, limits: Limits) -> Result<Self, Error> {
        let opened = listen_on(listen, limits.backlog).and_then(|socket| Ok((socket.local_addr()?, socket)));
        let (address, socket) = opened.map_err(|error| Error::internal(format!("{listen}: {error}")))?;
        Ok(Self { address, socket, limits })
    }

    /// Serves an application on the port, in the same way as `actix_web::HttpServer`. That type cannot be used,
    /// because it offers no way to wrap streams in a `Connection`. `unread` gives the answer to a request whose head
    /// could not be read, by its status, the address of its connection and its header `Origin`.
    ///
    /// # Errors
    /// An internal error if the socket cannot be shared among the threads.
    pub fn serve<F, I, S, B>(
        self,
        application: F,
        unread: impl Fn(StatusCode, Option<IpAddr>, Option<&str>) -> Option<HttpResponse> + Send + Clone + 'static,
    ) -> Result<Server, Error>
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
            // The service handles signals itself: it drains requests before it stops.
            .disable_signals()
            .shutdown_timeout(limits.shutdown.as_secs());
        let shutdown = server.graceful_shutdown_signal();
        let server = server.listen(address.to_string(), socket, move || {
            let (shutdown, stall_timeout) = (shutdown.clone(), limits.stall_timeout);
            let application = map_config(application(), |()| AppConfig::default());
            let application = note_answers(application.map_err(|error| error.error_response()));
            let form: UnreadForm = Rc::new(unread.clone());
            let http = HttpService::build()
                .graceful_shutdown_signal(move || {
                    let shutdown = shutdown.clone();
                    async move { shutdown.notified().await }
                })
                .client_request_timeout(limits.head_time)
                .keep_alive(limits.keep_alive)
                .client_disconnect_timeout(LINGER)
                .local_addr(address)
                .on_connect_ext(|stream: &AnswerStream<Connection<TcpStream>>, data| {
                    data.insert(stream.to_write.clone());
                })
                .h1(application);
            fn_service(move |stream: TcpStream| {
                let peer = stream.peer_addr().ok();
                let address = peer.map(|peer| peer.ip());
                let stream =
                    AnswerStream::new(Connection::new(stream, stall_timeout), Rc::clone(&form), address);
                async move { Ok((stream, peer)) }
            })
            .and_then(http)
        });
        Ok(server.map_err(Error::internal)?.run())
    }
}

fn listen_on(address: SocketAddr, backlog: u32) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit the size.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(backlog)?.into_std()
}
