//! A transaction beside the service, by which a race is certain instead of likely: it holds what
//! requests need, lets them queue behind it, and ends when the test says so.

use std::time::Duration;

use todokede::db::engine::Conn;
use todokede::db::engine::locks::{self, Lock};

use super::TestApp;
use super::database::{count, execute};

/// How long requests may take to queue; the service itself waits five seconds for a lock.
const TRIES: u32 = 400;
const PAUSE: Duration = Duration::from_millis(10);

/// An open transaction on a connection of its own. Only PostgreSQL lets it and the service write at
/// the same time: an embedded database has one writer, and no such races.
pub struct Rival(Conn);

impl Rival {
    /// Begins the transaction.
    pub fn begin(app: &TestApp) -> Self {
        let mut conn = app.database.connect();
        execute(&mut conn, "BEGIN").unwrap();
        Self(conn)
    }

    /// Holds locks of the service.
    pub fn hold(&mut self, held: &[Lock<'_>]) {
        locks::hold(&mut self.0, held).unwrap();
    }

    /// Changes rows that others do not see yet.
    pub fn execute(&mut self, statement: &str) {
        execute(&mut self.0, statement).unwrap();
    }

    /// Waits until so many requests queue for a lock of any kind.
    pub async fn until_queued(&self, app: &TestApp, requests: i64) {
        let mut watching = app.database.connect();
        for _ in 0..TRIES {
            let queued = count(
                &mut watching,
                "SELECT COUNT(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'",
            );
            if queued == requests {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{requests} requests never queued");
    }

    /// Ends the transaction and keeps what it changed.
    pub fn commit(mut self) {
        execute(&mut self.0, "COMMIT").unwrap();
    }

    /// Ends the transaction and takes back what it changed.
    pub fn roll_back(mut self) {
        execute(&mut self.0, "ROLLBACK").unwrap();
    }
}
