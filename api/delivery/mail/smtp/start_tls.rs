//! The connection to a mail server that begins in the clear and goes on with TLS (STARTTLS).
//!
//! Whatever comes in the clear may be anybody's. It is taken byte by byte, so that nothing that was said
//! before TLS is still waiting to be read as if it had been said after it (CVE-2011-0411 is this mistake),
//! and no more of it than an answer needs.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes of one answer in the clear at most; RFC 5321 grants a line 512.
const LONGEST_ANSWER: usize = 16 * 1024;
/// What TLS begins with, and no command of SMTP.
const HANDSHAKE: u8 = 0x16;

/// A connection that knows when TLS begins.
#[derive(Debug)]
pub(super) struct StartTlsStream {
    stream: TcpStream,
    encrypted: bool,
    received: usize,
}

impl StartTlsStream {
    /// Connects.
    ///
    /// # Errors
    /// The network's.
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
        if self.received == LONGEST_ANSWER {
            return Poll::Ready(Err(io::Error::other("the mail server's answer has no end")));
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut one))?;
        for byte in one.filled() {
            self.received += 1;
            // Some greet in Latin-1, which would not be read as text.
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
