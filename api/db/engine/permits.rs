//! Turns at the database, waited for in bounded time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// How long a request waits for its turn at the database before it is told to come back.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// Turns at something that only so many may do at once.
#[derive(Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn at_once(count: u32) -> Self {
        Self(Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(1))))
    }

    /// Waits for a turn, which ends when the permit is dropped.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit, Error> {
        tokio::time::timeout(PATIENCE, Arc::clone(&self.0).acquire_owned())
            .await
            .map_err(|_| Error::Overloaded("too many requests wait for the database"))?
            .map_err(Error::internal)
    }
}
