//! A check of the service's promise: if a caller repeats a request with the same `Idempotency-Key` until it
//! succeeds, the request has exactly one effect, and the effect is permanent.
//!
//! Writers send requests without pause. The ledger is the list of their keys, each with its request and its
//! successful answer. A request without an answer, or with the answer 503, is repeated with the same key and body.
//! At the end, the audit compares the ledger with the service and its database.

mod audit;
mod client;
mod database;
mod writer;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt::task::JoinHandle;
use serde_json::Value;

use crate::service::operator_url;
pub use client::{Counters, Reply, Request, RetryingClient};
pub use database::Database;
use writer::Writer;

/// If no request with a key succeeds for this time, the writers count as standing still.
const STANDSTILL: Duration = Duration::from_secs(1);

/// The request of one key and its successful answer.
pub struct Entry {
    pub request: Request,
    pub answer: Reply,
}

/// The running writers, which have the entries of the ledger, and the running readers.
pub struct Ledger {
    urls: Rc<[String]>,
    /// The URLs of the operator's ports, at which the details of `/readyz` can be read.
    operator_urls: Rc<[String]>,
    counters: Rc<Counters>,
    stop: Rc<Cell<bool>>,
    writers: Vec<JoinHandle<Writer>>,
    readers: Vec<JoinHandle<()>>,
    started: Instant,
}

impl Ledger {
    /// Starts writers that use a service with one or more URLs. The service must be ready. Each writer registers its
    /// own facility, logs in and files until [`Self::close`], even if the service fails.
    pub async fn open(urls: Vec<String>, writers: usize) -> Self {
        let (urls, counters): (Rc<[String]>, Rc<Counters>) = (urls.into(), Rc::default());
        let stop = Rc::new(Cell::new(false));
        let client = RetryingClient::new(&urls, &counters);
        let page =
            client.send_until_success(&Request::get("/sandbox/facilities?kind=MEDICAL&page_size=100")).await;
        let facilities: Vec<Value> =
            page.body["items"].as_array().unwrap().iter().take(writers).cloned().collect();
        assert_eq!(facilities.len(), writers, "the sandbox has too few facilities");
        let start = |(number, facility): (usize, Value)| {
            let writer = Writer::new(number, facility, RetryingClient::new(&urls, &counters));
            actix_web::rt::spawn(writer.run(Rc::clone(&stop)))
        };
        let writers = facilities.into_iter().enumerate().map(start).collect();
        let operator_urls = urls.iter().map(|url| operator_url(url)).collect();
        let readers = Vec::new();
        Self { urls, operator_urls, counters, stop, writers, readers, started: Instant::now() }
    }

    /// Starts a reader, which reads these paths one after the other.
    pub fn add_reader(&mut self, paths: &'static [&'static str]) {
        let client = RetryingClient::new(&self.urls, &self.counters);
        let (counters, stop) = (Rc::clone(&self.counters), Rc::clone(&self.stop));
        self.readers.push(actix_web::rt::spawn(async move {
            for path in paths.iter().cycle().take_while(|_| !stop.get()) {
                if let Err(error) = client.try_until_success(&Request::get(path)).await {
                    counters.errors.borrow_mut().push(error);
                }
            }
        }));
    }

    /// Sets the URL of the replica whose operator's port the audit reads, for writers that use a load balancer.
    pub fn with_replica(self, url: &str) -> Self {
        Self { operator_urls: [operator_url(url)].into(), ..self }
    }

    /// The longest time without a successful answer to a request with a key, since the last call.
    pub fn take_longest_silence(&self) -> Duration {
        self.counters.recent_silence.take()
    }

    /// How many keys have succeeded so far.
    pub fn acknowledged(&self) -> u64 {
        self.counters.acknowledged.get()
    }

    /// Waits until this many more keys have succeeded. Returns at once if all writers have ended, because then
    /// [`Self::close`] reports the reason.
    pub async fn wait_for_progress(&self, keys: u64) {
        let (until, started) = (self.acknowledged() + keys, Instant::now());
        while self.acknowledged() < until && !self.writers.iter().all(JoinHandle::is_finished) {
            assert!(started.elapsed() < client::RETRY_TIMEOUT, "timed out waiting for {keys} more keys");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until no key succeeds any more.
    pub async fn wait_for_standstill(&self) {
        let started = Instant::now();
        loop {
            let before = self.acknowledged();
            tokio::time::sleep(STANDSTILL).await;
            if self.acknowledged() == before {
                return;
            }
            assert!(started.elapsed() < client::RETRY_TIMEOUT, "requests still succeed");
        }
    }

    /// Waits until every writer has finished its current key, and audits the ledger.
    pub async fn close(self, database: &Database) -> Findings {
        self.stop.set(true);
        let mut writers = Vec::new();
        for writer in self.writers {
            writers.push(writer.await.unwrap());
        }
        for reader in self.readers {
            reader.await.unwrap();
        }
        // These values are read before the audit, whose requests must not count.
        let (sent, seconds) = (self.counters.sent.get(), self.started.elapsed().as_secs());
        let longest_silence = self.counters.longest_silence.get().as_millis();
        let findings =
            audit::audit(&writers, &RetryingClient::new(&self.operator_urls, &self.counters), database).await;
        Findings { sent, longest_silence, seconds, ..findings.with(&self.counters) }
    }
}

/// The result of the audit. The lists below `seconds` must be empty.
#[derive(Debug, Default)]
pub struct Findings {
    /// The number of keys that succeeded.
    pub acknowledged: usize,
    /// The number of these keys whose first request got no answer or 5xx, and may have taken effect.
    pub ambiguous: u64,
    /// The number of ambiguous keys whose earlier request had taken effect.
    pub applied_without_answer: u64,
    /// The number of 503 answers, by code.
    pub unavailable: BTreeMap<String, u64>,
    /// The number of requests that were sent, reads and repetitions included.
    pub sent: u64,
    /// The first failure of each request that did not succeed at once.
    pub failed: Vec<String>,
    /// The longest time in which no key succeeded, in milliseconds.
    pub longest_silence: u128,
    /// How many seconds the writers ran.
    pub seconds: u64,
    /// Effects that were acknowledged and are missing.
    pub lost: Vec<String>,
    /// Effects that exist more than once, or that belong to no key.
    pub duplicated: Vec<String>,
    /// Keys that never succeeded, or whose repeated request got another answer.
    pub stuck: Vec<String>,
    /// Answers that must not occur: neither a success nor a 503 with a known code; and damage to the database.
    pub errors: Vec<String>,
}

impl Findings {
    fn with(mut self, counters: &Counters) -> Self {
        self.ambiguous = counters.ambiguous.get();
        self.applied_without_answer = counters.applied_without_answer.get();
        self.unavailable = counters.unavailable.take();
        self.failed = counters.failed.take();
        self.errors.extend(counters.errors.take());
        self
    }

    /// Prints the result, and fails the test if anything was lost, duplicated, stuck or wrong.
    #[track_caller]
    pub fn assert_clean(&self, name: &str) {
        println!("{name}: {self}");
        let shown = |found: &[String]| found.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
        for (kind, found) in [
            ("lost", &self.lost),
            ("duplicated", &self.duplicated),
            ("stuck", &self.stuck),
            ("errors", &self.errors),
        ] {
            assert!(found.is_empty(), "{kind}: {}\n{}", found.len(), shown(found));
        }
        assert!(self.acknowledged > 0, "no key succeeded");
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            acknowledged,
            ambiguous,
            applied_without_answer,
            unavailable,
            longest_silence,
            seconds,
            ..
        } = self;
        write!(
            f,
            "{acknowledged} acknowledged, {ambiguous} ambiguous \
             ({applied_without_answer} of them applied without an answer), 503: {unavailable:?}, \
             longest silence {longest_silence} ms, lost {}, duplicated {}, stuck {}, errors {}, {seconds} s",
            self.lost.len(),
            self.duplicated.len(),
            self.stuck.len(),
            self.errors.len(),
        )
    }
}
