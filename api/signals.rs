//! The signals by which a process is asked to end.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Error;

/// Hears SIGTERM and SIGINT from when it is made.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Begins to listen: neither signal ends the process by itself any more.
    ///
    /// # Errors
    /// An internal error if the system does not let us.
    pub fn listen() -> Result<Self, Error> {
        let hear = |kind| signal(kind).map_err(Error::internal);
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())? })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
