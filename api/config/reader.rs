//! Reads environment variables one by one and collects their problems. `addresses` and `log_filter` add the methods of
//! [`Reader`] for values with rules of their own.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;

use chrono::{DateTime, Datelike as _, Utc};

use super::{SettingProblem, database};
use crate::clock::LAST_YEAR;
use crate::db::engine::source::{Pooler, Source};
use crate::security::limits::Budget;

/// Reads settings and records their problems.
pub(super) struct Reader<'a> {
    variables: &'a BTreeMap<String, String>,
    known: Vec<&'static str>,
    problems: Vec<SettingProblem>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(variables: &'a BTreeMap<String, String>) -> Self {
        Self { variables, known: Vec::new(), problems: Vec::new() }
    }

    /// The names of all settings that were read, whether they are set or not.
    #[cfg(test)]
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.known.iter().copied()
    }

    /// The trimmed value of a variable; `None` if it is missing or empty.
    pub(super) fn text(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let value = self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())?;
        // This character replaced bytes that are not UTF-8, so a path or a name would be a different one.
        if value.contains(char::REPLACEMENT_CHARACTER) {
            self.malformed(name, "text in UTF-8");
            return None;
        }
        Some(value.to_owned())
    }

    /// Records that filings would wait for a review that nobody can make.
    pub(super) fn nobody_reviews(&mut self, name: &'static str) {
        self.problems.push(SettingProblem::NobodyReviews(name));
    }

    /// Records that a variable's value has the wrong form.
    pub(super) fn malformed(&mut self, name: &'static str, expected: &'static str) {
        self.problems.push(SettingProblem::Malformed { name, expected });
    }

    /// A text that must be set.
    pub(super) fn required(&mut self, name: &'static str) -> Option<String> {
        let value = self.text(name);
        if value.is_none() {
            self.problems.push(SettingProblem::Missing(name));
        }
        value
    }

    /// Returns the value, and records the variable as malformed if there is none.
    pub(super) fn checked<T>(
        &mut self,
        name: &'static str,
        value: Option<T>,
        expected: &'static str,
    ) -> Option<T> {
        if value.is_none() {
            self.malformed(name, expected);
        }
        value
    }

    /// Records a problem if a setting of production is set in a sandbox.
    pub(super) fn forbid_in_sandbox(&mut self, name: &'static str) {
        if self.text(name).is_some() {
            self.problems.push(SettingProblem::ProductionOnly(name));
        }
    }

    /// A value of an enum, by its code.
    pub(super) fn word<T>(
        &mut self,
        name: &'static str,
        default: T,
        from_code: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let Some(text) = self.text(name) else { return default };
        self.checked(name, from_code(&text), "one of the two words that docs/settings.md lists")
            .unwrap_or(default)
    }

    /// A value that is parsed with [`FromStr`].
    pub(super) fn parsed<T>(&mut self, name: &'static str, default: &str, expected: &'static str) -> T
    where
        T: FromStr + Fallback,
    {
        let value = self.text(name).unwrap_or_else(|| default.to_owned());
        value.parse().unwrap_or_else(|_| {
            self.malformed(name, expected);
            T::fallback()
        })
    }

    pub(super) fn budget(&mut self, name: &'static str, default: &str) -> Budget {
        self.parsed(name, default, "COUNT/SECONDS with a count from 1 and seconds from 1 to 86400")
    }

    pub(super) fn database(
        &mut self,
        name: &'static str,
        default: &str,
        connections: u32,
        pooler: Pooler,
    ) -> Source {
        let value = self.text(name).unwrap_or_else(|| default.to_owned());
        database::parse(&value, connections, pooler, self.variables).unwrap_or_else(|expected| {
            self.malformed(name, expected);
            Source::Sqlite(PathBuf::new())
        })
    }

    pub(super) fn connections(&mut self, name: &'static str, default: u32) -> u32 {
        u32::try_from(self.number(name, default.into(), 2..=200)).unwrap_or(default)
    }

    /// A whole number within a range.
    pub(super) fn number(&mut self, name: &'static str, default: u64, range: RangeInclusive<u64>) -> u64 {
        let value = self.text(name).map_or(Ok(default), |text| text.parse());
        value.ok().filter(|number| range.contains(number)).unwrap_or_else(|| {
            self.problems.push(SettingProblem::OutOfRange { name, range });
            default
        })
    }

    /// When a new sandbox's clock starts. Production must not set it.
    pub(super) fn clock(
        &mut self,
        name: &'static str,
        default: &str,
        sandbox: bool,
    ) -> Option<DateTime<Utc>> {
        let value = self.text(name);
        if !sandbox {
            if value.is_some() {
                self.problems.push(SettingProblem::SandboxOnly(name));
            }
            return None;
        }
        let parsed = DateTime::parse_from_rfc3339(value.as_deref().unwrap_or(default));
        let parsed = parsed.ok().filter(|instant| (1970..=LAST_YEAR).contains(&instant.year()));
        let instant = parsed.map(|instant| instant.to_utc());
        self.checked(name, instant, "an instant such as 2023-02-03T09:00:00+09:00")
    }

    /// Names of files. Production requires at least one.
    pub(super) fn files(&mut self, name: &'static str, sandbox: bool) -> Vec<PathBuf> {
        let files: Vec<PathBuf> = self.list(name).into_iter().map(PathBuf::from).collect();
        // Somebody may have set a key instead of the name of its file.
        if files.iter().any(|file| {
            file.to_string_lossy().contains(['\n', '\r']) || file.to_string_lossy().contains("-----")
        }) {
            self.malformed(name, "names of files, separated by commas, and not the contents of the files");
            return Vec::new();
        }
        if files.is_empty() && !sandbox {
            self.problems.push(SettingProblem::Missing(name));
        }
        files
    }

    /// The parts of a value that are separated by commas.
    pub(super) fn list(&mut self, name: &'static str) -> Vec<String> {
        let value = self.text(name).unwrap_or_default();
        value.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    }

    /// Returns all problems, including variables with the service's prefix that are not settings.
    pub(super) fn finish(mut self) -> Result<(), Vec<SettingProblem>> {
        let names_with_prefix = self.variables.keys().filter(|name| name.starts_with("TODOKEDE_"));
        let unknown = names_with_prefix
            .filter(|name| !self.known.contains(&name.as_str()))
            .cloned()
            .map(SettingProblem::Unknown);
        self.problems.extend(unknown);
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems) }
    }
}

/// A placeholder for a value that could not be read. Callers never see it, because they get the problems instead of the
/// settings.
pub(super) trait Fallback {
    fn fallback() -> Self;
}

impl Fallback for std::net::SocketAddr {
    fn fallback() -> Self {
        Self::from(([127, 0, 0, 1], 0))
    }
}

impl Fallback for Budget {
    fn fallback() -> Self {
        Self { quota: std::num::NonZeroU32::MIN, window: std::time::Duration::from_secs(1) }
    }
}
