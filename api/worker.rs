//! What happens without a request: mails are delivered, old rows are forgotten.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::db::writer::Mode;
use crate::error::Error;
use crate::metrics::MailOutcome;
use crate::state::State;
use crate::usecases::work::{Call, Work};
use crate::usecases::{delivery, housekeeping};

/// How long the worker sleeps when nobody wakes it.
const NAP: Duration = Duration::from_millis(500);
/// After how many naps it tidies up.
const NAPS_PER_TIDYING: u32 = 1200;

/// Works until `stop` says otherwise.
pub async fn run(state: Arc<State>, mut stop: watch::Receiver<bool>) {
    let mut naps = 0_u32;
    while !*stop.borrow() {
        if let Err(error) = deliver(&state).await {
            tracing::error!(%error, "mails could not be delivered; they stay in the outbox");
        }
        if naps.is_multiple_of(NAPS_PER_TIDYING) {
            tidy(&state).await;
        }
        naps = naps.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(NAP) => {}
            () = state.wake.notified() => {}
            _ = stop.changed() => {}
        }
    }
}

/// Delivers everything that is due. A sandbox delivers to its mailbox; sending by SMTP takes this
/// place in production, where mails wait in the outbox until then.
///
/// # Errors
/// The database's.
pub async fn deliver(state: &State) -> Result<(), Error> {
    if !state.is_sandbox() {
        return Ok(());
    }
    loop {
        let delivered = in_work(state, delivery::deliver_to_sandbox).await?;
        if delivered == 0 {
            return Ok(());
        }
        state.metrics.mails(MailOutcome::Sent, u64::try_from(delivered).unwrap_or(0));
    }
}

async fn tidy(state: &State) {
    state.limits.forget_idle();
    match in_work(state, housekeeping::tidy).await {
        Ok(tidied) if tidied.rows == 0 => {}
        Ok(tidied) => {
            tracing::info!(rows = tidied.rows, "old rows were forgotten");
            let files = state.files.clone();
            let removed = tokio::task::spawn_blocking(move || {
                tidied.uploads.into_iter().try_for_each(|id| files.remove(id))
            });
            if let Ok(Err(error)) = removed.await {
                tracing::error!(%error, "bytes that belong to nobody could not be removed");
            }
        }
        Err(error) => tracing::error!(%error, "old rows could not be forgotten"),
    }
}

async fn in_work<T: Send + 'static>(
    state: &State,
    step: impl FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (call, policy) = (Call::internal("system", state.clock.now()), state.policy.clone());
    state.database.write(Mode::Store, move |conn| step(&mut Work::new(conn, &call, &policy))).await
}
