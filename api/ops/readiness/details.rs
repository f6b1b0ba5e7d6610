//! The details of a readiness report, which only the operator's port shows. The API's port says no more than "ready" or
//! "not ready": a count of waiting mails would tell strangers whether their request has caused one.

use chrono::Duration;
use serde::Serialize;

use super::ReadinessReport;
use crate::db::store::health::Backlog;

const READY: &str = "ready";

/// Each check, and what waits in the queues.
#[derive(Debug, Serialize)]
pub struct Details {
    /// `ready` or `not ready`.
    status: &'static str,
    /// The number of mails that wait in the outbox. Absent if they cannot be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mails_waiting: Option<i64>,
    /// The number of requests for mailed links that wait for their mail. Absent if they cannot be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_requests_waiting: Option<i64>,
    /// The number of contents of uploads that wait for the malware scanner. Absent if they cannot be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scans_waiting: Option<i64>,
    /// The checks.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The part of the service that was checked.
    pub part: String,
    /// Whether the part works.
    pub passes: bool,
    /// The measured value. Absent if nothing is measured, or if the measurement failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<i64>,
    /// The unit of `measured`. Absent if `measured` is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<&'static str>,
}

impl Check {
    fn of(part: impl Into<String>, passes: bool) -> Self {
        Self { part: part.into(), passes, measured: None, unit: None }
    }

    fn measured(self, number: Option<i64>, unit: &'static str) -> Self {
        Self { measured: number, unit: number.map(|_| unit), ..self }
    }
}

impl Details {
    /// Whether the service can serve.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status == READY
    }

    /// The details of a report. A service that was told to stop is not ready. Queues never make a service unready.
    #[must_use]
    pub fn of(report: &ReadinessReport, backlog: Option<Backlog>, draining: bool) -> Self {
        let ready = report.is_ready() && !draining;
        Self {
            status: if ready { READY } else { "not ready" },
            mails_waiting: backlog.map(|backlog| backlog.waiting),
            link_requests_waiting: backlog.map(|backlog| backlog.link_requests),
            scans_waiting: backlog.map(|backlog| backlog.scans),
            checks: checks(report, backlog, draining),
        }
    }
}

fn checks(report: &ReadinessReport, backlog: Option<Backlog>, draining: bool) -> Vec<Check> {
    let ahead = report.schema.map(|schema| count(schema.ahead));
    let queue = |part: &str, lag: fn(Backlog) -> Duration| {
        let seconds = backlog.map(|backlog| lag(backlog).num_seconds());
        Check::of(part, backlog.is_some()).measured(seconds, "seconds")
    };
    let parts = [
        Check::of("serving", !draining),
        Check::of("database", report.is_writable),
        Check::of("migrations", report.fits_schema()).measured(ahead, "steps ahead"),
        queue("outbox", |backlog| backlog.lag),
        queue("link requests", |backlog| backlog.link_requests_lag),
        queue("scans", |backlog| backlog.scans_lag),
    ];
    let disks = report.disks.iter().map(|(name, free)| {
        let mebibytes = free.map(|free| count(free / 1024 / 1024));
        Check::of(format!("disk of {name}"), report.has_room(*free)).measured(mebibytes, "MiB free")
    });
    parts.into_iter().chain(disks).collect()
}

fn count(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
