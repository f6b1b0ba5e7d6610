//! Work on threads that may block, as a part of the request that asked for it.

use tracing::Span;

use crate::error::Error;

/// Runs a job on a thread that may block, also to its end when nobody waits for it any more. What it
/// logs bears the id of the caller's request.
///
/// # Errors
/// An internal error if the job panicked.
pub async fn run<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let span = Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(job)).await;
    // A panic's message may hold a part of the request. The place of the panic is in the log already.
    done.map_err(|_| Error::internal("a job on a blocking thread panicked"))
}
