//! Bounds on what a handler may do to the rest: it may take its time and no more, and it may fall
//! over by itself only.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;

/// Why a handler gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// It panicked. A mistake of ours: the caller gets a 500 and everybody else their answers.
    Panicked,
    /// It took too long and was given up.
    TooSlow,
}

/// Awaits a handler.
///
/// The panic's message is not logged, for it may hold a part of the request; the place where it
/// happened is in the log already.
pub(super) async fn patiently<T>(handler: impl Future<Output = T>, limit: Duration) -> Result<T, Lost> {
    // What a panic may have left half done is dropped with the request; what requests share is
    // behind locks that survive, or in the database, whose writer catches panics of its own.
    match tokio::time::timeout(limit, AssertUnwindSafe(handler).catch_unwind()).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => {
            tracing::error!("a handler panicked");
            Err(Lost::Panicked)
        }
        Err(_) => {
            tracing::error!(seconds = limit.as_secs(), "a handler took too long and was given up");
            Err(Lost::TooSlow)
        }
    }
}
