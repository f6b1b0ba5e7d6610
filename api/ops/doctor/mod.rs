//! Examines an installation and says what to repair. It changes nothing and prints no secret.

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
    /// All is well.
    Ok,
    /// The service works, and somebody should look at it in working hours.
    Warn,
    /// The service does not work, or not safely.
    Fail,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it ended.
    pub verdict: Verdict,
    /// The part that was checked.
    pub subject: &'static str,
    /// The finding and, unless all is well, what to do.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Ok => "ok",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        write!(f, "{verdict:<4}  {:<9}  {}", self.subject, self.message)
    }
}

/// The checks so far. Each is printed as soon as it is made, so that a slow check shows how far the others came.
#[derive(Debug)]
struct Report {
    print: fn(&Finding),
    failures: usize,
}

impl Report {
    /// Adds a check in one line: messages of libraries may have several.
    fn add(&mut self, verdict: Verdict, subject: &'static str, message: impl AsRef<str>) {
        let words: Vec<&str> = message.as_ref().split_whitespace().collect();
        self.failures += usize::from(verdict == Verdict::Fail);
        (self.print)(&Finding { verdict, subject, message: words.join(" ") });
    }
}

/// Examines an installation, prints every check, and returns how many failed.
#[must_use]
pub fn examine(settings: &Settings, print: fn(&Finding)) -> usize {
    let mut report = Report { print, failures: 0 };
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
        let message = format!("{missing} more files would have to be open for all connections: {mend}");
        report.add(Verdict::Warn, "settings", message);
    }
    database::examine(settings, &mut report);
    keys::examine(settings, &mut report);
    disk::examine(settings, &mut report);
    mail::examine(settings, &mut report);
    report.failures
}
