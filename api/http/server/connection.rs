//! A connection that is closed when its client stalls.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::ops::traffic::time_to_send;

/// A stream that fails when nothing was written to it for too long.
///
/// The HTTP library limits the time for the head of a connection's first request and for the pauses between
/// requests. It does not limit the head of a later request, nor the sending of an answer that the client does
/// not read. A client could use either to keep connections open forever. In both cases the service writes no
/// byte. Bytes that arrive extend the limit, so that a large file can arrive over a slow line.
pub(super) struct Connection<S> {
    stream: S,
    silence: Duration,
    /// When the last byte was written, or when the connection was opened.
    written: Instant,
    /// How many bytes were read since the last byte was written.
    read: u64,
    timer: Pin<Box<Sleep>>,
}

impl<S> Connection<S> {
    /// Wraps a stream, and lets it fail after `silence` without a written byte.
    pub(super) fn new(stream: S, silence: Duration) -> Self {
        Self { stream, silence, written: Instant::now(), read: 0, timer: Box::pin(sleep(silence)) }
    }

    /// Fails if nothing was written for too long. Otherwise the task is woken when the time limit may have
    /// passed. The timer is reset only when it fires, so that a write costs no more than reading the clock.
    fn poll_silence<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        loop {
            ready!(self.timer.as_mut().poll(context));
            let end = self.written + self.silence + time_to_send(self.read);
            if Instant::now() >= end {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(end);
        }
    }

    fn note(&mut self, written: &io::Result<usize>) {
        if matches!(written, Ok(count) if *count > 0) {
            self.written = Instant::now();
            self.read = 0;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, buffer) {
            Poll::Pending => self.poll_silence(context),
            Poll::Ready(read) => {
                self.read += (buffer.filled().len() - before) as u64;
                Poll::Ready(read)
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match Pin::new(&mut self.stream).poll_write(context, bytes) {
            Poll::Pending => self.poll_silence(context),
            Poll::Ready(written) => {
                self.note(&written);
                Poll::Ready(written)
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
