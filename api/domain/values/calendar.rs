//! Days and months in Japan time.
//!
//! Deadlines are days in Japan and inclusive: "until 2023-03-31" includes every instant before
//! 2023-03-31T15:00:00Z. Japan has had no daylight saving time since 1952, so the offset to UTC is fixed.

use std::fmt;

use chrono::{DateTime, Datelike, Duration, FixedOffset, Months, NaiveDate, Utc};

use super::fault::Fault;

/// A point in time, in UTC. The service truncates instants to microseconds when it reads its clock.
pub type Instant = DateTime<Utc>;

/// The offset of Japan time to UTC in seconds.
const SECONDS_EAST: i32 = 9 * 60 * 60;

/// The instant in Japan time.
#[must_use]
pub fn in_japan(at: Instant) -> DateTime<FixedOffset> {
    FixedOffset::east_opt(SECONDS_EAST).map_or_else(|| at.fixed_offset(), |tokyo| at.with_timezone(&tokyo))
}

/// The day in Japan at an instant.
#[must_use]
pub fn japan_day(at: Instant) -> NaiveDate {
    in_japan(at).date_naive()
}

/// The first instant of a Japan day.
#[must_use]
pub fn start_of(day: NaiveDate) -> Instant {
    day.and_time(chrono::NaiveTime::MIN).and_utc() - Duration::seconds(i64::from(SECONDS_EAST))
}

/// The day with the same number some months later, or the last day of that month if the month is shorter. Periods in
/// civil law are counted in this way: six months after 2023-08-31 is 2024-02-29.
#[must_use]
pub fn months_after(day: NaiveDate, months: u32) -> NaiveDate {
    day.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// Reads a date `YYYY-MM-DD` between the years 1900 and 2199.
///
/// # Errors
/// [`Fault::DateForm`] for any other text and for days that do not exist.
pub fn parse_date(text: &str) -> Result<NaiveDate, Fault> {
    let has_form = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    if !has_form {
        return Err(Fault::DateForm);
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .filter(|day| (1900..2200).contains(&day.year()))
        .ok_or(Fault::DateForm)
}

/// A month of a year, written `YYYY-MM`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth {
    first: NaiveDate,
}

impl YearMonth {
    /// Reads a month `YYYY-MM` between the years 1900 and 2199.
    ///
    /// # Errors
    /// [`Fault::MonthForm`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.len() != 7 {
            return Err(Fault::MonthForm);
        }
        parse_date(&format!("{text}-01")).map(|first| Self { first }).map_err(|_| Fault::MonthForm)
    }

    /// The month's last day.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        months_after(self.first, 1).pred_opt().unwrap_or(self.first)
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first.format("%Y-%m"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).unwrap()
    }

    #[test]
    fn a_japan_day_ends_with_its_last_microsecond() {
        let last = day("2023-03-31");
        let midnight = start_of(day("2023-04-01"));
        assert_eq!(midnight.to_rfc3339(), "2023-03-31T15:00:00+00:00");
        assert_eq!(japan_day(midnight - Duration::microseconds(1)), last);
        assert_eq!(japan_day(midnight), day("2023-04-01"));
    }

    #[test]
    fn months_after_gives_the_last_day_of_a_shorter_month() {
        for (from, to) in [
            ("2023-08-31", "2024-02-29"),
            ("2022-08-31", "2023-02-28"),
            ("2023-03-31", "2023-09-30"),
            ("2023-01-15", "2023-07-15"),
        ] {
            assert_eq!(months_after(day(from), 6), day(to), "{from}");
        }
    }

    #[test]
    fn dates_that_do_not_exist_or_have_another_form_are_refused() {
        for text in [
            "",
            "2023-02-29",
            "2023-13-01",
            "2023-1-1",
            "2023/01/01",
            "令和5年1月1日",
            "+023-01-01",
            "1899-12-31",
            "2200-01-01",
            "2023-01-01T00:00:00Z",
        ] {
            assert_eq!(parse_date(text), Err(Fault::DateForm), "{text}");
        }
    }

    #[test]
    fn months_are_read_and_end_on_their_last_day() {
        assert_eq!(YearMonth::parse("2023-09").unwrap().last_day(), day("2023-09-30"));
        assert_eq!(YearMonth::parse("2024-02").unwrap().last_day(), day("2024-02-29"));
        for text in ["2023-13", "2023-00", "2023-9", "2023-09-01", "202309", ""] {
            assert_eq!(YearMonth::parse(text), Err(Fault::MonthForm), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,12}") {
            let _ = (parse_date(&text), YearMonth::parse(&text));
        }
    }
}
