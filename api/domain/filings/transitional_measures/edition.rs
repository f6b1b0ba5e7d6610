//! The editions of a round, and the days on which the round accepts filings.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Category, CategoryRule};
use crate::domain::values::facility_code::FacilityKind;
use crate::domain::values::lang::Text;

/// An edition of a round (届出回の版): the rules of the round from one day on.
///
/// It is in force from the start of `effective_from` until the start of the next edition's `effective_from`. All days
/// are days in Japan and inclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edition {
    /// The first day on which the edition is in force.
    pub effective_from: NaiveDate,
    /// The round's name on the portal.
    pub name: Text,
    /// The first day on which filings are accepted.
    pub opens_on: NaiveDate,
    /// The last day on which filings are in time (届出期限).
    pub until: NaiveDate,
    /// The last day on which late filings are accepted. Absent if no late filing is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_until: Option<NaiveDate>,
    /// The first day of the duty that the round excuses from.
    pub duty_begins_on: NaiveDate,
    /// The kinds of facility that may file in the round.
    pub eligible_kinds: Vec<FacilityKind>,
    /// Further information for facilities.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Text>,
    /// The categories that the edition offers, in the order of the form.
    pub categories: Vec<CategoryRule>,
}

/// Whether a round accepts filings on a day (届出の受付期間).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The round is not open yet.
    NotYetOpen {
        /// The first day on which filings are accepted.
        opens_on: NaiveDate,
    },
    /// Filings are in time.
    Open,
    /// Filings are accepted and marked as late.
    Late,
    /// The round is closed.
    Closed {
        /// The last day on which filings were accepted.
        last_day: NaiveDate,
    },
}

impl Edition {
    /// The edition's rule for a category; `None` if the edition does not offer the category.
    #[must_use]
    pub fn rule(&self, category: Category) -> Option<&CategoryRule> {
        self.categories.iter().find(|rule| rule.category == category)
    }

    /// Whether the round accepts filings on a day in Japan.
    #[must_use]
    pub fn window(&self, today: NaiveDate) -> Window {
        let last_day = self.late_until.unwrap_or(self.until);
        if today < self.opens_on {
            Window::NotYetOpen { opens_on: self.opens_on }
        } else if today <= self.until {
            Window::Open
        } else if today <= last_day {
            Window::Late
        } else {
            Window::Closed { last_day }
        }
    }
}

/// The edition in force on a day in Japan. The list need not be sorted.
///
/// Before the first day of the first edition, this is the first edition, so that a round can be announced. `None` only
/// for an empty list.
#[must_use]
pub fn edition_in_force(editions: &[Edition], today: NaiveDate) -> Option<&Edition> {
    editions
        .iter()
        .filter(|edition| edition.effective_from <= today)
        .max_by_key(|edition| edition.effective_from)
        .or_else(|| editions.iter().min_by_key(|edition| edition.effective_from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filings::transitional_measures::testing::{
        day, first_edition_2023, home_visit_nursing_round, round_2023,
    };

    #[test]
    fn the_window_of_2023_changes_only_on_the_days_of_the_letter() {
        let edition = first_edition_2023();
        let not_yet = Window::NotYetOpen { opens_on: day("2023-01-27") };
        let closed = Window::Closed { last_day: day("2024-03-19") };
        for (today, window) in [
            ("2022-12-22", not_yet),
            ("2022-12-23", not_yet),
            ("2023-01-26", not_yet),
            ("2023-01-27", Window::Open),
            ("2023-01-28", Window::Open),
            ("2023-03-30", Window::Open),
            ("2023-03-31", Window::Open),
            ("2023-04-01", Window::Late),
            ("2024-03-18", Window::Late),
            ("2024-03-19", Window::Late),
            ("2024-03-20", closed),
            ("2024-03-21", closed),
        ] {
            assert_eq!(edition.window(day(today)), window, "{today}");
        }
    }

    #[test]
    fn every_day_has_one_window_and_the_windows_follow_in_order() {
        let edition = first_edition_2023();
        let order = |window| match window {
            Window::NotYetOpen { .. } => 0,
            Window::Open => 1,
            Window::Late => 2,
            Window::Closed { .. } => 3,
        };
        let days = day("2022-12-01").iter_days().take_while(|day| *day < self::day("2024-05-01"));
        let mut counts = [0; 4];
        let mut before = 0;
        for today in days {
            let now = order(edition.window(today));
            assert!(now >= before, "{today}");
            counts[now] += 1;
            before = now;
        }
        assert_eq!(counts, [57, 64, 354, 42]);
    }

    #[test]
    fn without_a_late_period_the_round_is_closed_on_the_day_after_the_deadline() {
        let round = home_visit_nursing_round();
        let edition = &round.editions[0];
        assert_eq!(edition.window(day("2024-10-31")), Window::Open);
        assert_eq!(edition.window(day("2024-11-01")), Window::Closed { last_day: day("2024-10-31") });
    }

    #[test]
    fn an_edition_is_in_force_until_the_day_of_the_next_edition() {
        let mut editions = round_2023().editions;
        for _ in 0..2 {
            for (today, from) in [
                ("2020-01-01", "2022-12-23"),
                ("2022-12-22", "2022-12-23"),
                ("2022-12-23", "2022-12-23"),
                ("2024-03-19", "2022-12-23"),
                ("2024-03-20", "2024-03-20"),
                ("2030-01-01", "2024-03-20"),
            ] {
                let edition = edition_in_force(&editions, day(today)).unwrap();
                assert_eq!(edition.effective_from, day(from), "{today}");
            }
            editions.reverse();
        }
        assert_eq!(edition_in_force(&[], day("2023-01-01")), None);
    }

    #[test]
    fn an_edition_is_unchanged_after_it_was_written_and_read() {
        for edition in round_2023().editions {
            let json = serde_json::to_string(&edition).unwrap();
            assert_eq!(serde_json::from_str::<Edition>(&json).unwrap(), edition);
        }
    }
}
