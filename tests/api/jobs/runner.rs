//! The runner of jobs, with a kind of job that needs no mail server. Jobs with the same recipient domain are in one
//! lane, which may use only a share of the simultaneous attempts.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;
use todokede::clock::Clock;
use todokede::db::engine::pool::Database;
use todokede::db::engine::writer::Mode;
use todokede::db::store::mails::outbox::{self, WaitingMail};
use todokede::domain::mails::{FailureClass, MailFailure};
use todokede::domain::values::calendar::Instant;
use todokede::domain::values::ids::MessageId;
use todokede::jobs::mails::outbox::{AttemptResult, Outbox};
use todokede::jobs::runner::{JobKind, Limits, Runner};
use todokede::jobs::stop::{self, Stop};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::support::database::{TestDatabase, source};
use crate::support::production::eventually;

const LEASED: &str = "SELECT COUNT(*) FROM outbox WHERE lease_holder IS NOT NULL";
const SENT: &str = "SELECT COUNT(*) FROM outbox WHERE state = 'SENT'";

/// A job whose result depends on the domain of the mail's recipient.
struct ScriptedJob {
    attempts: Arc<AtomicUsize>,
}

impl JobKind for ScriptedJob {
    type Queue = Outbox;
    type Failure = MailFailure;

    const NAME: &'static str = "scripted";
    const LIMITS: Limits = Limits { at_once: 4, per_lane: 2, late: 0, late_per_lane: 0 };

    fn usual_time(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn late_time(&self) -> Duration {
        Duration::from_secs(1)
    }

    fn attempt(&self, mail: &WaitingMail) -> impl Future<Output = Result<(), MailFailure>> + Send + 'static {
        let before = self.attempts.fetch_add(1, Ordering::SeqCst);
        let domain = mail.domain().to_owned();
        async move {
            match domain.as_str() {
                "panics.example" => panic!("the text of a mail"),
                "panics-at-first.example" if before == 0 => panic!("the text of a mail"),
                "hangs.example" => std::future::pending().await,
                "outage.example" => Err(MailFailure::ServerBusy),
                _ => Ok(()),
            }
        }
    }

    fn unfinished() -> MailFailure {
        MailFailure::ConnectionLost
    }

    fn is_outage(failure: MailFailure) -> bool {
        failure.class() == FailureClass::Server
    }

    fn code(failure: MailFailure) -> &'static str {
        failure.code()
    }

    fn pause_after(_: u32) -> Duration {
        Duration::from_mins(10)
    }

    fn conclude(
        &self,
        mail: &WaitingMail,
        outcome: Result<(), MailFailure>,
        _: Duration,
        now: Instant,
    ) -> AttemptResult {
        AttemptResult::decide(mail, outcome, now)
    }

    fn expired(&self, _: usize) {}
}

/// A database with a queue of mails, and a counter of the attempts.
struct RunnerFixture {
    database: Arc<TestDatabase>,
    opened: Database,
    attempts: Arc<AtomicUsize>,
    _folder: TempDir,
}

impl RunnerFixture {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Arc::new(TestDatabase::migrated(folder.path()));
        let opened = Database::open(&source(database.url())).unwrap();
        Self { database, opened, attempts: Arc::default(), _folder: folder }
    }

    /// Queues a mail to each of these domains.
    async fn queue(&self, domains: &[&'static str]) {
        let domains = domains.to_vec();
        let queued_at = Clock::of_machine().now();
        let queueing = self.opened.write(Mode::Commit, move |conn| {
            domains.iter().try_for_each(|domain| {
                let mail = WaitingMail {
                    id: MessageId::from_uuid(Uuid::new_v4()),
                    kind: "EMAIL_CHANGED".to_owned(),
                    recipient: format!("reception@{domain}"),
                    subject: "件名".to_owned(),
                    body: "本文".to_owned(),
                    html: String::new(),
                    attempts: 0,
                    queued_at,
                    expires_at: queued_at + chrono::Duration::days(1),
                };
                outbox::insert(conn, &mail, None)
            })
        });
        queueing.await.unwrap();
    }

    fn runner(&self, stop: Stop) -> impl Future<Output = ()> + Send + use<> {
        let kind = ScriptedJob { attempts: Arc::clone(&self.attempts) };
        let runner = Runner::new(kind, self.opened.clone(), Clock::of_machine());
        async move { runner.run(&Notify::new(), stop).await }
    }
}

#[apply(on_both_databases)]
async fn an_attempt_that_panics_leaves_its_job_leased_and_delays_no_other_job() {
    let fixture = RunnerFixture::open();
    fixture.queue(&["panics.example", "good.example", "fine.example"]).await;
    let (sender, stop) = stop::channel();
    let running = tokio::spawn(fixture.runner(stop));
    eventually("the other jobs", || async { fixture.database.count(SENT) == 2 }).await;
    assert_eq!((fixture.database.count(LEASED), fixture.attempts.load(Ordering::SeqCst)), (1, 3));
    sender.stop();
    running.await.unwrap();
    let queued_again = "SELECT COUNT(*) FROM outbox WHERE state = 'QUEUED' AND attempts = 0";
    assert_eq!(
        (fixture.database.count(LEASED), fixture.database.count(queued_again)),
        (0, 1),
        "the job is back in the queue"
    );
}

#[apply(on_both_databases)]
async fn a_job_that_a_stopped_runner_gives_back_is_run_by_the_next_runner_at_once() {
    let fixture = RunnerFixture::open();
    fixture.queue(&["panics-at-first.example"]).await;
    let (sender, stop) = stop::channel();
    let running = tokio::spawn(fixture.runner(stop));
    eventually("the attempt", || async { fixture.attempts.load(Ordering::SeqCst) == 1 }).await;
    // The lease would last a minute. The next runner must not have to wait for its end.
    sender.stop();
    running.await.unwrap();
    let (sender, stop) = stop::channel();
    let running = tokio::spawn(fixture.runner(stop));
    let sent = eventually("the next runner", || async { fixture.database.count(SENT) == 1 });
    tokio::time::timeout(Duration::from_secs(20), sent).await.unwrap();
    sender.stop();
    running.await.unwrap();
}

#[apply(on_both_databases)]
async fn after_an_outage_the_runner_pauses_and_counts_no_attempt() {
    let fixture = RunnerFixture::open();
    fixture.queue(&["outage.example"]).await;
    let (sender, stop) = stop::channel();
    let running = tokio::spawn(fixture.runner(stop));
    let deferred = "SELECT COUNT(*) FROM outbox WHERE state = 'DEFERRED' AND attempts = 0";
    eventually("the outage", || async { fixture.database.count(deferred) == 1 }).await;
    fixture.queue(&["good.example"]).await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!((fixture.attempts.load(Ordering::SeqCst), fixture.database.count(SENT)), (1, 0));
    sender.stop();
    running.await.unwrap();
}

#[apply(on_both_databases)]
async fn a_lane_that_hangs_uses_only_its_share_and_is_ended_by_a_stop_in_bounded_time() {
    let fixture = RunnerFixture::open();
    fixture.queue(&["hangs.example"; 5]).await;
    fixture.queue(&["good.example"; 5]).await;
    let (sender, stop) = stop::channel();
    let running = tokio::spawn(fixture.runner(stop));
    eventually("the other lane", || async { fixture.database.count(SENT) == 5 }).await;
    assert_eq!(fixture.database.count(LEASED), 2);
    sender.stop();
    tokio::time::timeout(Duration::from_secs(20), running).await.unwrap().unwrap();
    let interrupted = "SELECT COUNT(*) FROM outbox WHERE failure = 'CONNECTION_LOST' AND attempts = 1";
    assert_eq!((fixture.database.count(LEASED), fixture.database.count(interrupted)), (0, 2));
}
