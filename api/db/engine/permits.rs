//! How many jobs are at the database at once. Whoever waits for a permit waits for a bounded time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// How long a request waits for a permit before it is told to come back.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Permits for what only so many may do at once.
#[derive(Clone)]
pub(super) struct Permits(Arc<Semaphore>);

impl Permits {
    pub(super) fn at_once(count: u32) -> Self {
        Self(Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(1))))
    }

    /// Waits for a permit, which is given back when it is dropped.
    pub(super) async fn acquire(&self) -> Result<OwnedSemaphorePermit, Error> {
        tokio::time::timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.0).acquire_owned())
            .await
            .map_err(|_| Error::Overloaded("too many requests wait for the database"))?
            .map_err(Error::internal)
    }
}
