//! What happens without a request: mails are delivered, old rows are forgotten.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

pub mod queue;
mod sending;
mod under_way;

use crate::blocking;
use crate::db::engine::writer::Mode;
use crate::error::{Error, chain};
use crate::ops::metrics::MailOutcome;
use crate::state::State;
use crate::usecases::actor::SYSTEM;
use crate::usecases::housekeeping;
use crate::usecases::work::{Call, Work};

/// How long the worker sleeps when nobody wakes it.
const NAP: Duration = Duration::from_millis(500);
/// How often it tidies up.
const TIDYING: Duration = Duration::from_mins(10);
/// How often it looks through the folder of attachments, which may be large and far away.
const SWEEPING: Duration = Duration::from_hours(24);
/// How long a stop waits for it: a disk that hangs would keep it for good.
const LAST_TIDYING: Duration = Duration::from_secs(5);

/// Works until `stop` says otherwise.
pub async fn run(state: Arc<State>, stop: watch::Receiver<bool>) {
    let mails = async {
        match &state.smtp {
            Some(smtp) => sending::run(&state, smtp, stop.clone()).await,
            None => fill_mailbox(&state, stop.clone()).await,
        }
    };
    tokio::join!(mails, keep_tidy(&state, stop.clone()));
}

async fn asked_to_stop(stop: &mut watch::Receiver<bool>) {
    // Nobody can ask any more once the other end is gone, so that ends the work as well.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn fill_mailbox(state: &State, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(error) = deliver(state).await {
            tracing::error!(error = %chain(&error), "mails could not be delivered; they stay in the outbox");
        }
        tokio::select! {
            () = tokio::time::sleep(NAP) => {}
            () = state.wake.notified() => {}
            () = asked_to_stop(&mut stop) => return,
        }
    }
}

/// Delivers everything that is due to the sandbox's mailbox. Mails of production are sent by
/// [`run`].
///
/// # Errors
/// The database's.
pub async fn deliver(state: &State) -> Result<(), Error> {
    if !state.is_sandbox() {
        return Ok(());
    }
    loop {
        let delivered = in_work(state, |work| {
            let now = work.now();
            queue::deliver_to_sandbox(work.conn, now)
        })
        .await?;
        state.metrics.mails(MailOutcome::Sent, delivered.sent);
        state.metrics.mails(MailOutcome::Abandoned, delivered.expired);
        if delivered.sent + delivered.expired == 0 {
            return Ok(());
        }
    }
}

async fn keep_tidy(state: &State, mut stop: watch::Receiver<bool>) {
    let mut swept = None;
    loop {
        let sweeps = swept.is_none_or(|swept: Instant| swept.elapsed() >= SWEEPING);
        if sweeps {
            swept = Some(Instant::now());
        }
        let patience = async {
            asked_to_stop(&mut stop).await;
            tokio::time::sleep(LAST_TIDYING).await;
        };
        tokio::select! {
            () = tidy(state, sweeps) => {}
            () = patience => return,
        }
        tokio::select! {
            () = tokio::time::sleep(TIDYING) => {}
            () = asked_to_stop(&mut stop) => return,
        }
    }
}

async fn tidy(state: &State, sweeps: bool) {
    state.limits.forget_idle();
    let forgotten = match in_work(state, housekeeping::tidy).await {
        Ok(tidied) => {
            if tidied.rows > 0 {
                tracing::info!(rows = tidied.rows, "old rows were forgotten");
            }
            tidied.uploads
        }
        Err(error) => {
            tracing::error!(error = %chain(&error), "old rows could not be forgotten");
            Vec::new()
        }
    };
    let files = state.files.clone();
    let now_of_machine = state.clock.now() - chrono::Duration::microseconds(state.clock.offset_micros());
    let removed = blocking::run(move || {
        forgotten.into_iter().try_for_each(|id| files.remove(id))?;
        if sweeps { files.sweep(now_of_machine) } else { Ok(0) }
    });
    match removed.await {
        Ok(Ok(0)) | Err(_) => {}
        Ok(Ok(files)) => tracing::info!(files, "what was left of files half written was removed"),
        Ok(Err(error)) => {
            tracing::error!(error = %chain(&error), "bytes that belong to nobody could not be removed");
        }
    }
}

async fn in_work<T: Send + 'static>(
    state: &State,
    step: impl FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (call, policy) = (Call::internal(state.clock.now()), state.policy.clone());
    state.database.write(Mode::Store, move |conn| step(&mut Work::new(conn, &call, &SYSTEM, &policy))).await
}
