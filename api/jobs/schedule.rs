//! Repeats tasks at intervals.

use std::time::Duration;

use super::stop::Stop;

/// How long a stop waits for a running task. A task may hang, for example on a network file system.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

/// Runs a task at once, and again `pause` after it ended, until a stop is requested.
pub async fn repeat<F: Future<Output = ()>>(pause: Duration, mut task: impl FnMut() -> F, mut stop: Stop) {
    loop {
        let mut stop_of_task = stop.clone();
        let timed_out = async {
            stop_of_task.requested().await;
            tokio::time::sleep(STOP_TIMEOUT).await;
        };
        tokio::select! {
            () = task() => {}
            () = timed_out => return,
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.requested() => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::jobs::stop;

    #[tokio::test]
    async fn a_task_is_repeated_until_a_stop_is_requested() {
        let (sender, stop) = stop::channel();
        let runs = AtomicUsize::new(0);
        let task = || async {
            if runs.fetch_add(1, Ordering::Relaxed) == 2 {
                sender.stop();
            }
        };
        repeat(Duration::from_millis(1), task, stop).await;
        assert_eq!(runs.into_inner(), 3);
    }

    #[tokio::test]
    async fn a_stop_does_not_wait_for_the_next_run() {
        let (sender, stop) = stop::channel();
        sender.stop();
        let long = Duration::from_hours(24);
        let ended = tokio::time::timeout(Duration::from_secs(5), repeat(long, || async {}, stop)).await;
        assert!(ended.is_ok());
    }

    #[tokio::test]
    async fn a_task_that_hangs_does_not_prevent_a_stop() {
        let (sender, stop) = stop::channel();
        sender.stop();
        let hanging = repeat(Duration::ZERO, std::future::pending::<()>, stop);
        assert!(tokio::time::timeout(STOP_TIMEOUT * 4, hanging).await.is_ok());
    }
}
