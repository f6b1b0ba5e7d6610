//! The background work of the service: answers requests for mailed links, delivers mails, lets contents of uploads be
//! scanned, and removes old rows and files.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use crate::blocking;
use crate::db::engine::writer::Mode;
use crate::error::{Error, chain};
use crate::jobs::link_requests::LinkRequests;
use crate::jobs::mails::SmtpMails;
use crate::jobs::mails::mailbox::Mailbox;
use crate::jobs::runner::Runner;
use crate::jobs::scans::Scans;
use crate::jobs::schedule::repeat;
use crate::jobs::stop::Stop;
use crate::state::State;
use crate::usecases::actor::SYSTEM;
use crate::usecases::housekeeping;
use crate::usecases::work::{Call, Work};

/// How often old rows are removed.
const HOUSEKEEPING_INTERVAL: Duration = Duration::from_mins(10);
/// How often the folder of attachments is searched for abandoned temporary files. The search may be slow, because the
/// folder may be large and on a network file system.
const SWEEP_INTERVAL: Duration = Duration::from_hours(24);

/// Runs until a stop is requested.
pub async fn run(state: Arc<State>, stop: Stop) {
    let mails = async {
        let (wake, stop) = (&state.wake, stop.clone());
        match &state.smtp {
            Some(smtp) => {
                let tokens = state.policy.link_tokens.clone();
                let mails = SmtpMails::new(Arc::clone(smtp), tokens, Arc::clone(&state.metrics));
                Runner::new(mails, state.database.clone(), state.clock.clone()).run(wake, stop).await;
            }
            None => mailbox(&state).run(wake, stop).await,
        }
    };
    let link_requests = async {
        let runner = Runner::new(link_requests(&state), state.database.clone(), state.clock.clone());
        // Nothing wakes this runner: it looks at its own times. If a job always followed its request at once, the load of
        // the job would show in the time of the caller's next request.
        runner.run(&Notify::new(), stop.clone()).await;
    };
    let scans = async {
        if let Some(scans) = scans(&state) {
            let runner = Runner::new(scans, state.database.clone(), state.clock.clone());
            runner.run(&state.wake_scans, stop.clone()).await;
        }
    };
    let housekeeping = repeat(HOUSEKEEPING_INTERVAL, || remove_old(&state), stop.clone());
    let sweeping = repeat(SWEEP_INTERVAL, || sweep(&state), stop.clone());
    tokio::join!(mails, link_requests, scans, housekeeping, sweeping);
}

fn link_requests(state: &State) -> LinkRequests {
    LinkRequests {
        database: state.database.clone(),
        policy: state.policy.clone(),
        mails_per_address: Arc::clone(&state.limits.mails_per_address),
        mails: Arc::clone(&state.wake),
        metrics: Arc::clone(&state.metrics),
    }
}

/// The scans, if there is a scanner.
fn scans(state: &State) -> Option<Scans> {
    Some(Scans {
        scanner: state.scanner.clone()?,
        files: state.files.clone(),
        database: state.database.clone(),
        clock: state.clock.clone(),
        policy: state.policy.clone(),
        mails: Arc::clone(&state.wake),
        metrics: Arc::clone(&state.metrics),
    })
}

fn mailbox(state: &State) -> Mailbox {
    let tokens = state.policy.link_tokens.clone();
    Mailbox::new(state.database.clone(), state.clock.clone(), tokens, Arc::clone(&state.metrics))
}

/// Answers all requests for mailed links without waiting for [`run`].
///
/// # Errors
/// An error of the database.
pub async fn answer_link_requests(state: &State) -> Result<(), Error> {
    link_requests(state).answer_all().await
}

/// Answers all requests for mailed links, and delivers all due mails to the sandbox's mailbox. Does nothing in
/// production, where [`run`] sends the mails.
///
/// # Errors
/// An error of the database.
pub async fn deliver_to_mailbox(state: &State) -> Result<(), Error> {
    if !state.is_sandbox() {
        return Ok(());
    }
    answer_link_requests(state).await?;
    mailbox(state).deliver().await
}

async fn remove_old(state: &State) {
    state.limits.remove_idle();
    if let Err(error) = remove_old_rows(state).await {
        tracing::error!(error = %chain(&error), "old rows or their files could not be removed");
    }
}

async fn remove_old_rows(state: &State) -> Result<(), Error> {
    let (call, policy) = (Call::internal(state.clock.now()), state.policy.clone());
    let step =
        move |conn: &mut _| housekeeping::delete_expired(&mut Work::new(conn, &call, &SYSTEM, &policy));
    let tidied = state.database.write(Mode::Commit, step).await?;
    if tidied.rows > 0 {
        tracing::info!(rows = tidied.rows, "old rows were removed");
    }
    let files = state.files.clone();
    blocking::run(move || tidied.uploads.into_iter().try_for_each(|id| files.remove(id))).await?
}

/// Removes temporary files that killed processes left.
async fn sweep(state: &State) {
    let files = state.files.clone();
    let now_of_machine = state.clock.now() - chrono::Duration::microseconds(state.clock.offset_micros());
    match blocking::run(move || files.sweep(now_of_machine)).await.flatten() {
        Ok(0) => {}
        Ok(files) => tracing::info!(files, "abandoned temporary files were removed"),
        Err(error) => {
            tracing::error!(error = %chain(&error), "abandoned temporary files could not be removed");
        }
    }
}
