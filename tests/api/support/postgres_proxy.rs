//! A proxy in front of a PostgreSQL server. It counts round trips and can stop forwarding requests.

use std::os::unix::net;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

use super::postgres;

/// The file name of a server's Unix socket.
const SOCKET: &str = ".s.PGSQL.5432";
/// The type byte of a simple query (PostgreSQL's frontend/backend protocol).
const QUERY: u8 = b'Q';
/// The type byte of `Sync`, which ends an extended query.
const SYNC: u8 = b'S';

/// A proxy between a service and the server of a URL. Both are reached through Unix sockets.
pub struct PostgresProxy {
    url: String,
    _folder: TempDir,
    shared: Arc<Shared>,
}

/// What the test and the connections share.
#[derive(Default)]
struct Shared {
    /// The number of round trips of each transaction that sent a `COMMIT`.
    round_trips: Mutex<Vec<usize>>,
    /// How often connections were frozen. A connection that was opened before the last time is frozen.
    freezes: AtomicUsize,
    /// Whether a `COMMIT` is held back, and with it everything that its connection sends later.
    holds_back_commits: AtomicBool,
}

impl PostgresProxy {
    /// Starts a proxy in front of a server.
    pub fn start(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = net::UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let server = postgres::socket_folder(url);
        let url = url.replace(&percent_encoded(&server), &percent_encoded(folder.path()));
        let server = server.join(SOCKET);
        let shared = Arc::<Shared>::default();
        let for_thread = Arc::clone(&shared);
        // The proxy has its own thread because a service that stops uses its database while the test blocks.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(accept_connections(listener, server, for_thread));
        });
        Self { url, _folder: folder, shared }
    }

    /// The URL of the server, through the proxy.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Stops forwarding requests of all connections that are open now, and keeps the connections open.
    /// Connections that are opened later work.
    pub fn freeze_connections(&self) {
        self.shared.freezes.fetch_add(1, Ordering::Relaxed);
    }

    /// Sets whether commits are held back from now on. A connection whose commit was held back never gets an
    /// answer.
    pub fn hold_back_commits(&self, holds_back: bool) {
        self.shared.holds_back_commits.store(holds_back, Ordering::Relaxed);
    }

    /// The highest number of round trips of a transaction since the last call.
    pub fn take_most_round_trips(&self) -> usize {
        let counted = std::mem::take(&mut *self.shared.round_trips.lock().unwrap());
        counted.into_iter().max().unwrap_or_default()
    }
}

/// The path of a folder as it is written in a URL.
fn percent_encoded(folder: &Path) -> String {
    folder.display().to_string().replace('/', "%2F")
}

async fn accept_connections(listener: net::UnixListener, server: PathBuf, shared: Arc<Shared>) {
    listener.set_nonblocking(true).unwrap();
    let listener = UnixListener::from_std(listener).unwrap();
    while let Ok((client, _)) = listener.accept().await {
        let server = UnixStream::connect(&server).await.unwrap();
        let (mut from_server, mut to_server) = server.into_split();
        let (mut from_client, mut to_client) = client.into_split();
        tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            // An error means that one side closed the connection; then the other direction ends too.
            let _ = forward(&mut from_client, &mut to_server, &shared).await;
        });
    }
}

/// Forwards the client's messages. A message is a type byte, which only the first message lacks, a length, and
/// the content.
async fn forward(
    from_client: &mut (impl AsyncRead + Unpin),
    to_server: &mut (impl AsyncWrite + Unpin),
    shared: &Shared,
) -> std::io::Result<()> {
    let freezes = shared.freezes.load(Ordering::Relaxed);
    let mut round_trips = 0;
    let mut kind = None;
    loop {
        let length = from_client.read_u32().await?;
        let mut content = vec![0; length as usize - 4];
        from_client.read_exact(&mut content).await?;
        match kind {
            Some(QUERY) if content.starts_with(b"BEGIN") => round_trips = 1,
            Some(QUERY | SYNC) => round_trips += 1,
            _ => {}
        }
        if kind == Some(QUERY) && content.ends_with(b"COMMIT\0") {
            shared.round_trips.lock().unwrap().push(round_trips);
            if shared.holds_back_commits.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        }
        if shared.freezes.load(Ordering::Relaxed) > freezes {
            std::future::pending::<()>().await;
        }
        if let Some(kind) = kind {
            to_server.write_u8(kind).await?;
        }
        to_server.write_u32(length).await?;
        to_server.write_all(&content).await?;
        kind = Some(from_client.read_u8().await?);
    }
}
