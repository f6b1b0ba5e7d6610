//! The call centre for questions about the portal: its telephone number and its opening hours.
//!
//! Source: the ministry's letter of 2023-02-03. The call centre is closed on Sundays and on public holidays, including
//! public holidays on a Saturday (いずれも祝日を除く). The letter names no other closing days, so the call centre is open on
//! a 2 January that is a weekday and not a public holiday.

pub mod holidays;

use chrono::{Datelike, Duration, NaiveDate, Weekday};

use super::support::holidays::{holiday_on, known_years};
use super::values::calendar::{Instant, japan_day, start_of};
use super::values::lang::Text;

/// The toll-free telephone number. The letter writes it as 0800-0804583.
pub const PHONE_NUMBER: &str = "0800-080-4583";

/// The opening hours of some days of the week, in Japan time (受付時間).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    /// The first day of the week on which these hours apply.
    pub first: Weekday,
    /// The last day of the week on which these hours apply.
    pub last: Weekday,
    /// The hour at which the call centre opens, from 0 to 23. It is open at this instant.
    pub opens: u32,
    /// The hour at which the call centre closes, from 0 to 23. It is closed at this instant.
    pub closes: u32,
}

/// The opening hours of the call centre (オンライン資格確認等コールセンター). Source: the letter.
pub const HOURS: [Hours; 2] = [
    Hours { first: Weekday::Mon, last: Weekday::Fri, opens: 8, closes: 18 },
    Hours { first: Weekday::Sat, last: Weekday::Sat, opens: 8, closes: 16 },
];

impl Hours {
    /// Whether the hours apply on a day of the week.
    #[must_use]
    pub const fn apply_on(&self, weekday: Weekday) -> bool {
        let weekday = weekday.num_days_from_monday();
        self.first.num_days_from_monday() <= weekday && weekday <= self.last.num_days_from_monday()
    }
}

/// The opening hours as text. The Japanese text is the letter's.
#[must_use]
pub fn hours_text() -> Text {
    Text {
        ja: "月曜日～金曜日8：00～18：00 土曜日8：00～16：00（いずれも祝日を除く）".to_owned(),
        en: "Monday to Friday 8:00-18:00, Saturday 8:00-16:00 (Japan time), closed on public holidays"
            .to_owned(),
    }
}

/// Whether the call centre is open at an instant.
///
/// `false` in years that [`known_years`] does not contain, because their holidays are unknown.
#[must_use]
pub fn is_open(at: Instant) -> bool {
    open_on(japan_day(at)).is_some_and(|(opens, closes)| opens <= at && at < closes)
}

/// The next instant after `at` at which the call centre opens. While it is open, this is the opening on a later day.
/// `None` if the next opening is not in a year of [`known_years`].
#[must_use]
pub fn next_opening(at: Instant) -> Option<Instant> {
    japan_day(at)
        .iter_days()
        .take_while(|day| known_years().contains(&day.year()))
        .filter_map(|day| open_on(day).map(|(opens, _)| opens))
        .find(|opens| *opens > at)
}

/// When the call centre opens and closes on a day in Japan; `None` if it is closed all day or the year's holidays are
/// unknown.
fn open_on(day: NaiveDate) -> Option<(Instant, Instant)> {
    if !known_years().contains(&day.year()) || holiday_on(day).is_some() {
        return None;
    }
    let hours = HOURS.iter().find(|hours| hours.apply_on(day.weekday()))?;
    let at = |hour| start_of(day) + Duration::hours(i64::from(hour));
    Some((at(hours.opens), at(hours.closes)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::values::calendar::parse_date;

    /// An instant of a day in Japan time, by the minutes after midnight.
    fn at(day: &str, minutes: i64) -> Instant {
        start_of(parse_date(day).unwrap()) + Duration::minutes(minutes)
    }

    fn opens(day: &str) -> Instant {
        at(day, 8 * 60)
    }

    /// The first open minute of a day and the first closed minute after it, as minutes after midnight.
    fn open_minutes(day: &str) -> Option<(i64, i64)> {
        let minutes: Vec<_> = (0..24 * 60).filter(|minute| is_open(at(day, *minute))).collect();
        let (first, last) = (*minutes.first()?, *minutes.last()?);
        assert_eq!(i64::try_from(minutes.len()).unwrap(), last - first + 1, "{day} has a break");
        Some((first, last + 1))
    }

    const WEEKDAY: Option<(i64, i64)> = Some((8 * 60, 18 * 60));
    const SATURDAY: Option<(i64, i64)> = Some((8 * 60, 16 * 60));

    #[test]
    fn a_week_without_holidays_has_the_hours_of_the_letter() {
        let week = [
            "2023-02-13",
            "2023-02-14",
            "2023-02-15",
            "2023-02-16",
            "2023-02-17",
            "2023-02-18",
            "2023-02-19",
        ];
        let hours = [WEEKDAY, WEEKDAY, WEEKDAY, WEEKDAY, WEEKDAY, SATURDAY, None];
        for (day, expected) in week.into_iter().zip(hours) {
            assert_eq!(open_minutes(day), expected, "{day}");
        }
    }

    #[test]
    fn a_holiday_is_closed_all_day_on_every_day_of_the_week() {
        for (holiday, weekday) in [
            ("2024-02-12", Weekday::Mon),
            ("2023-03-21", Weekday::Tue),
            ("2023-05-03", Weekday::Wed),
            ("2023-02-23", Weekday::Thu),
            ("2023-05-05", Weekday::Fri),
            ("2023-02-11", Weekday::Sat),
            ("2023-04-29", Weekday::Sat),
            ("2023-01-01", Weekday::Sun),
        ] {
            assert_eq!(parse_date(holiday).unwrap().weekday(), weekday);
            assert_eq!(open_minutes(holiday), None, "{holiday}");
        }
    }

    #[test]
    fn the_instant_of_opening_is_open_and_the_instant_of_closing_is_closed() {
        let microsecond = Duration::microseconds(1);
        for (day, closes) in [("2023-02-17", 18), ("2023-02-18", 16)] {
            let (opens, closes) = (at(day, 8 * 60), at(day, closes * 60));
            assert_eq!(
                [opens - microsecond, opens, closes - microsecond, closes].map(is_open),
                [false, true, true, false]
            );
        }
    }

    #[test]
    fn around_new_year_only_the_holidays_are_closed() {
        for (day, expected) in [
            ("2022-12-30", WEEKDAY),
            ("2022-12-31", SATURDAY),
            ("2023-01-01", None),
            ("2023-01-02", None),
            ("2023-01-03", WEEKDAY),
            ("2023-12-29", WEEKDAY),
            ("2023-12-30", SATURDAY),
            ("2023-12-31", None),
            ("2024-01-01", None),
            ("2024-01-02", WEEKDAY),
        ] {
            assert_eq!(open_minutes(day), expected, "{day}");
        }
        assert_eq!(next_opening(at("2022-12-31", 16 * 60)), Some(opens("2023-01-03")));
    }

    #[test]
    fn the_next_opening_is_later_and_skips_closed_days() {
        for (day, minutes, next) in [
            ("2023-02-17", 0, "2023-02-17"),
            ("2023-02-17", 479, "2023-02-17"),
            ("2023-02-17", 480, "2023-02-18"),
            ("2023-02-17", 1079, "2023-02-18"),
            ("2023-02-17", 1080, "2023-02-18"),
            ("2023-02-18", 960, "2023-02-20"),
            ("2023-02-10", 1080, "2023-02-13"),
            ("2023-05-02", 1080, "2023-05-06"),
            ("2026-09-19", 480, "2026-09-24"),
        ] {
            assert_eq!(next_opening(at(day, minutes)), Some(opens(next)), "{day} {minutes}");
        }
    }

    #[test]
    fn years_without_known_holidays_have_no_opening_hours() {
        assert_eq!(open_minutes("2028-01-04"), None);
        assert_eq!(open_minutes("2021-12-28"), None);
        assert_eq!(next_opening(at("2021-12-31", 1439)), None);
        assert_eq!(next_opening(at("2027-12-31", 479)), Some(opens("2027-12-31")));
        assert_eq!(next_opening(at("2027-12-31", 480)), None);
        assert_eq!(next_opening(at("2028-01-04", 0)), None);
    }

    proptest! {
        #[test]
        fn the_next_opening_is_the_first_change_from_closed_to_open(minutes in 0_i64..6 * 365 * 1440 - 20_000) {
            let now = at("2022-01-01", minutes);
            let next = next_opening(now).unwrap();
            prop_assert!(next > now && is_open(next) && !is_open(next - Duration::microseconds(1)));
            let mut hour = next - Duration::hours(1);
            while hour > now && !is_open(now) {
                prop_assert!(!is_open(hour));
                hour -= Duration::hours(1);
            }
        }
    }
}
