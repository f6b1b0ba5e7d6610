//! The stop signal for work in the background.

use tokio::sync::watch;

/// Requests the stop of work in the background.
#[derive(Debug)]
pub struct StopSender(watch::Sender<bool>);

/// Receives the request to stop.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A sender and its receiver.
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
        // If the sender was dropped, no request can arrive any more, so that counts as a stop.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
