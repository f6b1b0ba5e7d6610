//! The stop signal for background work.

use tokio::sync::watch;

/// Requests background work to stop.
#[derive(Debug)]
pub struct StopSender(watch::Sender<bool>);

/// Receives the stop request.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// Creates a sender and its receiver.
#[must_use]
pub fn channel() -> (StopSender, Stop) {
    let (sender, receiver) = watch::channel(false);
    (StopSender(sender), Stop(receiver))
}

impl StopSender {
    /// Requests all receivers to stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether a stop was requested.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until a stop is requested.
    pub async fn requested(&mut self) {
        // An error means that the sender was dropped. That counts as a stop request.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
