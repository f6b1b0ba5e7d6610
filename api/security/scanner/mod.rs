//! The malware scanner that the operator provides: `clamd` of `ClamAV`, or a scanner that speaks its protocol (clamd(8),
//! "COMMANDS").
//!
//! A file is sent with `INSTREAM`, so the scanner needs no access to the folder of attachments. The connection is not
//! encrypted and the scanner does not prove who it is, so it must be on the same machine or in a network that the
//! operator trusts.

mod address;
mod protocol;

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;

pub use self::address::ScannerAddress;
use self::protocol::{CHUNK, MAX_REPLY, PING, SCAN_STREAM};

/// How long a connection to the scanner may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the scan of one file may take, with the transfer. By default, clamd itself gives up after 120 seconds
/// (`MaxScanTime`).
pub const SCAN_TIMEOUT: Duration = Duration::from_secs(150);

/// The result of a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScanResult {
    /// The scanner found nothing.
    Clean,
    /// The scanner found malware. The name is that of its signature, in printable ASCII.
    Malware(String),
}

/// Why a file could not be scanned.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// The scanner does not accept a connection. Nothing was sent.
    #[error("the scanner cannot be reached")]
    Unreachable(#[source] io::Error),
    /// The connection broke before the answer. The file may be the reason: a scanner may crash on it.
    #[error("the connection to the scanner broke")]
    Broken(#[from] io::Error),
    /// The scanner did not answer in time.
    #[error("the scanner did not answer in time")]
    TimedOut,
    /// The scanner refuses the file or the command, for example because the file is longer than `StreamMaxLength`.
    #[error("the scanner answered: {0}")]
    Refused(String),
}

/// A scanner.
#[derive(Debug, Clone)]
pub struct Scanner {
    address: ScannerAddress,
    scan_timeout: Duration,
}

impl Scanner {
    /// A scanner at an address. Nothing is connected yet.
    #[must_use]
    pub const fn new(address: ScannerAddress) -> Self {
        Self { address, scan_timeout: SCAN_TIMEOUT }
    }

    /// Scans a file.
    ///
    /// # Errors
    /// Why it could not be scanned. Then nothing is known about the file.
    pub async fn scan(&self, content: &[u8]) -> Result<ScanResult, ScanError> {
        let scan = async {
            let mut connection = self.connect().await?;
            // A scanner that refuses a file answers and closes the connection while the file is still being sent, so the
            // answer counts and not the error of the transfer.
            let sent = send(&mut connection, content).await;
            match read_reply(&mut connection).await {
                Ok(reply) => protocol::result_of(&reply),
                Err(error) => Err(sent.err().unwrap_or(error).into()),
            }
        };
        timeout(self.scan_timeout, scan).await.unwrap_or(Err(ScanError::TimedOut))
    }

    /// Asks whether the scanner is alive.
    ///
    /// # Errors
    /// Why it did not answer.
    pub async fn ping(&self) -> Result<(), ScanError> {
        let ping = async {
            let mut connection = self.connect().await?;
            connection.write_all(PING).await?;
            let reply = read_reply(&mut connection).await?;
            if reply == "PONG" { Ok(()) } else { Err(ScanError::Refused(reply)) }
        };
        timeout(CONNECT_TIMEOUT * 2, ping).await.unwrap_or(Err(ScanError::TimedOut))
    }

    async fn connect(&self) -> Result<Box<dyn Connection>, ScanError> {
        let connect = async {
            Ok::<Box<dyn Connection>, io::Error>(match &self.address {
                ScannerAddress::Unix(path) => Box::new(UnixStream::connect(path).await?),
                ScannerAddress::Tcp { host, port } => {
                    Box::new(TcpStream::connect((host.as_str(), *port)).await?)
                }
            })
        };
        // A firewall may drop packets without an answer.
        let connected = timeout(CONNECT_TIMEOUT, connect).await;
        connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())).map_err(ScanError::Unreachable)
    }
}

trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

async fn send(connection: &mut Box<dyn Connection>, content: &[u8]) -> io::Result<()> {
    connection.write_all(SCAN_STREAM).await?;
    for chunk in content.chunks(CHUNK) {
        connection.write_all(&protocol::length_of(chunk)).await?;
        connection.write_all(chunk).await?;
    }
    connection.write_all(&protocol::length_of(&[])).await?;
    connection.flush().await
}

/// Reads a reply to its end, which is a NUL or the end of the connection. A longer one is cut off.
async fn read_reply(connection: &mut Box<dyn Connection>) -> io::Result<String> {
    let mut reply = Vec::new();
    let mut part = [0; 256];
    while reply.len() < MAX_REPLY && !reply.contains(&0) {
        match connection.read(&mut part).await? {
            0 => break,
            length => reply.extend(part.iter().take(length)),
        }
    }
    if reply.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(protocol::text_of(&reply))
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixListener;

    use super::*;

    /// Lets a scanner read everything that a client sends, answer with `reply` and close, and returns the result of the
    /// scan and what was sent.
    async fn scanned(reply: &'static [u8], content: &[u8]) -> (Result<ScanResult, ScanError>, Vec<u8>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clamd.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let serve = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            while !received.ends_with(&[0, 0, 0, 0]) {
                assert!(connection.read_buf(&mut received).await.unwrap() > 0);
            }
            connection.write_all(reply).await.unwrap();
            received
        };
        let scanner = Scanner::new(ScannerAddress::Unix(path));
        futures_util::future::join(scanner.scan(content), serve).await
    }

    #[tokio::test]
    async fn a_file_is_sent_in_chunks_with_their_lengths_and_an_empty_one_ends_it() {
        let content = vec![b'x'; CHUNK + 1];
        let (result, received) = scanned(b"stream: OK\0", &content).await;
        assert_eq!(result.unwrap(), ScanResult::Clean);
        let mut expected = b"zINSTREAM\0".to_vec();
        expected.extend(u32::try_from(CHUNK).unwrap().to_be_bytes());
        expected.extend(&content[..CHUNK]);
        expected.extend([0, 0, 0, 1, b'x', 0, 0, 0, 0]);
        assert!(received == expected, "{} bytes", received.len());
    }

    #[tokio::test]
    async fn an_answer_counts_even_if_it_does_not_end_with_nul() {
        let (result, _) = scanned(b"stream: Eicar-Test FOUND", b"x").await;
        assert_eq!(result.unwrap(), ScanResult::Malware("Eicar-Test".to_owned()));
    }

    #[tokio::test]
    async fn a_connection_that_ends_without_an_answer_is_an_error() {
        let (result, _) = scanned(b"", b"x").await;
        assert!(matches!(result, Err(ScanError::Broken(_))), "{result:?}");
    }

    #[tokio::test]
    async fn an_endless_answer_is_cut_off_and_no_result() {
        static ENDLESS: [u8; 100_000] = [b'a'; 100_000];
        let (result, _) = scanned(&ENDLESS, b"x").await;
        let Err(ScanError::Refused(reply)) = result else { panic!("{result:?}") };
        assert!(reply.len() <= MAX_REPLY + 256);
    }

    #[tokio::test]
    async fn the_reason_of_a_scanner_that_does_not_read_the_whole_file_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clamd.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let serve = async {
            let (mut connection, _) = listener.accept().await.unwrap();
            connection.write_all(b"INSTREAM size limit exceeded. ERROR\0").await.unwrap();
        };
        let content = vec![b'x'; 10 << 20];
        let scanner = Scanner::new(ScannerAddress::Unix(path));
        let (result, ()) = futures_util::future::join(scanner.scan(&content), serve).await;
        assert!(
            matches!(&result, Err(ScanError::Refused(reply)) if reply.contains("size limit")),
            "{result:?}"
        );
    }

    #[tokio::test]
    async fn a_scanner_that_does_not_answer_in_time_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clamd.sock");
        let _listener = UnixListener::bind(&path).unwrap();
        let address = ScannerAddress::Unix(path);
        let scanner = Scanner { address, scan_timeout: Duration::from_millis(50) };
        assert!(matches!(scanner.scan(b"x").await, Err(ScanError::TimedOut)));
    }

    #[tokio::test]
    async fn a_scanner_that_is_not_there_cannot_be_reached() {
        let address = ScannerAddress::Unix("/nowhere/clamd.sock".into());
        assert!(matches!(Scanner::new(address.clone()).scan(b"x").await, Err(ScanError::Unreachable(_))));
        assert!(matches!(Scanner::new(address).ping().await, Err(ScanError::Unreachable(_))));
    }
}
