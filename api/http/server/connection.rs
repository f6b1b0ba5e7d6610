//! A connection that is closed if its client stalls: if the client neither completes a request nor reads an answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::ops::traffic::time_to_send;

/// A stream that fails if the service has written nothing to it for too long.
///
/// The HTTP library limits the time for the head of a connection's first request, and the pauses between requests. It
/// does not limit the time for the head of a later request, or for sending an answer that the client does not read.
/// With both, a client could keep connections open forever. In both cases the service writes no bytes, so this stream
/// limits the time without a written byte. Bytes that arrive extend the limit, so that a large file can arrive over a
/// slow line.
pub(super) struct Connection<S> {
    stream: S,
    stall_timeout: Duration,
    /// When the last byte was written, or when the connection was opened.
    last_write: Instant,
    /// How many bytes were read since the last byte was written.
    read_since_write: u64,
    timer: Pin<Box<Sleep>>,
}

impl<S> Connection<S> {
    /// Wraps a stream. `stall_timeout` is the time after which the stream fails if no byte was written.
    pub(super) fn new(stream: S, stall_timeout: Duration) -> Self {
        Self {
            stream,
            stall_timeout,
            last_write: Instant::now(),
            read_since_write: 0,
            timer: Box::pin(sleep(stall_timeout)),
        }
    }

    /// Fails if nothing was written for too long. Otherwise the task is woken when the limit may be exceeded. A write
    /// does not reset the timer: the timer is reset only when it fires, so that a write costs only a look at the clock.
    fn poll_stall_timeout<T>(&mut self, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        loop {
            ready!(self.timer.as_mut().poll(context));
            let deadline = self.last_write + self.stall_timeout + time_to_send(self.read_since_write);
            if Instant::now() >= deadline {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(deadline);
        }
    }

    fn note_write(&mut self, written: &io::Result<usize>) {
        if matches!(written, Ok(count) if *count > 0) {
            self.last_write = Instant::now();
            self.read_since_write = 0;
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
            Poll::Pending => self.poll_stall_timeout(context),
            Poll::Ready(read) => {
                self.read_since_write += (buffer.filled().len() - before) as u64;
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
            Poll::Pending => self.poll_stall_timeout(context),
            Poll::Ready(written) => {
                self.note_write(&written);
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
