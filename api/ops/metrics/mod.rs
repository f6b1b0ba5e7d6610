//! The metrics for Prometheus. Events are counted when they happen; the text is written for each scrape.
//!
//! Callers cannot increase the number of series. The label `route` is a route's pattern, or `other` if none matches;
//! the values of all other labels are constants. docs/metrics.md lists the metrics.

mod live;
mod outcomes;

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
pub use super::metrics::outcomes::{LinkRequestOutcome, MailOutcome, ScanOutcome};
use super::readiness::ReadinessReport;
use super::traffic::{Rejection, RequestClass, Traffic, known_method};
use crate::db::engine::load::Load;
use crate::db::store::health::Backlog;

/// The media type of the text that [`Metrics::text`] returns.
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// The upper bounds of the histogram's buckets, in seconds.
const DURATIONS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 20.0];

/// The statuses of answers to requests whose head could not be read.
const UNREAD: [&str; 4] = ["400", "408", "414", "431"];

/// The labels of a route and a method.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    method: &'static str,
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    #[prometheus(flatten)]
    route: RouteLabels,
    status: &'static str,
}

/// The name and the value of one label. All values are constants.
type Label = [(&'static str, &'static str); 1];

/// All metrics.
pub struct Metrics {
    registry: Registry,
    answered: Family<RequestLabels, Counter>,
    unread: Family<Label, Counter>,
    durations: Family<RouteLabels, Histogram>,
    turned_away: Family<Label, Counter>,
    over_share: Counter,
    rate_limited: Family<Label, Counter>,
    panicked: Counter,
    given_up: Counter,
    mails: Family<Label, Counter>,
    link_requests: Family<Label, Counter>,
    scans: Family<Label, Counter>,
    breached_list_failures: Counter,
    gauges: ReportGauges,
}

/// Gauges with the values of the last readiness report.
#[derive(Default)]
struct ReportGauges {
    ready: Gauge,
    waiting: Gauge,
    lag: Gauge,
    link_requests_waiting: Gauge,
    link_requests_lag: Gauge,
    scans_waiting: Gauge,
    scans_lag: Gauge,
    disk_free: Family<Label, Gauge>,
}

impl Metrics {
    /// Registers the counters and gauges, and the metrics that are read from the traffic and the database.
    #[must_use]
    pub fn new(traffic: Arc<Traffic>, load: Arc<Load>) -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("todokede"),
            answered: Family::default(),
            unread: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(DURATIONS)),
            turned_away: Family::default(),
            over_share: Counter::default(),
            rate_limited: Family::default(),
            panicked: Counter::default(),
            given_up: Counter::default(),
            mails: Family::default(),
            link_requests: Family::default(),
            scans: Family::default(),
            breached_list_failures: Counter::default(),
            gauges: ReportGauges::default(),
        };
        metrics.register_counted();
        metrics.register_gauges();
        metrics.create_series();
        let build: Label = [("version", env!("CARGO_PKG_VERSION"))];
        metrics.add("build", "The version of the service", Info::new(build));
        metrics.registry.register_collector(Box::new(Live::new(traffic, load)));
        metrics
    }

    fn register_counted(&mut self) {
        self.add("requests", "Requests answered", self.answered.clone());
        self.add("requests_unread", "Requests answered whose head could not be read", self.unread.clone());
        let durations = self.durations.clone();
        self.registry.register_with_unit(
            "request_duration",
            "Time from the head of a request to the head of its answer",
            Unit::Seconds,
            durations,
        );
        self.add(
            "requests_turned_away",
            "Requests rejected because too many were in progress",
            self.turned_away.clone(),
        );
        self.add(
            "requests_over_share",
            "Requests rejected because too many of the same client were in progress",
            self.over_share.clone(),
        );
        self.add("requests_rate_limited", "Requests rejected by a budget", self.rate_limited.clone());
        self.add("requests_panicked", "Requests whose handler panicked", self.panicked.clone());
        self.add("requests_given_up", "Requests whose handler took too long", self.given_up.clone());
        self.add("mails", "Attempts to send mails", self.mails.clone());
        self.add("link_requests", "Attempts to answer requests for mailed links", self.link_requests.clone());
        self.add("scans", "Attempts to scan the contents of uploads for malware", self.scans.clone());
        self.add(
            "breached_list_failures",
            "Passwords accepted although the list of breached passwords could not be read",
            self.breached_list_failures.clone(),
        );
    }

    fn register_gauges(&mut self) {
        self.add("ready", "Whether the service can serve", self.gauges.ready.clone());
        self.add("outbox_mails_waiting", "Mails that wait in the outbox", self.gauges.waiting.clone());
        self.add(
            "link_requests_waiting",
            "Requests for mailed links that wait for their mail",
            self.gauges.link_requests_waiting.clone(),
        );
        self.add(
            "scans_waiting",
            "Contents of uploads that wait for the malware scanner",
            self.gauges.scans_waiting.clone(),
        );
        let lags = [
            (
                "link_requests_lag",
                "How long the oldest request for a mailed link has waited",
                self.gauges.link_requests_lag.clone(),
            ),
            (
                "scans_lag",
                "How long the oldest content has waited for the malware scanner",
                self.gauges.scans_lag.clone(),
            ),
            ("outbox_lag", "How long the mail that has waited longest has been due", self.gauges.lag.clone()),
        ];
        for (name, help, lag) in lags {
            self.registry.register_with_unit(name, help, Unit::Seconds, lag);
        }
        let disk_free = self.gauges.disk_free.clone();
        self.registry.register_with_unit(
            "disk_free",
            "Free space on the disk of each folder",
            Unit::Bytes,
            disk_free,
        );
    }

    fn add(&mut self, name: &str, help: &str, metric: impl Metric) {
        self.registry.register(name, help, metric);
    }

    /// Creates series with the value 0. Otherwise a rate over a counter would miss its first event, which would create
    /// the series.
    fn create_series(&self) {
        for status in UNREAD {
            drop(self.unread.get_or_create(&[("status", status)]));
        }
        for class in [RequestClass::Read, RequestClass::Filing] {
            drop(self.turned_away.get_or_create(&[("errand", class_label(class))]));
        }
        for outcome in MailOutcome::ALL {
            self.mails(*outcome, 0);
        }
        for outcome in LinkRequestOutcome::ALL {
            self.link_requests(*outcome, 0);
        }
        for outcome in ScanOutcome::ALL {
            drop(self.scans.get_or_create(&[("outcome", outcome.code())]));
        }
    }

    /// Counts an answered request. `route` is the pattern of the route that matched.
    pub fn answered(&self, method: &str, route: Option<&str>, status: u16, elapsed: Duration) {
        let route = RouteLabels { method: known_method(method), route: route.unwrap_or("other").to_owned() };
        self.durations.get_or_create(&route).observe(elapsed.as_secs_f64());
        self.answered.get_or_create(&RequestLabels { route, status: status_class(status) }).inc();
    }

    /// Counts an answer to a request whose head could not be read.
    pub fn unread(&self, status: u16) {
        let label = UNREAD.into_iter().find(|label| label.parse() == Ok(status)).unwrap_or("400");
        self.unread.get_or_create(&[("status", label)]).inc();
    }

    /// Counts a request that was not admitted.
    pub fn turned_away(&self, class: RequestClass, rejection: Rejection) {
        match rejection {
            Rejection::Overload => self.turned_away.get_or_create(&[("errand", class_label(class))]).inc(),
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

    /// Counts a password that was accepted although the list of breached passwords could not be read.
    pub fn breached_list_failed(&self) {
        self.breached_list_failures.inc();
    }

    /// Counts attempts to send mails.
    pub fn mails(&self, outcome: MailOutcome, count: usize) {
        let series = self.mails.get_or_create(&[("outcome", outcome.code())]);
        series.inc_by(u64::try_from(count).unwrap_or(0));
    }

    /// Counts attempts to answer requests for mailed links.
    pub fn link_requests(&self, outcome: LinkRequestOutcome, count: usize) {
        let series = self.link_requests.get_or_create(&[("outcome", outcome.code())]);
        series.inc_by(u64::try_from(count).unwrap_or(0));
    }

    /// Counts an attempt to scan the content of an upload.
    pub fn scans(&self, outcome: ScanOutcome) {
        self.scans.get_or_create(&[("outcome", outcome.code())]).inc();
    }

    /// Writes all metrics in the text format of `OpenMetrics`, with the values of a readiness report and of the queues.
    ///
    /// # Errors
    /// If the text cannot be written.
    pub fn text(
        &self,
        report: &ReadinessReport,
        backlog: Option<Backlog>,
        draining: bool,
    ) -> Result<String, fmt::Error> {
        self.gauges.ready.set(i64::from(report.is_ready() && !draining));
        if let Some(backlog) = backlog {
            self.gauges.waiting.set(backlog.waiting);
            self.gauges.lag.set(backlog.lag.num_seconds());
            self.gauges.link_requests_waiting.set(backlog.link_requests);
            self.gauges.link_requests_lag.set(backlog.link_requests_lag.num_seconds());
            self.gauges.scans_waiting.set(backlog.scans);
            self.gauges.scans_lag.set(backlog.scans_lag.num_seconds());
        }
        for (name, free) in &report.disks {
            let free = i64::try_from(free.unwrap_or(0)).unwrap_or(i64::MAX);
            self.gauges.disk_free.get_or_create(&[("folder", *name)]).set(free);
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

const fn status_class(status: u16) -> &'static str {
    match status {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    }
}

const fn class_label(class: RequestClass) -> &'static str {
    match class {
        RequestClass::Read => "read",
        RequestClass::Filing => "filing",
    }
}
