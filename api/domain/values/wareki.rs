//! Writes days in the Japanese calendar (和暦), with the year of the era and the weekday.
//!
//! This is only for texts that people read; fields of the API use ISO 8601. The first year of an era is written 元年. The
//! day on which an era begins belongs to the new era.

use chrono::{Datelike, NaiveDate, Timelike, Weekday};

use super::calendar::{Instant, YearMonth, in_japan};

/// An era (元号) with its first day as year, month and day.
struct Era {
    name: &'static str,
    began: (i32, u32, u32),
}

/// The eras since 1926, latest first.
const ERAS: [Era; 3] = [
    Era { name: "令和", began: (2019, 5, 1) },
    Era { name: "平成", began: (1989, 1, 8) },
    Era { name: "昭和", began: (1926, 12, 25) },
];

/// A day in the Japanese calendar: 令和5年2月4日（土）. Days before the era 昭和 are written with the Western year.
#[must_use]
pub fn wareki(day: NaiveDate) -> String {
    format!("{}（{}）", wareki_date(day), weekday(day))
}

/// A day without its weekday, for the middle of a sentence: 令和5年2月4日.
#[must_use]
pub fn wareki_date(day: NaiveDate) -> String {
    format!("{}{}月{}日", year_of_era(day), day.month(), day.day())
}

/// A month in the Japanese calendar: 令和5年9月. The era is that of its last day.
#[must_use]
pub fn wareki_month(month: YearMonth) -> String {
    let day = month.last_day();
    format!("{}{}月", year_of_era(day), day.month())
}

/// An instant in Japan time, to the minute: 令和5年2月4日（土）9時00分. Seconds are dropped, so that a deadline is
/// never written later than it is.
#[must_use]
pub fn wareki_moment(at: Instant) -> String {
    let local = in_japan(at);
    format!("{}{}時{:02}分", wareki(local.date_naive()), local.hour(), local.minute())
}

fn year_of_era(day: NaiveDate) -> String {
    let date = (day.year(), day.month(), day.day());
    match ERAS.iter().find(|era| era.began <= date) {
        Some(Era { name, began }) if began.0 == day.year() => format!("{name}元年"),
        Some(Era { name, began }) => format!("{name}{}年", day.year() - began.0 + 1),
        None => format!("西暦{}年", day.year()),
    }
}

fn weekday(day: NaiveDate) -> &'static str {
    match day.weekday() {
        Weekday::Mon => "月",
        Weekday::Tue => "火",
        Weekday::Wed => "水",
        Weekday::Thu => "木",
        Weekday::Fri => "金",
        Weekday::Sat => "土",
        Weekday::Sun => "日",
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;
    use crate::domain::values::calendar::parse_date;

    fn written(text: &str) -> String {
        wareki(parse_date(text).unwrap())
    }

    #[test]
    fn an_era_begins_on_its_first_day_and_ends_on_the_day_before_the_next() {
        for (day, expected) in [
            ("2024-02-29", "令和6年2月29日（木）"),
            ("2023-02-04", "令和5年2月4日（土）"),
            ("2020-01-01", "令和2年1月1日（水）"),
            ("2019-12-31", "令和元年12月31日（火）"),
            ("2019-05-01", "令和元年5月1日（水）"),
            ("2019-04-30", "平成31年4月30日（火）"),
            ("1990-01-01", "平成2年1月1日（月）"),
            ("1989-01-08", "平成元年1月8日（日）"),
            ("1989-01-07", "昭和64年1月7日（土）"),
            ("1926-12-25", "昭和元年12月25日（土）"),
            ("1926-12-24", "西暦1926年12月24日（金）"),
        ] {
            assert_eq!(written(day), expected, "{day}");
        }
    }

    #[test]
    fn dates_of_the_ministrys_letter_are_written_as_in_the_letter() {
        for (day, expected) in [
            ("2023-01-15", "令和5年1月15日（日）"),
            ("2023-01-17", "令和5年1月17日（火）"),
            ("2023-02-03", "令和5年2月3日（金）"),
            ("2023-03-31", "令和5年3月31日（金）"),
            ("2023-04-01", "令和5年4月1日（土）"),
        ] {
            assert_eq!(written(day), expected, "{day}");
        }
    }

    #[test]
    fn weekdays_are_correct_for_a_century() {
        let week = ["日", "月", "火", "水", "木", "金", "土"];
        let sunday = parse_date("1950-01-01").unwrap();
        for (day, name) in (0..36_525).zip(week.iter().cycle()) {
            let text = wareki(sunday + Days::new(day));
            assert!(text.ends_with(&format!("日（{name}）")), "{text}");
        }
    }

    #[test]
    fn instants_are_written_in_japan_time_to_the_minute() {
        for (at, expected) in [
            ("2023-02-04T00:00:00Z", "令和5年2月4日（土）9時00分"),
            ("2023-03-31T14:59:59Z", "令和5年3月31日（金）23時59分"),
            ("2023-03-31T15:00:00Z", "令和5年4月1日（土）0時00分"),
            ("2019-04-30T14:59:00Z", "平成31年4月30日（火）23時59分"),
            ("2019-04-30T15:00:00Z", "令和元年5月1日（水）0時00分"),
        ] {
            assert_eq!(wareki_moment(at.parse().unwrap()), expected, "{at}");
        }
    }
}
