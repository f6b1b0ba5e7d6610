//! A connection that ends when its client holds it up.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::ops::traffic::time_to_send;

/// A stream on which something has to be written from time to time, or it ends.
///
/// The HTTP library times the head of a connection's first request and the pauses between requests, but
/// neither the head of a later request that has begun nor an answer that nobody reads: with those a
/// stranger could hold every connection for good. What is common to both is that no byte leaves. A large
/// file on a slow line has the time that its bytes are due.
pub(super) struct Connection<S> {
    stream: S,
    silence: Duration,
    /// When the last byte left, or when it was opened.
    written: Instant,
    /// Bytes that came since.
    read: u64,
    timer: Pin<Box<Sleep>>,
}

impl<S> Connection<S> {
    /// Lets a stream go without a byte written for so long.
    pub(super) fn new(stream: S, silence: Duration) -> Self {
        Self { stream, silence, written: Instant::now(), read: 0, timer: Box::pin(sleep(silence)) }
    }

    /// Fails once the silence has lasted too long; until then it wakes the task when it may have. The
    /// timer is only moved when it rings, so that a write costs no more than a look at the clock.
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
