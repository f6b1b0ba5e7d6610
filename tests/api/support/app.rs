//! A sandbox service that belongs to one test.

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
use super::{Client, FacilityClient, PostgresProxy};

/// The time at which a test's clock starts: 9:00 in Japan on 3 February 2023, the date of the ministry's letter.
const START: &str = "2023-02-03T09:00:00+09:00";

/// The founder of every facility in the list.
pub const FOUNDER: &str = "架空 花子";

/// A running service with its own database, files and clock.
pub struct TestApp {
    pub running: Running,
    mail_check: UndeliveredMailCheck,
    pub database: Arc<TestDatabase>,
    folder: TempDir,
    used_facilities: AtomicUsize,
}

impl TestApp {
    /// Starts a sandbox with the default settings.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a sandbox with these environment variables as additional settings.
    pub async fn start_with(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Arc::new(TestDatabase::migrated(folder.path()));
        Self::start_on_data(folder, database, variables).await
    }

    /// Starts a sandbox on an existing database and folder.
    pub async fn start_on_data(
        folder: TempDir,
        database: Arc<TestDatabase>,
        variables: &[(&str, &str)],
    ) -> Self {
        let mut all = vec![("DATABASE_URL", database.url())];
        all.extend_from_slice(variables);
        let settings = settings(folder.path(), &all);
        let state = tokio::task::spawn_blocking(move || boot::open(settings).unwrap()).await.unwrap();
        let running = serving::start(state).unwrap();
        // A succession is accepted at once only between facilities that have something in common.
        database.execute(&format!("UPDATE facilities SET founder_name = '{FOUNDER}'"));
        let mail_check =
            UndeliveredMailCheck { database: Arc::clone(&database), state: running.state.clone() };
        Self { running, mail_check, database, folder, used_facilities: AtomicUsize::new(0) }
    }

    /// Starts a sandbox that reaches PostgreSQL through a proxy, on this number of connections.
    pub async fn start_behind_proxy(connections: &str) -> (Self, PostgresProxy) {
        let folder = tempfile::tempdir().unwrap();
        let database = Arc::new(TestDatabase::migrated(folder.path()));
        let proxy = PostgresProxy::start(database.url());
        let settings = [("DATABASE_URL", proxy.url()), ("TODOKEDE_DATABASE_POOL", connections)];
        (Self::start_on_data(folder, database, &settings).await, proxy)
    }

    /// Stops the service and starts it again on the same data.
    pub async fn restart(self, variables: &[(&str, &str)]) -> Self {
        let Self { running, mail_check, database, folder, .. } = self;
        drop(mail_check);
        running.stop().await.unwrap();
        Self::start_on_data(folder, database, variables).await
    }

    /// The URL of the service.
    pub fn url(&self) -> String {
        format!("http://{}", self.running.address)
    }

    /// The folder with the service's data.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The time of the service's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.running.state.clock.now()
    }

    /// The pseudonym of a mail address in the audit log.
    pub fn pseudonym(&self, email: &str) -> String {
        let email = todokede::domain::values::email::EmailAddress::parse(email).unwrap();
        self.running.state.policy.pseudonyms.of_address(&email).to_string()
    }

    /// Sets the service's clock, forward or back.
    pub fn set_clock(&self, instant: &str) {
        let instant = DateTime::parse_from_rfc3339(instant).unwrap().to_utc();
        self.running.state.clock.set_offset_micros(todokede::clock::Clock::offset_for(instant));
    }

    /// Moves the service's clock forward.
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

    /// Answers every request for a mailed link, and delivers every mail that is due. The service itself does both within
    /// a second.
    pub async fn deliver_mails(&self) {
        background::deliver_to_mailbox(&self.running.state).await.unwrap();
    }

    /// Delivers every mail that is due, and returns an address's mails of a kind, newest first.
    pub async fn mails(&self, to: &str, kind: &str) -> Vec<serde_json::Value> {
        self.deliver_mails().await;
        let page = self.anonymous().get(&format!("/sandbox/messages?page_size=100&to={to}")).await;
        let items = page.body["items"].as_array().unwrap().clone();
        items.into_iter().filter(|mail| mail["kind"] == kind).collect()
    }

    /// The token in the newest mail of a kind to an address.
    pub async fn token(&self, to: &str, kind: &str) -> String {
        let mails = self.mails(to, kind).await;
        let link = mails.first().unwrap_or_else(|| panic!("no {kind} for {to}"))["link"]
            .as_str()
            .unwrap()
            .to_owned();
        link.split_once("#token=").unwrap().1.to_owned()
    }

    /// Requests a registration link and returns its token.
    pub async fn registration_token(&self, email: &str) -> String {
        let reply = self.anonymous().post("/v1/registrations", &serde_json::json!({ "email": email })).await;
        assert_eq!(reply.status, 202);
        self.token(email, "PROVISIONAL_REGISTRATION").await
    }

    /// Registers an unused clinic of the facility list and logs in.
    pub async fn clinic(&self) -> FacilityClient {
        FacilityClient::register(self, &self.unused_facility("MEDICAL").await).await
    }

    /// Registers an unused dental clinic and logs in.
    pub async fn dentist(&self) -> FacilityClient {
        FacilityClient::register(self, &self.unused_facility("DENTAL").await).await
    }

    /// Registers an unused pharmacy and logs in.
    pub async fn pharmacy(&self) -> FacilityClient {
        FacilityClient::register(self, &self.unused_facility("PHARMACY").await).await
    }

    /// A facility of the list that this test has not used, with `facility_code`, `name`, `postal_code` and
    /// `address`.
    pub async fn unused_facility(&self, kind: &str) -> serde_json::Value {
        let index = self.used_facilities.fetch_add(1, Ordering::Relaxed);
        let page = self.anonymous().get(&format!("/sandbox/facilities?page_size=100&kind={kind}")).await;
        page.body["items"][index].clone()
    }

    /// Lets no two facilities of the list have the same founder, so that nothing suggests that one succeeds another.
    pub fn give_every_facility_its_own_founder(&self) {
        self.database.execute("UPDATE facilities SET founder_name = '架空' || code");
    }

    /// The number that a query of the service's database returns.
    pub fn count(&self, query: &str) -> i64 {
        self.database.count(query)
    }
}

/// Fails a test that ends with a mail that cannot be delivered.
struct UndeliveredMailCheck {
    database: Arc<TestDatabase>,
    state: actix_web::web::Data<State>,
}

impl Drop for UndeliveredMailCheck {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let state = self.state.clone();
        // The test's runtime has stopped.
        let delivered = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(background::deliver_to_mailbox(&state))
        });
        delivered.join().unwrap().unwrap();
        let waiting =
            self.database.count("SELECT COUNT(*) FROM outbox WHERE state IN ('QUEUED', 'DEFERRED')");
        assert_eq!(waiting, 0, "the test left undelivered mail");
        let waiting = self.database.count("SELECT COUNT(*) FROM link_requests");
        assert_eq!(waiting, 0, "the test left a request for a mailed link");
    }
}

/// The settings of a sandbox on a free port, with all data in one folder.
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
