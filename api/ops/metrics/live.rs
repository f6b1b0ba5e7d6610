//! Metrics that are read from the traffic and the database when they are scraped.

use std::fmt;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

use crate::db::engine::load::{Load, QueueLoad};
use crate::ops::traffic::Traffic;

/// Reads the traffic and the database's load.
#[derive(Debug)]
pub(super) struct Live {
    traffic: Arc<Traffic>,
    load: Arc<Load>,
    started: Stopwatch,
}

impl Live {
    pub(super) fn new(traffic: Arc<Traffic>, load: Arc<Load>) -> Self {
        Self { traffic, load, started: Stopwatch::now() }
    }
}

/// The name, the help text and the unit of a metric.
type Description = (&'static str, &'static str, Option<Unit>);

impl Collector for Live {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let encoder = &mut encoder;
        let uptime = ("uptime", "Time since the process started", Some(Unit::Seconds));
        encode_single(encoder, uptime, &ConstGauge::new(self.started.elapsed().as_secs_f64()))?;
        let under_way = ConstGauge::new(signed(self.traffic.under_way()));
        encode_single(encoder, ("requests_under_way", "Requests in progress", None), &under_way)?;
        let draining = ConstGauge::new(i64::from(self.traffic.is_draining()));
        encode_single(encoder, ("draining", "Whether the service is about to stop", None), &draining)?;
        self.encode_jobs(encoder)?;
        self.encode_commits(encoder)
    }
}

impl Live {
    fn encode_jobs(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let waiting = (
            "database_jobs_waiting",
            "Jobs that wait for a connection or for the writer of the database",
            None,
        );
        self.encode_by_kind(encoder, waiting, |queue| ConstGauge::new(signed(queue.waiting())))?;
        let under_way = ("database_jobs_under_way", "Jobs that the database is executing", None);
        self.encode_by_kind(encoder, under_way, |queue| ConstGauge::new(signed(queue.under_way())))?;
        let served = ("database_jobs", "Jobs that were executed", None);
        self.encode_by_kind(encoder, served, |queue| ConstCounter::new(queue.served()))?;
        let waited =
            ("database_wait", "Time that jobs waited before they were executed", Some(Unit::Seconds));
        self.encode_by_kind(encoder, waited, |queue| ConstCounter::new(queue.waited().as_secs_f64()))
    }

    fn encode_by_kind<M: EncodeMetric>(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        (name, help, unit): Description,
        read: impl Fn(&QueueLoad) -> M,
    ) -> Result<(), fmt::Error> {
        let queues = [("read", read(&self.load.reads)), ("write", read(&self.load.writes))];
        let Some((_, first)) = queues.first() else { return Ok(()) };
        let mut family = encoder.encode_descriptor(name, help, unit.as_ref(), first.metric_type())?;
        for (kind, metric) in &queues {
            metric.encode(family.encode_family(&[("kind", *kind)])?)?;
        }
        Ok(())
    }

    fn encode_commits(&self, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let commits = &self.load.commits;
        let count = ("database_commits", "Confirmed commits", None);
        encode_single(encoder, count, &ConstCounter::new(commits.count()))?;
        let jobs = ("database_committed_jobs", "Jobs that these commits contained", None);
        encode_single(encoder, jobs, &ConstCounter::new(commits.jobs()))?;
        let took = ("database_commit", "Time that commits took", Some(Unit::Seconds));
        encode_single(encoder, took, &ConstCounter::new(commits.took().as_secs_f64()))
    }
}

fn encode_single(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help, unit): Description,
    metric: &impl EncodeMetric,
) -> Result<(), fmt::Error> {
    metric.encode(encoder.encode_descriptor(name, help, unit.as_ref(), metric.metric_type())?)
}

fn signed(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
