//! A connection to a mail server that begins without encryption and continues with TLS (STARTTLS).
//!
//! An attacker can insert bytes before TLS begins. The bytes before TLS are read one by one, so that none of them
//! stays in a buffer and is later taken for a byte that came through TLS (the vulnerability of CVE-2011-0411).
//! A reply that is too long is refused.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The maximum number of bytes of one reply before TLS. RFC 5321 allows a line 512 bytes.
const MAX_REPLY_BYTES: usize = 16 * 1024;
/// The first byte of a TLS handshake. No SMTP command begins with it.
const HANDSHAKE: u8 = 0x16;

/// A connection that detects when TLS begins.
#[derive(Debug)]
pub(super) struct StartTlsStream {
    stream: TcpStream,
    encrypted: bool,
    received: usize,
}

impl StartTlsStream {
    /// Connects to the mail server, without TLS.
    ///
    /// # Errors
    /// The error of the network.
    pub(super) async fn connect(host: &str, port: u16) -> io::Result<Self> {
        Ok(Self { stream: TcpStream::connect((host, port)).await?, encrypted: false, received: 0 })
    }
}

impl AsyncTokioStream for StartTlsStream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for StartTlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.encrypted {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        if self.received == MAX_REPLY_BYTES {
            return Poll::Ready(Err(io::Error::other("the mail server's reply is too long")));
        }
        let mut byte = [0];
        let mut one_byte = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut one_byte))?;
        for byte in one_byte.filled() {
            self.received += 1;
            // Some servers greet in Latin-1, which is not valid UTF-8.
            buffer.put_slice(&[if byte.is_ascii() { *byte } else { b'?' }]);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for StartTlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.encrypted |= bytes.first() == Some(&HANDSHAKE);
        self.received = 0;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
