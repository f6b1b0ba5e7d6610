//! A tap on the line to PostgreSQL, which counts how often the service waits for an answer.

use std::os::unix::net;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

use super::postgres;

/// What libpq calls the socket of a server in a folder.
const SOCKET: &str = ".s.PGSQL.5432";
const QUERY: u8 = b'Q';
const SYNC: u8 = b'S';

/// Stands between a service and the server that a URL leads to by a socket.
pub struct Tap {
    url: String,
    _folder: TempDir,
    transactions: Transactions,
}

/// The round trips of each transaction that began so far.
type Transactions = Arc<Mutex<Vec<usize>>>;

impl Tap {
    /// Opens a tap before a server.
    pub fn open(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = net::UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let server = postgres::socket_folder(url);
        let url = url.replace(&escaped(&server), &escaped(folder.path()));
        let server = server.join(SOCKET);
        let transactions = Transactions::default();
        let counted = Arc::clone(&transactions);
        // On a thread of its own: a service that ends asks its database while the test stands still.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(accept(listener, server, counted));
        });
        Self { url, _folder: folder, transactions }
    }

    /// The same URL, through the tap.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The dearest transaction since this was asked last.
    pub fn dearest(&self) -> usize {
        let counted = std::mem::take(&mut *self.transactions.lock().unwrap());
        counted.into_iter().max().unwrap_or_default()
    }
}

/// A folder as a URL has it.
fn escaped(folder: &Path) -> String {
    folder.display().to_string().replace('/', "%2F")
}

async fn accept(listener: net::UnixListener, server: PathBuf, transactions: Transactions) {
    listener.set_nonblocking(true).unwrap();
    let listener = UnixListener::from_std(listener).unwrap();
    while let Ok((client, _)) = listener.accept().await {
        let server = UnixStream::connect(&server).await.unwrap();
        let (mut answers, mut requests) = server.into_split();
        let (mut asking, mut answering) = client.into_split();
        tokio::spawn(async move { tokio::io::copy(&mut answers, &mut answering).await });
        let transactions = Arc::clone(&transactions);
        tokio::spawn(async move {
            // Whoever hangs up ends this, and the other half with it.
            let _ = forward(&mut asking, &mut requests, &transactions).await;
        });
    }
}

/// Hands message after message on: a kind, which the very first does not have, a length and the rest.
async fn forward(
    asking: &mut (impl AsyncRead + Unpin),
    requests: &mut (impl AsyncWrite + Unpin),
    transactions: &Transactions,
) -> std::io::Result<()> {
    let mut trips = 0;
    let mut kind = None;
    loop {
        let length = asking.read_u32().await?;
        let mut rest = vec![0; length as usize - 4];
        asking.read_exact(&mut rest).await?;
        match kind {
            Some(QUERY) if rest.starts_with(b"BEGIN") => trips = 1,
            Some(QUERY | SYNC) => trips += 1,
            _ => {}
        }
        if kind == Some(QUERY) && rest.ends_with(b"COMMIT\0") {
            transactions.lock().unwrap().push(trips);
        }
        if let Some(kind) = kind {
            requests.write_u8(kind).await?;
        }
        requests.write_u32(length).await?;
        requests.write_all(&rest).await?;
        kind = Some(asking.read_u8().await?);
    }
}
