//! The promise to a caller whose requests fail at times: if the caller repeats a request with its
//! `Idempotency-Key` until it succeeds, it has exactly one effect, and that is permanent.
//!
//! Writers file without pause and keep a ledger: each key with what was asked and what was answered.
//! A request whose answer did not come, or was 503, is repeated with the same key and the same body.
//! The audit afterwards compares the ledger with what the service and its database have.

mod audit;
mod book;
mod line;
mod writer;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::rt::task::JoinHandle;
use serde_json::Value;

pub use book::Book;
pub use line::{Ask, Line, Reply, Tally};
use writer::Writer;

/// Writers count as standing still once no request has succeeded for this time.
const STANDSTILL: Duration = Duration::from_secs(1);

/// One key: the request that was sent with it, and its successful answer.
pub struct Entry {
    pub ask: Ask,
    pub answer: Reply,
}

/// Writers at work.
pub struct Ledger {
    urls: Rc<[String]>,
    /// Where `/readyz` can be asked.
    probes: Rc<[String]>,
    tally: Rc<Tally>,
    stop: Rc<Cell<bool>>,
    writers: Vec<JoinHandle<Writer>>,
    readers: Vec<JoinHandle<()>>,
    began: Instant,
}

impl Ledger {
    /// Starts writers, each for a facility of its own, at a service with one or more addresses that is
    /// up at this moment. They register, log in and file, whatever happens to the service meanwhile.
    pub async fn open(urls: Vec<String>, writers: usize) -> Self {
        let (urls, tally): (Rc<[String]>, Rc<Tally>) = (urls.into(), Rc::default());
        let stop = Rc::new(Cell::new(false));
        let line = Line::new(&urls, &tally);
        let page = line.insist(&Ask::get("/sandbox/facilities?kind=MEDICAL&page_size=100")).await;
        let facilities: Vec<Value> =
            page.body["items"].as_array().unwrap().iter().take(writers).cloned().collect();
        assert_eq!(facilities.len(), writers, "the sandbox has too few facilities");
        let start = |(number, facility): (usize, Value)| {
            let writer = Writer::new(number, facility, Line::new(&urls, &tally));
            actix_web::rt::spawn(writer.work(Rc::clone(&stop)))
        };
        let writers = facilities.into_iter().enumerate().map(start).collect();
        let (probes, readers) = (Rc::clone(&urls), Vec::new());
        Self { urls, probes, tally, stop, writers, readers, began: Instant::now() }
    }

    /// Adds a reader, which reads these pages one after the other.
    pub fn add_reader(&mut self, pages: &'static [&'static str]) {
        let line = Line::new(&self.urls, &self.tally);
        let (tally, stop) = (Rc::clone(&self.tally), Rc::clone(&self.stop));
        self.readers.push(actix_web::rt::spawn(async move {
            for page in pages.iter().cycle().take_while(|_| !stop.get()) {
                if let Err(error) = line.try_to(&Ask::get(page)).await {
                    tally.errors.borrow_mut().push(error);
                }
            }
        }));
    }

    /// Asks for readiness at another address, as a balancer does not pass such requests on.
    pub fn probed_at(self, url: String) -> Self {
        Self { probes: [url].into(), ..self }
    }

    /// The longest time without a successful answer since this was last called.
    pub fn silence(&self) -> Duration {
        self.tally.silence.take()
    }

    /// How many keys were answered well so far.
    pub fn acknowledged(&self) -> u64 {
        self.tally.acknowledged.get()
    }

    /// Waits until this many `more` keys have succeeded, so that the service is back. Stops waiting if all
    /// writers have ended, as [`Self::close`] reports why.
    pub async fn goes_on(&self, more: u64) {
        let (until, began) = (self.acknowledged() + more, Instant::now());
        while self.acknowledged() < until && !self.writers.iter().all(JoinHandle::is_finished) {
            assert!(began.elapsed() < line::PATIENCE, "the service did not come back");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until no key is answered well any more.
    pub async fn stands_still(&self) {
        let began = Instant::now();
        loop {
            let before = self.acknowledged();
            tokio::time::sleep(STANDSTILL).await;
            if self.acknowledged() == before {
                return;
            }
            assert!(began.elapsed() < line::PATIENCE, "the service goes on");
        }
    }

    /// Lets every writer finish its current key, and compares the ledger with the service and its database.
    pub async fn close(self, book: &Book) -> Findings {
        self.stop.set(true);
        let mut writers = Vec::new();
        for writer in self.writers {
            writers.push(writer.await.unwrap());
        }
        for reader in self.readers {
            reader.await.unwrap();
        }
        // The audit sends requests too, which must not count.
        let (sent, seconds) = (self.tally.sent.get(), self.began.elapsed().as_secs());
        let longest_silence = self.tally.longest_silence.get().as_millis();
        let findings = audit::audit(&writers, &Line::new(&self.probes, &self.tally), book).await;
        Findings { sent, longest_silence, seconds, ..findings.with(&self.tally) }
    }
}

/// What the audit found. Everything below `seconds` must be nothing.
#[derive(Debug, Default)]
pub struct Findings {
    /// Keys that were answered well.
    pub acknowledged: usize,
    /// Keys whose first request brought no answer, or 503.
    pub ambiguous: u64,
    /// Of these, keys whose effect was there all the same when they were tried again.
    pub done_unseen: u64,
    /// Answers with 503, by their code.
    pub turned_away: BTreeMap<String, u64>,
    /// Requests that were sent, reads and repetitions included.
    pub sent: u64,
    /// Requests that brought no good answer the first time.
    pub failed: Vec<String>,
    /// The longest time in which no key was answered well, in milliseconds.
    pub longest_silence: u128,
    /// How long the writers wrote.
    pub seconds: u64,
    /// Acknowledged, but missing.
    pub lost: Vec<String>,
    /// There more than once, or without a key.
    pub doubled: Vec<String>,
    /// Without a good answer in the end, or with another one than before.
    pub stuck: Vec<String>,
    /// Answers that nobody who repeats a request should get: anything but what was asked for and 503.
    pub errors: Vec<String>,
}

impl Findings {
    fn with(mut self, tally: &Tally) -> Self {
        self.ambiguous = tally.ambiguous.get();
        self.done_unseen = tally.done_unseen.get();
        self.turned_away = tally.turned_away.take();
        self.failed = tally.failed.take();
        self.errors.extend(tally.errors.take());
        self
    }

    /// Prints the figures and fails if anything was lost, doubled or stuck.
    #[track_caller]
    pub fn must_be_clean(&self, what: &str) {
        println!("{what}: {self}");
        let shown = |found: &[String]| found.iter().take(5).cloned().collect::<Vec<_>>().join("\n");
        for (name, found) in [
            ("lost", &self.lost),
            ("doubled", &self.doubled),
            ("stuck", &self.stuck),
            ("errors", &self.errors),
        ] {
            assert!(found.is_empty(), "{name}: {}\n{}", found.len(), shown(found));
        }
        assert!(self.acknowledged > 0, "nothing was written");
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, ambiguous, done_unseen, turned_away, longest_silence, seconds, .. } = self;
        write!(
            f,
            "{acknowledged} acknowledged, {ambiguous} ambiguous ({done_unseen} of them done unseen), \
             503: {turned_away:?}, longest silence {longest_silence} ms, lost {}, doubled {}, stuck {}, \
             wrong answers {}, {seconds} s",
            self.lost.len(),
            self.doubled.len(),
            self.stuck.len(),
            self.errors.len(),
        )
    }
}
