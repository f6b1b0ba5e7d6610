//! Jobs that occupy a service's connections to its database, so that requests have to wait.

use std::sync::mpsc::{Sender, channel};

use todokede::db::engine::writer::Mode;
use todokede::error::Error;
use tokio::sync::oneshot;

use super::{Engine, TestApp};

/// The setting of a service that a test blocks: six connections, of which reads may use four.
pub const POOL_OF_SIX: (&str, &str) = ("TODOKEDE_DATABASE_POOL", "6");

/// Jobs that occupy connections to the database until this value is dropped.
pub struct BlockingJobs(Vec<Sender<()>>);

impl BlockingJobs {
    /// Occupies every connection that can write.
    pub async fn block_writes(app: &TestApp) -> Self {
        let mut blocking_jobs = Self(Vec::new());
        let writers = match app.database.engine() {
            Engine::Sqlite => 1,
            Engine::Postgres => 6,
        };
        for _ in 0..writers {
            let (started, job) = blocking_jobs.new_job();
            let database = app.running.state.database.clone();
            actix_web::rt::spawn(async move { database.write(Mode::Commit, move |_| job()).await });
            started.await.unwrap();
        }
        blocking_jobs
    }

    /// Occupies every connection that reads may use.
    pub async fn block_reads(app: &TestApp) -> Self {
        let mut blocking_jobs = Self(Vec::new());
        for _ in 0..4 {
            let (started, job) = blocking_jobs.new_job();
            let database = app.running.state.database.clone();
            actix_web::rt::spawn(async move { database.read(move |_| job()).await });
            started.await.unwrap();
        }
        blocking_jobs
    }

    /// A job that reports its start and ends when this value is dropped.
    fn new_job(&mut self) -> (oneshot::Receiver<()>, impl FnOnce() -> Result<(), Error> + Send + use<>) {
        let (until_dropped, dropped) = channel();
        let (start, started) = oneshot::channel();
        self.0.push(until_dropped);
        let job = move || {
            start.send(()).unwrap();
            // Nothing is ever sent: `recv` returns once the sender is dropped.
            let _: Result<(), _> = dropped.recv();
            Ok(())
        };
        (started, job)
    }
}
