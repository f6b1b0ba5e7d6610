//! The metrics for Prometheus: counted as events happen, written when they are scraped.
//!
//! Callers cannot increase the number of series. The label `route` is a route's pattern, or `other` if none matches;
//! the values of all other labels are constants. docs/metrics.md lists the metrics.

mod live;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry, Unit};

use super::metrics::live::Live;
use super::readiness::Report;
use super::traffic::{Rejection, RequestClass, Traffic, known_method};
use crate::db::engine::load::Load;

/// The media type of what [`Metrics::text`] writes.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The upper bounds of the histogram's buckets, in seconds.
const DURATIONS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];

/// The outcome of one attempt to send a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailOutcome {
    /// It was delivered, or the mail server took it.
    Sent,
    /// It waits for another attempt.
    Deferred,
    /// It was given up.
    Abandoned,
}

/// A route and a method.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    #[prometheus(flatten)]
    route: Route,
    status: &'static str,
}

/// The name and the value of one label; all values are constants.
type Word = [(&'static str, &'static str); 1];

/// All metrics.
pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    durations: Family<Route, Histogram>,
    turned_away: Family<Word, Counter>,
    over_share: Counter,
    rate_limited: Family<Word, Counter>,
    panicked: Counter,
    given_up: Counter,
    mails: Family<Word, Counter>,
    seen: Seen,
}

/// The values of the last readiness report.
#[derive(Default)]
struct Seen {
    ready: Gauge,
    waiting: Gauge,
    lag: Gauge,
    disk_free: Family<Word, Gauge>,
}

impl Metrics {
    /// Registers counters that start at zero, and metrics that are read from the traffic and the database.
    #[must_use]
    pub fn new(traffic: Arc<Traffic>, load: Arc<Load>) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("todokede"),
            answered: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
            turned_away: Family::default(),
            over_share: Counter::default(),
            rate_limited: Family::default(),
            panicked: Counter::default(),
            given_up: Counter::default(),
            mails: Family::default(),
            seen: Seen::default(),
        };
        metrics.register_counted();
        metrics.register_seen();
        metrics.begin_at_zero();
        let build: Word = [("version", env!("CARGO_PKG_VERSION"))];
        metrics.add("build", "What runs", Info::new(build));
        metrics.registry.register_collector(Box::new(Live::new(traffic, load)));
        metrics
    }

    fn register_counted(&mut self) {
        self.add("requests", "Requests answered", self.answered.clone());
        let durations = self.durations.clone();
        self.registry.register_with_unit(
            "request_duration",
            "Time from a request's head to its answer's",
            Unit::Seconds,
            durations,
        );
        self.add("requests_turned_away", "Requests refused at once by overload", self.turned_away.clone());
        self.add(
            "requests_over_share",
            "Requests refused at once to a client that has its share under way",
            self.over_share.clone(),
        );
        self.add("requests_rate_limited", "Requests refused by a budget", self.rate_limited.clone());
        self.add("requests_panicked", "Requests whose handler panicked", self.panicked.clone());
        self.add("requests_given_up", "Requests whose handler took too long", self.given_up.clone());
        self.add("mails", "Attempts at mails", self.mails.clone());
    }

    fn register_seen(&mut self) {
        self.add("ready", "Whether the service can serve", self.seen.ready.clone());
        self.add("outbox_mails_waiting", "Mails that wait in the outbox", self.seen.waiting.clone());
        let (lag, disk_free) = (self.seen.lag.clone(), self.seen.disk_free.clone());
        self.registry.register_with_unit(
            "outbox_lag",
            "For how long the longest waiting mail has been due",
            Unit::Seconds,
            lag,
        );
        self.registry.register_with_unit(
            "disk_free",
            "Free space by what is kept there",
            Unit::Bytes,
            disk_free,
        );
    }

    fn add(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.registry.register(name, help, metric);
    }

    /// Creates series with the value 0. Otherwise a rate over a counter would miss its first event, which creates
    /// the series.
    fn begin_at_zero(&self) {
        for class in [RequestClass::Read, RequestClass::Filing] {
            drop(self.turned_away.get_or_create(&[("errand", word_of_class(class))]));
        }
        for outcome in [MailOutcome::Sent, MailOutcome::Deferred, MailOutcome::Abandoned] {
            drop(self.mails.get_or_create(&[("outcome", word_of_outcome(outcome))]));
        }
    }

    /// Counts an answered request. The route is the pattern of the route that matched.
    pub fn answered(&self, method: &str, route: Option<&str>, status: u16, elapsed: Duration) {
        let route = Route { method: known_method(method), route: route.unwrap_or("other").to_owned() };
        self.durations.get_or_create(&route).observe(elapsed.as_secs_f64());
        self.answered.get_or_create(&Answered { route, status: class_of(status) }).inc();
    }

    /// Counts a request that was not admitted.
    pub fn turned_away(&self, class: RequestClass, rejection: Rejection) {
        match rejection {
            Rejection::Overload => self.turned_away.get_or_create(&[("errand", word_of_class(class))]).inc(),
            Rejection::ClientLimit => self.over_share.inc(),
        };
    }

    /// Counts a request that a budget refused.
    pub fn rate_limited(&self, budget: &'static str) {
        self.rate_limited.get_or_create(&[("budget", budget)]).inc();
    }

    /// Counts a request whose handler panicked.
    pub fn panicked(&self) {
        self.panicked.inc();
    }

    /// Counts a request whose handler took too long.
    pub fn given_up(&self) {
        self.given_up.inc();
    }

    /// Counts attempts to send mails.
    pub fn mails(&self, outcome: MailOutcome, count: usize) {
        let outcome_code = word_of_outcome(outcome);
        self.mails.get_or_create(&[("outcome", outcome_code)]).inc_by(u64::try_from(count).unwrap_or(0));
    }

    /// Writes all metrics in the text format of `OpenMetrics`, with the values of a readiness report.
    ///
    /// # Errors
    /// If the text cannot be written.
    pub fn text(&self, report: &Report, draining: bool) -> Result<String, fmt::Error> {
        self.seen.ready.set(i64::from(report.is_ready() && !draining));
        if let Some(outbox) = report.outbox {
            self.seen.waiting.set(outbox.waiting);
            self.seen.lag.set(outbox.lag.num_seconds());
        }
        for (name, free) in &report.disks {
            let free = i64::try_from(free.unwrap_or(0)).unwrap_or(i64::MAX);
            self.seen.disk_free.get_or_create(&[("folder", *name)]).set(free);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

const fn class_of(status: u16) -> &'static str {
    match status {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

const fn word_of_class(class: RequestClass) -> &'static str {
    match class {
        RequestClass::Read => "read",
        RequestClass::Filing => "filing",
    }
}

const fn word_of_outcome(outcome: MailOutcome) -> &'static str {
    match outcome {
        MailOutcome::Sent => "sent",
        MailOutcome::Deferred => "deferred",
        MailOutcome::Abandoned => "abandoned",
    }
}
