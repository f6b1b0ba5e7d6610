//! A transaction that runs beside the service and makes a race happen every time: it takes locks that requests
//! need, so that the requests wait until the test ends the transaction.

use std::time::Duration;

use todokede::db::engine::Conn;
use todokede::db::engine::locks::{self, Lock};

use super::TestApp;
use super::database::{count, execute};

/// How often the test checks whether requests wait. The service itself waits five seconds for a lock.
const CHECKS: u32 = 400;
const PAUSE: Duration = Duration::from_millis(10);

/// An open transaction on its own connection. It needs PostgreSQL: an embedded database has one writer, so
/// no such race can happen.
pub struct ConcurrentTransaction(Conn);

impl ConcurrentTransaction {
    pub fn begin(app: &TestApp) -> Self {
        let mut conn = app.database.connect();
        execute(&mut conn, "BEGIN").unwrap();
        Self(conn)
    }

    /// Takes locks of the service until the transaction ends.
    pub fn take_locks(&mut self, wanted: &[Lock<'_>]) {
        locks::acquire(&mut self.0, wanted).unwrap();
    }

    /// Changes rows. Other connections see the change after [`Self::commit`].
    pub fn execute(&mut self, statement: &str) {
        execute(&mut self.0, statement).unwrap();
    }

    /// Waits until exactly this many requests wait for a lock of any kind.
    pub async fn wait_until_queued(&self, app: &TestApp, requests: i64) {
        let mut observer = app.database.connect();
        for _ in 0..CHECKS {
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
        panic!("timed out waiting for {requests} requests to wait for a lock");
    }

    pub fn commit(mut self) {
        execute(&mut self.0, "COMMIT").unwrap();
    }

    pub fn roll_back(mut self) {
        execute(&mut self.0, "ROLLBACK").unwrap();
    }
}
