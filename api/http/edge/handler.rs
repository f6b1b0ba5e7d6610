//! Runs a handler under a time limit, and contains its panics.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;

/// Why a handler returned no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandlerFailure {
    /// It panicked, which is a defect of the service: the caller gets a 500, other requests go on.
    Panicked,
    /// It exceeded its time limit and was cancelled.
    TimedOut,
}

/// Awaits a handler for no longer than `limit`.
///
/// The panic's message is not logged, because it may hold a part of the request. The panic hook has logged
/// where it happened.
pub(super) async fn run<T>(handler: impl Future<Output = T>, limit: Duration) -> Result<T, HandlerFailure> {
    // State that a panic left half changed is dropped with the request. Shared state is behind locks that
    // tolerate poisoning, or in the database, whose writer catches panics itself.
    match tokio::time::timeout(limit, AssertUnwindSafe(handler).catch_unwind()).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Err(HandlerFailure::Panicked)
        }
        Err(_) => {
            tracing::error!(seconds = limit.as_secs(), "a handler took too long and was given up");
            Err(HandlerFailure::TimedOut)
        }
    }
}
