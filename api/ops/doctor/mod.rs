//! Examines an installation and says what to mend. It changes nothing and repeats no secret.

mod database;
mod disk;
mod keys;
mod mail;
mod postgres;
mod sqlite;

use std::fmt;

use super::descriptors;
use crate::config::{Profile, Settings};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// The service works; somebody should look at it by day.
    Warn,
    /// The service does not work, or not safely.
    Fail,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it ended.
    pub verdict: Verdict,
    /// What was looked at.
    pub subject: &'static str,
    /// What was seen and, unless all is well, what to mend.
    pub told: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        write!(f, "{verdict:<4}  {:<9}  {}", self.subject, self.told)
    }
}

/// All checks, each told as soon as it is made: one that takes its time shows how far the others came.
#[derive(Debug)]
struct Report {
    tell: fn(&Finding),
    failures: usize,
}

impl Report {
    /// What a library said may have several lines; a check has one.
    fn add(&mut self, verdict: Verdict, subject: &'static str, told: impl AsRef<str>) {
        let words: Vec<&str> = told.as_ref().split_whitespace().collect();
        self.failures += usize::from(verdict == Verdict::Fail);
        (self.tell)(&Finding { verdict, subject, told: words.join(" ") });
    }
}

/// Examines an installation, tells every check, and gives how many failed.
#[must_use]
pub fn examine(settings: &Settings, tell: fn(&Finding)) -> usize {
    let mut report = Report { tell, failures: 0 };
    let profile = match settings.profile {
        Profile::Sandbox => "a sandbox, not for real facilities",
        Profile::Production => "production",
    };
    report.add(
        Verdict::Ok,
        "settings",
        format!("{profile}; the service's address is {}", settings.public_url),
    );
    let missing = descriptors::missing_for(settings.serving.connections);
    if missing > 0 {
        let mend = "raise the hard limit of open files, or lower TODOKEDE_MAX_CONNECTIONS";
        let told = format!("{missing} more files would have to be open for all connections: {mend}");
        report.add(Verdict::Warn, "settings", told);
    }
    database::examine(settings, &mut report);
    keys::examine(settings, &mut report);
    disk::examine(settings, &mut report);
    mail::examine(settings, &mut report);
    report.failures
}
