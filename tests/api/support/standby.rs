//! A standby that commits wait for, and that may be missing.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use todokede::db::engine::pool::connect;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use super::database::{TestDatabase, count, source};
use super::postgres::administer;

/// Lets one test at a time change the standbys, as that is a setting of the whole server.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// A standby that commits to one database wait for. Commits to the databases of other tests do not wait, as
/// that is the server's default.
pub struct Standby {
    url: String,
    _alone: MutexGuard<'static, ()>,
}

impl Standby {
    /// Makes the commits of new connections to this database wait for the standbys that the server names. It
    /// names none yet.
    pub async fn of(database: &TestDatabase) -> Self {
        let alone = ONE_AT_A_TIME.lock().await;
        let name = database.name();
        administer(&format!("ALTER DATABASE {name} SET synchronous_commit TO on"));
        Self { url: database.url().to_owned(), _alone: alone }
    }

    /// Names a standby that does not exist, so that commits wait.
    pub async fn leaves(&self) {
        set("ALTER SYSTEM SET synchronous_standby_names TO 'gone'");
        // The server applies the setting after a moment.
        while !self.commits_wait() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Tries a commit, and tells whether it waits for a standby. The connection of that commit is ended.
    fn commits_wait(&self) -> bool {
        let mut probe = PgConnection::establish(&self.url).unwrap();
        let name = format!("probe-{}", Uuid::new_v4().simple());
        probe.batch_execute(&format!("SET application_name = '{name}'")).unwrap();
        let committing = std::thread::spawn(move || {
            // This fails if the connection is ended.
            let _ = probe.batch_execute("SELECT pg_logical_emit_message(true, 'probe', '')");
        });
        let mut observer = connect(&source(&self.url)).unwrap();
        let of_probe = format!("FROM pg_stat_activity WHERE application_name = '{name}'");
        let waiting = format!("SELECT COUNT(*) {of_probe} AND wait_event = 'SyncRep'");
        let waits = loop {
            if count(&mut observer, &waiting) > 0 {
                break true;
            }
            if committing.is_finished() {
                break false;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        administer(&format!("SELECT pg_terminate_backend(pid) {of_probe}"));
        committing.join().unwrap();
        waits
    }

    /// Names no standby any more, so that waiting commits finish.
    #[expect(clippy::unused_self, reason = "only the test that has a standby may call this")]
    pub fn returns(&self) {
        set("ALTER SYSTEM RESET synchronous_standby_names");
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        self.returns();
    }
}

/// Runs an `ALTER SYSTEM`, which cannot be part of a transaction, and applies it.
fn set(statement: &str) {
    administer(statement);
    administer("SELECT pg_reload_conf()");
}
