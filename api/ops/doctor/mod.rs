//! The command `todokede doctor`: checks an installation and prints what to repair. It changes nothing and prints no
//! secrets.

mod database;
mod disk;
mod keys;
mod mail;
mod passwords;
mod postgres;
mod scanner;
mod sqlite;

use std::fmt;

use super::descriptors;
use crate::config::{Profile, Settings};

/// The result of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// No problem was found.
    Ok,
    /// The service works, but an operator should look at the problem in working hours.
    Warn,
    /// The service does not work, or data is at risk.
    Fail,
}

/// A check and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The result.
    pub verdict: Verdict,
    /// The part that was checked.
    pub subject: &'static str,
    /// What was found and, if there is a problem, what to do.
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

/// Prints each check as soon as it ends, so that the output shows which check is slow, and counts failures.
#[derive(Debug)]
struct DoctorReport {
    print: fn(&Finding),
    failures: usize,
}

impl DoctorReport {
    /// Prints a check on one line. Line breaks, which messages of libraries may have, become spaces.
    fn add(&mut self, verdict: Verdict, subject: &'static str, message: impl AsRef<str>) {
        let words: Vec<&str> = message.as_ref().split_whitespace().collect();
        self.failures += usize::from(verdict == Verdict::Fail);
        (self.print)(&Finding { verdict, subject, message: words.join(" ") });
    }
}

/// Checks an installation, prints every check, and returns how many failed.
#[must_use]
pub fn examine(settings: &Settings, print: fn(&Finding)) -> usize {
    let mut report = DoctorReport { print, failures: 0 };
    let profile = match settings.profile {
        Profile::Sandbox => "a sandbox, not for real facilities",
        Profile::Production => "production",
    };
    report.add(Verdict::Ok, "settings", format!("{profile}; the public URL is {}", settings.public_url));
    if settings.profile == Profile::Production && settings.security_contacts.is_empty() {
        let message =
            "nobody is named to whom security problems can be reported: set TODOKEDE_SECURITY_CONTACT";
        report.add(Verdict::Warn, "settings", message);
    }
    let missing = descriptors::missing_for(settings.serving.connections);
    if missing > 0 {
        let advice = "raise the hard limit of open files, or lower TODOKEDE_MAX_CONNECTIONS";
        let message = format!(
            "{missing} more files than the hard limit allows are needed for all connections: {advice}"
        );
        report.add(Verdict::Warn, "settings", message);
    }
    database::examine(settings, &mut report);
    keys::examine(settings, &mut report);
    disk::examine(settings, &mut report);
    passwords::examine(settings, &mut report);
    scanner::examine(settings, &mut report);
    mail::examine(settings, &mut report);
    report.failures
}
