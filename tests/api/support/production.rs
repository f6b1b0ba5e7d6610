//! A service with the profile `production`, whose mails go to an SMTP server.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use tempfile::TempDir;
use todokede::boot;
use todokede::boot::serving::{self, Running};
use todokede::config::Settings;
use todokede::db::engine::writer::Mode;
use todokede::delivery::mail::message::Message;
use todokede::domain::values::email::EmailAddress;
use todokede::domain::values::lang::Lang;
use todokede::ops::facility_list::{Import, import_text};
use todokede::security::signing_keys;
use todokede::state::State;
use todokede::usecases::actor::SYSTEM;
use todokede::usecases::work::{Call, Work};

use super::database::TestDatabase;
use super::mail_server::MailServer;
use super::{Client, FacilityClient, PASSWORD, facility_list, forms};

/// How long [`eventually`] waits.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The settings of a production service on a database, with a new signing key in the folder. Unless the variables
/// say otherwise, its mail server is at a port where no server listens.
pub fn settings(folder: &Path, database: &TestDatabase, variables: &[(&str, &str)]) -> Settings {
    let key = folder.join("production-key.pem");
    signing_keys::read_or_generate(&key).unwrap();
    let mut all = BTreeMap::from([
        ("TODOKEDE_PROFILE", "production".to_owned()),
        ("TODOKEDE_LISTEN", "127.0.0.1:0".to_owned()),
        ("TODOKEDE_PUBLIC_URL", "https://api.todokede.test".to_owned()),
        ("TODOKEDE_PORTAL_URL", "https://portal.todokede.test".to_owned()),
        ("TODOKEDE_SIGNING_KEY_FILES", key.display().to_string()),
        ("TODOKEDE_SMTP_URL", "smtp://todokede:secret@localhost:1".to_owned()),
        ("TODOKEDE_MAIL_FROM", "no-reply@portal.example.jp".to_owned()),
        ("TODOKEDE_REVIEW", "automatic".to_owned()),
        ("DATABASE_URL", database.url().to_owned()),
        // No load balancer has to notice the stop.
        ("TODOKEDE_DRAIN_SECONDS", "0".to_owned()),
    ]);
    all.extend(variables.iter().map(|(name, value)| (*name, (*value).to_owned())));
    let all = all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Settings::from_variables(&all).unwrap()
}

/// A running production service. Its facility list has one clinic and one pharmacy.
pub struct Production {
    pub running: Running,
    pub database: Arc<TestDatabase>,
    pub folder: TempDir,
}

impl Production {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a service that sends mails to this server and waits `seconds` for each reply.
    pub async fn start_with_mail_server(mail_server: &MailServer, seconds: u32) -> Self {
        Self::start_with_mail_timeouts(mail_server, seconds, seconds).await
    }

    /// Starts a service that sends mails to this server. It waits `end_of_data_seconds` for the reply to a mail's
    /// content and `seconds` for every other reply.
    pub async fn start_with_mail_timeouts(
        mail_server: &MailServer,
        seconds: u32,
        end_of_data_seconds: u32,
    ) -> Self {
        Self::start_with(&[
            ("TODOKEDE_SMTP_URL", &mail_server.url()),
            ("TODOKEDE_SMTP_CA_FILE", &mail_server.certificate().display().to_string()),
            ("TODOKEDE_SMTP_TIMEOUT_SECONDS", &seconds.to_string()),
            ("TODOKEDE_SMTP_DOT_SECONDS", &end_of_data_seconds.to_string()),
        ])
        .await
    }

    pub async fn start_with(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Arc::new(TestDatabase::empty(folder.path()));
        let settings = settings(folder.path(), &database, variables);
        let opening = tokio::task::spawn_blocking(move || {
            boot::migrate(&settings).unwrap();
            let state = boot::open(settings).unwrap();
            let (database, policy) = (&state.database, &state.policy);
            let import = Import { database, policy, now: state.clock.now(), whole_edition: false };
            let facilities = [1, 4].map(|table| facility_list::unlisted(table, 1));
            import_text(&import, &facility_list::csv(&facilities.each_ref())).unwrap();
            state
        });
        Self { running: serving::start(opening.await.unwrap()).unwrap(), database, folder }
    }

    pub fn state(&self) -> &State {
        &self.running.state
    }

    pub fn anonymous(&self) -> Client {
        Client::new(format!("http://{}", self.running.address), Lang::Ja)
    }

    /// The number that a query of the service's database returns.
    pub fn count(&self, query: &str) -> i64 {
        self.database.count(query)
    }

    /// How many mails of the outbox are in a state.
    pub fn mails_in_state(&self, state: &str) -> i64 {
        self.rows("outbox").with("state", state).count()
    }

    /// Queues a mail to each of these addresses, all in one transaction.
    pub async fn queue_mails(&self, addresses: impl IntoIterator<Item = String>) {
        let addresses: Vec<EmailAddress> =
            addresses.into_iter().map(|address| EmailAddress::parse(&address).unwrap()).collect();
        let (call, policy) = (Call::internal(self.state().clock.now()), self.state().policy.clone());
        let queueing = self.state().database.write(Mode::Commit, move |conn| {
            let mut work = Work::new(conn, &call, &SYSTEM, &policy);
            let message =
                Message::EmailChanged { facility_name: "架空さくら診療所".to_owned(), at: call.now };
            addresses.iter().try_for_each(|address| work.mail(address, None, &message))
        });
        queueing.await.unwrap();
        self.state().wake.notify_one();
    }

    /// Waits until every mail is sent or abandoned. Whenever all remaining mails wait for a later attempt, moves the
    /// clock forward.
    pub async fn deliver_all_mails(&self) {
        let unsent = "SELECT COUNT(*) FROM outbox WHERE state IN ('QUEUED', 'DEFERRED')";
        eventually("an empty outbox", || async {
            let now = self.database.instant(self.state().clock.now());
            let postponed = format!("{unsent} AND lease_holder IS NULL AND next_attempt_at > {now}");
            let (unsent, postponed) = (self.count(unsent), self.count(&postponed));
            if unsent > 0 && unsent == postponed {
                self.state().clock.advance(TimeDelta::minutes(2));
                self.state().wake.notify_one();
            }
            unsent == 0
        })
        .await;
    }

    /// Registers the listed facility of a fee table with the link that the mail server received, and logs in.
    pub async fn register(&self, mail_server: &MailServer, fee_table: u8) -> FacilityClient {
        let facility = facility_list::unlisted(fee_table, 1);
        let email = format!("reception-{fee_table}@clinic.example");
        self.anonymous().post("/v1/registrations", &json!({ "email": email })).await.assert_status(202);
        eventually("the provisional mail", || async { mail_server.received_for(&email).len() == 1 }).await;
        let text = mail_server.received_for(&email)[0].mime().part("text/plain");
        let token = text.split_once("#token=").unwrap().1.lines().next().unwrap().to_owned();
        self.anonymous().post("/v1/accounts", &forms::account(&token, &facility)).await.assert_status(201);
        self.log_in(&email, &facility).await
    }

    async fn log_in(&self, email: &str, facility: &Value) -> FacilityClient {
        let login = json!({ "email": email, "password": PASSWORD });
        let code = facility["facility_code"].as_str().unwrap().to_owned();
        FacilityClient::log_in_with(self.anonymous(), &login, code).await
    }

    /// Stops the service, and returns its database and folder.
    pub async fn stop(self) -> (Arc<TestDatabase>, TempDir) {
        self.running.stop().await.unwrap();
        (self.database, self.folder)
    }
}

/// Waits until a condition holds, and fails the test if it does not hold in time. `what` describes the condition.
pub async fn eventually<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < TIMEOUT, "timed out waiting for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
