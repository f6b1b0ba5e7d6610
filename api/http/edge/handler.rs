//! Runs a handler with a time limit, and catches its panics.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;

/// Why a handler returned no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HandlerFailure {
    /// It panicked, which is a bug in the service. The caller gets a 500; other requests continue.
    Panicked,
    /// It exceeded its time limit and was cancelled.
    TimedOut,
}

/// Awaits a handler for at most `limit`.
///
/// The message of a panic is not logged, because it may contain a part of the request. The panic hook logs the place of
/// the panic.
pub(super) async fn run<T>(handler: impl Future<Output = T>, limit: Duration) -> Result<T, HandlerFailure> {
    // `AssertUnwindSafe`: the state of the request is dropped after a panic. Shared state is behind locks that tolerate
    // poisoning, or in the database, whose writer catches panics itself.
    match tokio::time::timeout(limit, AssertUnwindSafe(handler).catch_unwind()).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Err(HandlerFailure::Panicked)
        }
        Err(_) => {
            tracing::error!(seconds = limit.as_secs(), "a handler exceeded its time limit and was cancelled");
            Err(HandlerFailure::TimedOut)
        }
    }
}
