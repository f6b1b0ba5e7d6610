//! The signals that ask a process to end: SIGTERM of orchestrators, SIGINT of people.

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::error::Error;

/// The signals, listened to from its making on.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Begins to listen. From here on the signals end nothing by themselves.
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

    /// Lets something come to its end, unless another signal comes first.
    ///
    /// # Errors
    /// Those of `ending`, and an internal error if it was cut short.
    pub async fn unless_again(
        &mut self,
        ending: impl Future<Output = Result<(), Error>>,
    ) -> Result<(), Error> {
        tokio::select! {
            ended = ending => ended,
            () = self.next() => {
                Err(Error::internal("a second signal ended the process before its work was done"))
            }
        }
    }
}
