//! Keeps the database of a service busy.

use std::sync::mpsc::{Sender, channel};

use todokede::db::engine::writer::Mode;
use todokede::error::Error;
use tokio::sync::oneshot;

use super::{Engine, TestApp};

/// The setting of a service whose database is held: six connections, two of them kept for writes.
pub const POOL: (&str, &str) = ("TODOKEDE_DATABASE_POOL", "6");

/// Jobs that occupy connections to the database until this is dropped.
pub struct Held(Vec<Sender<()>>);

impl Held {
    /// Keeps every write waiting.
    pub async fn writes(app: &TestApp) -> Self {
        let mut held = Self(Vec::new());
        let writers = match app.database.engine() {
            Engine::Sqlite => 1,
            Engine::Postgres => 6,
        };
        for _ in 0..writers {
            let (begun, job) = held.job();
            let database = app.running.state.database.clone();
            actix_web::rt::spawn(async move { database.write(Mode::Store, move |_| job()).await });
            begun.await.unwrap();
        }
        held
    }

    /// Keeps every read waiting.
    pub async fn reads(app: &TestApp) -> Self {
        let mut held = Self(Vec::new());
        for _ in 0..4 {
            let (begun, job) = held.job();
            let database = app.running.state.database.clone();
            actix_web::rt::spawn(async move { database.read(move |_| job()).await });
            begun.await.unwrap();
        }
        held
    }

    /// A job that reports when it has begun and ends when this is dropped.
    fn job(&mut self) -> (oneshot::Receiver<()>, impl FnOnce() -> Result<(), Error> + Send + use<>) {
        let (hold, released) = channel();
        let (began, begun) = oneshot::channel();
        self.0.push(hold);
        let job = move || {
            began.send(()).unwrap();
            // Nothing is ever sent: this returns once the other end is dropped.
            let _: Result<(), _> = released.recv();
            Ok(())
        };
        (begun, job)
    }
}
