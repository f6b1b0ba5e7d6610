//! A standby that commits wait for, present or gone.

use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use super::database::TestDatabase;
use super::postgres::administer;

/// The setting is the whole server's.
static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// What commits to one database wait for. Those of other tests' databases go on: this server waits for
/// nobody unless a database asks for it.
pub struct Standby {
    _alone: MutexGuard<'static, ()>,
}

impl Standby {
    /// From now on connections to this database are made whose commits wait for standbys. As long as none is
    /// wanted, that is for nobody.
    pub async fn of(database: &TestDatabase) -> Self {
        let alone = ONE_AT_A_TIME.lock().await;
        let name = database.name();
        administer(&format!("ALTER DATABASE {name} SET synchronous_commit TO on"));
        Self { _alone: alone }
    }

    /// One is wanted, and none is there.
    pub async fn leaves(&self) {
        set("ALTER SYSTEM SET synchronous_standby_names TO 'gone'");
        // The server takes note in its own time.
        tokio::time::sleep(Duration::from_millis(500)).await;
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
