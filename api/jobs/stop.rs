//! How work in the background is told to end.

use tokio::sync::watch;

/// Tells work in the background to end.
#[derive(Debug)]
pub struct StopSender(watch::Sender<bool>);

/// Hears when the work is to end.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

/// A sender, and what its work listens to.
#[must_use]
pub fn channel() -> (StopSender, Stop) {
    let (sender, receiver) = watch::channel(false);
    (StopSender(sender), Stop(receiver))
}

impl StopSender {
    /// Asks all work that listens to end.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Whether the work is to end.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the work is to end.
    pub async fn requested(&mut self) {
        // Nobody can ask any more once the sender is gone, so that ends the work as well.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}
