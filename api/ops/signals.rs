//! The signals that stop the process: SIGTERM, which orchestrators send, and SIGINT, which Ctrl-C sends.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Error;

/// Receives the signals. From the creation of this value on they no longer end the process by themselves.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts to receive the signals.
    ///
    /// # Errors
    /// An internal error if the signal handlers cannot be installed.
    pub fn listen() -> Result<Self, Error> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).map_err(Error::internal)?,
            interrupt: signal(SignalKind::interrupt()).map_err(Error::internal)?,
        })
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Waits until the shutdown has ended. Another signal aborts it.
    ///
    /// # Errors
    /// The error of `shutdown`, or an internal error if a signal aborted it.
    pub async fn wait_or_abort(
        &mut self,
        shutdown: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        tokio::select! {
            ended = shutdown => ended,
            () = self.next() => {
                Err(Error::internal("a second signal ended the process before its work was done"))
            }
        }
    }
}
