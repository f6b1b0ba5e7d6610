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
    begun: Stopwatch,
}

impl Live {
    pub(super) fn new(traffic: Arc<Traffic>, load: Arc<Load>) -> Self {
        Self { traffic, load, begun: Stopwatch::now() }
    }
}

/// The name, the help text and the unit of a metric.
type Title = (&'static str, &'static str, Option<Unit>);

impl Collector for Live {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let to = &mut encoder;
        let uptime = ("uptime", "Time since the process began", Some(Unit::Seconds));
        single(to, uptime, &ConstGauge::new(self.begun.elapsed().as_secs_f64()))?;
        let under_way = ConstGauge::new(signed(self.traffic.under_way()));
        single(to, ("requests_under_way", "Requests under way", None), &under_way)?;
        let draining = ConstGauge::new(i64::from(self.traffic.is_draining()));
        single(to, ("draining", "Whether the service is about to stop", None), &draining)?;
        self.jobs(to)?;
        self.commits(to)
    }
}

impl Live {
    fn jobs(&self, to: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let waiting = ("database_jobs_waiting", "Jobs that wait for their turn at the database", None);
        self.by_kind(to, waiting, |queue| ConstGauge::new(signed(queue.waiting())))?;
        let under_way = ("database_jobs_under_way", "Jobs that the database works on", None);
        self.by_kind(to, under_way, |queue| ConstGauge::new(signed(queue.under_way())))?;
        let served = ("database_jobs", "Jobs that had their turn at the database", None);
        self.by_kind(to, served, |queue| ConstCounter::new(queue.served()))?;
        let waited = ("database_wait", "Time that jobs waited for their turn", Some(Unit::Seconds));
        self.by_kind(to, waited, |queue| ConstCounter::new(queue.waited().as_secs_f64()))
    }

    fn by_kind<M: EncodeMetric>(
        &self,
        to: &mut DescriptorEncoder<'_>,
        (name, help, unit): Title,
        read: impl Fn(&QueueLoad) -> M,
    ) -> Result<(), fmt::Error> {
        let queues = [("read", read(&self.load.reads)), ("write", read(&self.load.writes))];
        let Some((_, first)) = queues.first() else { return Ok(()) };
        let mut family = to.encode_descriptor(name, help, unit.as_ref(), first.metric_type())?;
        for (kind, metric) in &queues {
            metric.encode(family.encode_family(&[("kind", *kind)])?)?;
        }
        Ok(())
    }

    fn commits(&self, to: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let commits = &self.load.commits;
        let count = ("database_commits", "Commits of writes", None);
        single(to, count, &ConstCounter::new(commits.count()))?;
        let jobs = ("database_committed_jobs", "Writes that those commits carried", None);
        single(to, jobs, &ConstCounter::new(commits.jobs()))?;
        let took = ("database_commit", "Time that commits took", Some(Unit::Seconds));
        single(to, took, &ConstCounter::new(commits.took().as_secs_f64()))
    }
}

fn single(
    to: &mut DescriptorEncoder<'_>,
    (name, help, unit): Title,
    metric: &impl EncodeMetric,
) -> Result<(), fmt::Error> {
    metric.encode(to.encode_descriptor(name, help, unit.as_ref(), metric.metric_type())?)
}

fn signed(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}
