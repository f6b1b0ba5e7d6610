//! A transaction beside the service, with which a race happens every time: it holds locks that requests need,
//! so that they queue, and ends when the test ends it.

use std::time::Duration;

use todokede::db::engine::Conn;
use todokede::db::engine::locks::{self, Lock};

use super::TestApp;
use super::database::{count, execute};

/// How often it is checked whether requests queue. The service itself waits five seconds for a lock.
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

    /// Takes locks of the service, and holds them until the transaction ends.
    pub fn hold(&mut self, held: &[Lock<'_>]) {
        locks::acquire(&mut self.0, held).unwrap();
    }

    /// Changes rows that others do not see yet.
    pub fn execute(&mut self, statement: &str) {
        execute(&mut self.0, statement).unwrap();
    }

    /// Waits until exactly so many `requests` wait for a lock of any kind.
    pub async fn until_queued(&self, app: &TestApp, requests: i64) {
        let mut observer = app.database.connect();
        for _ in 0..TRIES {
            let queued = count(
                &mut observer,
                "SELECT COUNT(*) FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'",
            );
            if queued == requests {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("{requests} requests did not queue in time");
    }

    /// Ends the transaction and keeps what it changed.
    pub fn commit(mut self) {
        execute(&mut self.0, "COMMIT").unwrap();
    }

    /// Ends the transaction and undoes what it changed.
    pub fn roll_back(mut self) {
        execute(&mut self.0, "ROLLBACK").unwrap();
    }
}
