//! PostgreSQL's setting `synchronous_standby_names`, with which commits wait for a standby server.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use todokede::db::engine::pool::connect;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use super::database::{TestDatabase, count, source};
use super::postgres::administer;

/// Lets one test at a time change the setting, because it applies to the whole server.
static SETTING_LOCK: Mutex<()> = Mutex::const_new(());

/// Control over the setting for one database. Commits to the databases of other tests never wait for a
/// standby, because `synchronous_commit` is off for them.
pub struct StandbySetting {
    url: String,
    _lock: MutexGuard<'static, ()>,
}

impl StandbySetting {
    /// Makes the commits of new connections to this database wait for the standbys that the setting names. The
    /// setting names none yet, so commits do not wait.
    pub async fn enable_for(database: &TestDatabase) -> Self {
        let lock = SETTING_LOCK.lock().await;
        let name = database.name();
        administer(&format!("ALTER DATABASE {name} SET synchronous_commit TO on"));
        Self { url: database.url().to_owned(), _lock: lock }
    }

    /// Names a standby that does not exist, so that commits wait.
    pub async fn require_missing_standby(&self) {
        alter_system("ALTER SYSTEM SET synchronous_standby_names TO 'gone'");
        // The server applies the setting after a moment.
        while !self.commits_wait() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Tries a commit and returns whether it waits for a standby. Ends the connection of that commit.
    fn commits_wait(&self) -> bool {
        let mut probe = PgConnection::establish(&self.url).unwrap();
        let name = format!("probe-{}", Uuid::new_v4().simple());
        probe.batch_execute(&format!("SET application_name = '{name}'")).unwrap();
        let committing = std::thread::spawn(move || {
            // This fails if the connection is ended.
            let _ = probe.batch_execute("SELECT pg_logical_emit_message(true, 'probe', '')");
        });
        let mut observer = connect(&source(&self.url)).unwrap();
        let from_probe = format!("FROM pg_stat_activity WHERE application_name = '{name}'");
        let waiting = format!("SELECT COUNT(*) {from_probe} AND wait_event = 'SyncRep'");
        let waits = loop {
            if count(&mut observer, &waiting) > 0 {
                break true;
            }
            if committing.is_finished() {
                break false;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        administer(&format!("SELECT pg_terminate_backend(pid) {from_probe}"));
        committing.join().unwrap();
        waits
    }

    /// Clears the setting, so that waiting commits finish.
    #[expect(clippy::unused_self, reason = "only the test that holds the lock may change the setting")]
    pub fn require_no_standby(&self) {
        alter_system("ALTER SYSTEM RESET synchronous_standby_names");
    }
}

impl Drop for StandbySetting {
    fn drop(&mut self) {
        self.require_no_standby();
    }
}

/// Runs an `ALTER SYSTEM` statement and applies it. Such a statement cannot be part of a transaction.
fn alter_system(statement: &str) {
    administer(statement);
    administer("SELECT pg_reload_conf()");
}
