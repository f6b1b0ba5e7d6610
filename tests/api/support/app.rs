//! A service that belongs to one test.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, Duration, Utc};
use tempfile::TempDir;
use todokede::boot::serving::{self, Running};
use todokede::boot::{self, background};
use todokede::config::Settings;
use todokede::domain::values::lang::Lang;
use todokede::state::State;

use super::database::TestDatabase;
use super::{Actor, Client, Tap};

/// The time at which the clock of every test starts: the day of the letter, at nine in the morning in Japan.
const START: &str = "2023-02-03T09:00:00+09:00";

/// A running service with a database, files and a clock of its own.
pub struct TestApp {
    pub running: Running,
    undelivered: Undelivered,
    pub database: Arc<TestDatabase>,
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
        let database = Arc::new(TestDatabase::ready(folder.path()));
        Self::start_in(folder, database, variables).await
    }

    /// Starts a sandbox on existing data.
    pub async fn start_in(folder: TempDir, database: Arc<TestDatabase>, variables: &[(&str, &str)]) -> Self {
        let mut all = vec![("DATABASE_URL", database.url())];
        all.extend_from_slice(variables);
        let settings = settings(folder.path(), &all);
        let state = tokio::task::spawn_blocking(move || boot::open(settings).unwrap()).await.unwrap();
        let running = serving::start(state).unwrap();
        let undelivered = Undelivered { database: Arc::clone(&database), state: running.state.clone() };
        Self { running, undelivered, database, folder, facilities: AtomicUsize::new(0) }
    }

    /// Starts a sandbox that talks to PostgreSQL through a tap, on so many connections.
    pub async fn tapped(connections: &str) -> (Self, Tap) {
        let folder = tempfile::tempdir().unwrap();
        let database = Arc::new(TestDatabase::ready(folder.path()));
        let tap = Tap::open(database.url());
        let settings = [("DATABASE_URL", tap.url()), ("TODOKEDE_DATABASE_POOL", connections)];
        (Self::start_in(folder, database, &settings).await, tap)
    }

    /// Stops the service and starts it again on the same data.
    pub async fn restart(self, variables: &[(&str, &str)]) -> Self {
        let Self { running, undelivered, database, folder, .. } = self;
        drop(undelivered);
        running.stop().await.unwrap();
        Self::start_in(folder, database, variables).await
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

    /// A client that is not logged in and prefers Japanese.
    pub fn anonymous(&self) -> Client {
        Client::new(self.url(), Lang::Ja)
    }

    /// A client that is not logged in and prefers English.
    pub fn anonymous_in_english(&self) -> Client {
        Client::new(self.url(), Lang::En)
    }

    /// Reads an address's mails of a kind, newest first, after everything due is delivered.
    pub async fn mails(&self, to: &str, kind: &str) -> Vec<serde_json::Value> {
        background::deliver_to_mailbox(&self.running.state).await.unwrap();
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

    /// A dental clinic with an account, logged in.
    pub async fn dentist(&self) -> Actor {
        Actor::register(self, &self.unused_facility("DENTAL").await).await
    }

    /// A pharmacy with an account, logged in.
    pub async fn pharmacy(&self) -> Actor {
        Actor::register(self, &self.unused_facility("PHARMACY").await).await
    }

    /// A facility of the list that this test has not used: `facility_code`, `name`, `postal_code`,
    /// `address`.
    pub async fn unused_facility(&self, kind: &str) -> serde_json::Value {
        let index = self.facilities.fetch_add(1, Ordering::Relaxed);
        let page = self.anonymous().get(&format!("/sandbox/facilities?page_size=100&kind={kind}")).await;
        page.body["items"][index].clone()
    }

    /// The number that a query of the service's database gives.
    pub fn count(&self, query: &str) -> i64 {
        self.database.count(query)
    }
}

/// Fails a test that leaves mails that cannot be delivered.
struct Undelivered {
    database: Arc<TestDatabase>,
    state: actix_web::web::Data<State>,
}

impl Drop for Undelivered {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let state = self.state.clone();
        // The runtime of the test does not run any more.
        let delivered = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(background::deliver_to_mailbox(&state))
        });
        delivered.join().unwrap().unwrap();
        let waiting =
            self.database.count("SELECT COUNT(*) FROM outbox WHERE state IN ('QUEUED', 'DEFERRED')");
        assert_eq!(waiting, 0, "the test left undelivered mail");
    }
}

/// The settings of a test: a port of its own, everything in one folder.
pub fn settings(folder: &Path, variables: &[(&str, &str)]) -> Settings {
    let mut all = BTreeMap::from([
        ("TODOKEDE_LISTEN".to_owned(), "127.0.0.1:0".to_owned()),
        ("TODOKEDE_CLOCK".to_owned(), START.to_owned()),
        ("TODOKEDE_PUBLIC_URL".to_owned(), "http://todokede.test".to_owned()),
        ("DATABASE_URL".to_owned(), format!("sqlite:{}", folder.join("todokede.sqlite3").display())),
        ("TODOKEDE_UPLOADS_DIR".to_owned(), folder.join("uploads").display().to_string()),
    ]);
    all.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Settings::from_variables(&all).unwrap()
}
