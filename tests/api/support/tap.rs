//! A proxy before PostgreSQL, which counts round trips and can hold answers back.

use std::os::unix::net;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

use super::postgres;

/// The name that libpq gives to the socket of a server in a folder.
const SOCKET: &str = ".s.PGSQL.5432";
const QUERY: u8 = b'Q';
const SYNC: u8 = b'S';

/// A proxy between a service and the server of a URL, which is reached through a socket.
pub struct Tap {
    url: String,
    _folder: TempDir,
    heard: Arc<Heard>,
}

#[derive(Default)]
struct Heard {
    /// The round trips of each transaction that was committed.
    transactions: Mutex<Vec<usize>>,
    /// How often the server was frozen. A connection that is older than the last time gets no answers.
    freezes: AtomicUsize,
    /// Whether commits get no answer, and their connections none after that.
    swallows_commits: AtomicBool,
}

impl Tap {
    /// Opens a tap in front of a server.
    pub fn open(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = net::UnixListener::bind(folder.path().join(SOCKET)).unwrap();
        let server = postgres::socket_folder(url);
        let url = url.replace(&escaped(&server), &escaped(folder.path()));
        let server = server.join(SOCKET);
        let heard = Arc::<Heard>::default();
        let hearing = Arc::clone(&heard);
        // On a thread of its own, as a service that ends uses its database while the test is blocked.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(accept(listener, server, hearing));
        });
        Self { url, _folder: folder, heard }
    }

    /// The same URL, through the tap.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on the server is silent on every connection that there is, and keeps it open; it answers
    /// on new ones.
    pub fn freeze(&self) {
        self.heard.freezes.fetch_add(1, Ordering::Relaxed);
    }

    /// From now on a commit gets no answer, or does again. A connection that got none never gets one.
    pub fn swallow_commits(&self, swallows: bool) {
        self.heard.swallows_commits.store(swallows, Ordering::Relaxed);
    }

    /// The most round trips of a transaction since this was last called.
    pub fn dearest(&self) -> usize {
        let counted = std::mem::take(&mut *self.heard.transactions.lock().unwrap());
        counted.into_iter().max().unwrap_or_default()
    }
}

/// A folder in the form in which it is in a URL.
fn escaped(folder: &Path) -> String {
    folder.display().to_string().replace('/', "%2F")
}

async fn accept(listener: net::UnixListener, server: PathBuf, heard: Arc<Heard>) {
    listener.set_nonblocking(true).unwrap();
    let listener = UnixListener::from_std(listener).unwrap();
    while let Ok((client, _)) = listener.accept().await {
        let server = UnixStream::connect(&server).await.unwrap();
        let (mut answers, mut requests) = server.into_split();
        let (mut asking, mut answering) = client.into_split();
        tokio::spawn(async move { tokio::io::copy(&mut answers, &mut answering).await });
        let heard = Arc::clone(&heard);
        tokio::spawn(async move {
            // This ends when either side closes the connection, and the other direction ends too.
            let _ = forward(&mut asking, &mut requests, &heard).await;
        });
    }
}

/// Forwards each message: a kind, which only the first message lacks, a length, and the rest.
async fn forward(
    asking: &mut (impl AsyncRead + Unpin),
    requests: &mut (impl AsyncWrite + Unpin),
    heard: &Heard,
) -> std::io::Result<()> {
    let freezes = heard.freezes.load(Ordering::Relaxed);
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
            heard.transactions.lock().unwrap().push(trips);
            if heard.swallows_commits.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        }
        if heard.freezes.load(Ordering::Relaxed) > freezes {
            std::future::pending::<()>().await;
        }
        if let Some(kind) = kind {
            requests.write_u8(kind).await?;
        }
        requests.write_u32(length).await?;
        requests.write_all(&rest).await?;
        kind = Some(asking.read_u8().await?);
    }
}
