//! The signals that ask a process to end: SIGTERM of orchestrators, SIGINT of people.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Error;

/// Listens to the signals from its creation on.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Starts to listen. From now on the signals do not end the process by themselves.
    ///
    /// # Errors
    /// An internal error if the process cannot listen.
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

    /// Waits for the shutdown to finish, unless another signal comes first.
    ///
    /// # Errors
    /// Those of `shutdown`, and an internal error if a signal interrupted it.
    pub async fn unless_again(
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
