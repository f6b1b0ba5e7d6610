//! Runs blocking work on threads that may block, in the log span of the current request.

use tracing::Span;

use crate::error::Error;

/// Runs a job on a thread that may block. The job runs to its end even if this future is dropped. Its log lines have
/// the current span and so the id of the request.
///
/// # Errors
/// An internal error if the job panicked.
pub async fn run<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let span = Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(job)).await;
    // The panic's message is left out, because it may contain a part of the request. The panic hook has logged where
    // the panic happened.
    done.map_err(|_| Error::internal("a job on a blocking thread panicked"))
}
