//! Limits how many jobs use the database at the same time, and how long a job waits for its turn.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;

/// How long a job waits for a permit before it is refused as overload.
pub(super) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// A limited number of permits.
#[derive(Clone)]
pub(super) struct Permits(Arc<Semaphore>);

impl Permits {
    pub(super) fn new(count: u32) -> Self {
        Self(Arc::new(Semaphore::new(usize::try_from(count).unwrap_or(1))))
    }

    /// Waits for a permit. Dropping the permit returns it.
    pub(super) async fn acquire(&self) -> Result<OwnedSemaphorePermit, Error> {
        tokio::time::timeout(ACQUIRE_TIMEOUT, Arc::clone(&self.0).acquire_owned())
            .await
            .map_err(|_| Error::Overloaded("too many requests wait for the database"))?
            .map_err(Error::internal)
    }
}
