//! A standby that commits wait for, present or gone.

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use todokede::db::engine::pool::connect;
use tokio::sync::{Mutex, MutexGuard};
use uuid::Uuid;

use super::database::{TestDatabase, count, source};
use super::postgres::administer;

/// The setting is the whole server's.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// What commits to one database wait for. Those of other tests' databases go on: this server waits for
/// nobody unless a database asks for it.
pub struct Standby {
    url: String,
    _alone: MutexGuard<'static, ()>,
}

impl Standby {
    /// From now on connections to this database are made whose commits wait for standbys. As long as none is
    /// wanted, that is for nobody.
    pub async fn of(database: &TestDatabase) -> Self {
        let alone = ONE_AT_A_TIME.lock().await;
        let name = database.name();
        administer(&format!("ALTER DATABASE {name} SET synchronous_commit TO on"));
        Self { url: database.url().to_owned(), _alone: alone }
    }

    /// One is wanted, and none is there.
    pub async fn leaves(&self) {
        set("ALTER SYSTEM SET synchronous_standby_names TO 'gone'");
        // The server takes note in its own time.
        while !self.commits_wait() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether a commit waits for a standby. The one that tells is ended.
    fn commits_wait(&self) -> bool {
        let mut probe = PgConnection::establish(&self.url).unwrap();
        let name = format!("probe-{}", Uuid::new_v4().simple());
        probe.batch_execute(&format!("SET application_name = '{name}'")).unwrap();
        let committing = std::thread::spawn(move || {
            // It fails where it is ended.
            let _ = probe.batch_execute("SELECT pg_logical_emit_message(true, 'probe', '')");
        });
        let mut other = connect(&source(&self.url)).unwrap();
        let of_probe = format!("FROM pg_stat_activity WHERE application_name = '{name}'");
        let waiting = format!("SELECT COUNT(*) {of_probe} AND wait_event = 'SyncRep'");
        let waits = loop {
            if count(&mut other, &waiting) > 0 {
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

    /// What waits is let go.
    #[expect(clippy::unused_self, reason = "whoever has none cannot bring it back")]
    pub fn returns(&self) {
        set("ALTER SYSTEM RESET synchronous_standby_names");
    }
}

impl Drop for Standby {
    fn drop(&mut self) {
        self.returns();
    }
}

/// A change of the system's settings is no transaction's.
fn set(statement: &str) {
    administer(statement);
    administer("SELECT pg_reload_conf()");
}
