//! A service of the test's own.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Duration, Utc};
use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, RunQueryDsl as _};
use tempfile::TempDir;
use todokede::config::Settings;
use todokede::domain::lang::Lang;
use todokede::server::{self, Running};
use todokede::{boot, worker};

use super::{Actor, Client};

/// The day of the letter, nine in the morning in Japan: where every test's clock starts.
const START: &str = "2023-02-03T09:00:00+09:00";

/// The database's file.
const DATABASE: &str = "todokede.sqlite3";

/// A running service with a database, files and a clock of its own.
pub struct TestApp {
    pub running: Running,
    undelivered: Undelivered,
    folder: TempDir,
    facilities: AtomicUsize,
}

impl TestApp {
    /// Starts a sandbox.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a sandbox with some settings of its own.
    pub async fn start_with(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(template(), folder.path().join(DATABASE)).unwrap();
        Self::start_in(folder, variables).await
    }

    async fn start_in(folder: TempDir, variables: &[(&str, &str)]) -> Self {
        let settings = settings(folder.path(), variables);
        let state = tokio::task::spawn_blocking(move || boot::open(settings).unwrap()).await.unwrap();
        let running = server::start(state).unwrap();
        let undelivered = Undelivered(folder.path().join(DATABASE));
        Self { running, undelivered, folder, facilities: AtomicUsize::new(0) }
    }

    /// Stops the service and starts it again on the same data.
    pub async fn restart(self, variables: &[(&str, &str)]) -> Self {
        let Self { running, undelivered, folder, .. } = self;
        drop(undelivered);
        running.stop().await.unwrap();
        Self::start_in(folder, variables).await
    }

    /// The address of the service.
    pub fn url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// Where the service keeps its data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The time of the service.
    pub fn now(&self) -> DateTime<Utc> {
        self.running.state.clock.now()
    }

    /// Moves the clock to an instant.
    pub fn set_clock(&self, instant: &str) {
        let instant = DateTime::parse_from_rfc3339(instant).unwrap().to_utc();
        self.running.state.clock.set_offset_micros(todokede::clock::Clock::offset_for(instant));
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        self.running.state.clock.advance(by);
    }

    /// Somebody who is not logged in and reads Japanese.
    pub fn anonymous(&self) -> Client {
        Client::new(self.url(), Lang::Ja)
    }

    /// The same, reading English.
    pub fn anonymous_in_english(&self) -> Client {
        Client::new(self.url(), Lang::En)
    }

    /// Reads an address's mails of a kind, newest first, after everything due is delivered.
    pub async fn mails(&self, to: &str, kind: &str) -> Vec<serde_json::Value> {
        worker::deliver(&self.running.state).await.unwrap();
        let page = self.anonymous().get(&format!("/sandbox/messages?page_size=100&to={to}")).await;
        let items = page.body["items"].as_array().unwrap().clone();
        items.into_iter().filter(|mail| mail["kind"] == kind).collect()
    }

    /// The token of the newest link of a kind that was mailed to an address.
    pub async fn token(&self, to: &str, kind: &str) -> String {
        let mails = self.mails(to, kind).await;
        let link = mails.first().unwrap_or_else(|| panic!("no {kind} for {to}"))["link"]
            .as_str()
            .unwrap()
            .to_owned();
        link.split_once("#token=").unwrap().1.to_owned()
    }

    /// The token of a fresh registration link.
    pub async fn registration_token(&self, email: &str) -> String {
        let reply = self.anonymous().post("/v1/registrations", &serde_json::json!({ "email": email })).await;
        assert_eq!(reply.status, 202);
        self.token(email, "PROVISIONAL_REGISTRATION").await
    }

    /// A clinic of the facility list with an account, logged in.
    pub async fn clinic(&self) -> Actor {
        Actor::register(self, &self.unused_facility("MEDICAL").await).await
    }

    /// A dentist likewise.
    pub async fn dentist(&self) -> Actor {
        Actor::register(self, &self.unused_facility("DENTAL").await).await
    }

    /// A pharmacy likewise.
    pub async fn pharmacy(&self) -> Actor {
        Actor::register(self, &self.unused_facility("PHARMACY").await).await
    }

    /// A facility of the list that this test has not used: `facility_code`, `name`, `postal_code`,
    /// `address`.
    pub async fn unused_facility(&self, kind: &str) -> serde_json::Value {
        let place = self.facilities.fetch_add(1, Ordering::Relaxed);
        let page = self.anonymous().get(&format!("/sandbox/facilities?page_size=100&kind={kind}")).await;
        page.body["items"][place].clone()
    }

    /// A number of the service's own database, by a query.
    pub fn count(&self, query: &str) -> i64 {
        count_in(&self.folder.path().join(DATABASE), query)
    }
}

/// Fails a test that leaves mail which nobody can deliver.
struct Undelivered(PathBuf);

impl Drop for Undelivered {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        // The worker may be at it this moment.
        let delivered = (0..100).any(|_| {
            let waiting =
                count_in(&self.0, "SELECT COUNT(*) FROM outbox WHERE state IN ('QUEUED', 'DEFERRED')");
            if waiting > 0 {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            waiting == 0
        });
        assert!(delivered, "the test left undelivered mail");
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

fn count_in(file: &Path, query: &str) -> i64 {
    let mut conn = diesel::SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    let row: Count = diesel::sql_query(format!("SELECT ({query}) AS count")).get_result(&mut conn).unwrap();
    row.count
}

/// The settings of a test: a port of its own, everything in one folder.
pub fn settings(folder: &Path, variables: &[(&str, &str)]) -> Settings {
    let mut all = BTreeMap::from([
        ("TODOKEDE_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
        ("TODOKEDE_CLOCK".to_owned(), START.to_owned()),
        ("TODOKEDE_PUBLIC_URL".to_owned(), "http://todokede.test".to_owned()),
        ("DATABASE_URL".to_owned(), format!("sqlite:{}", folder.join(DATABASE).display())),
    ]);
    all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Settings::from_variables(&all).unwrap()
}

/// A migrated database with rounds and facilities, made once and copied by every test. It has no
/// clock yet: each test starts its own.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path(), &[]);
        let file = settings.database.clone();
        drop(std::thread::spawn(move || boot::open(settings).unwrap()).join().unwrap());
        let mut conn = todokede::db::pool::open_writing(&file).unwrap();
        conn.batch_execute("DELETE FROM sandbox_clock; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
        (folder, file)
    };
    &TEMPLATE.get_or_init(make).1
}
