//! The public holidays of Japan, as the Cabinet Office lists them.
//!
//! The holidays are in a table, because the days of the equinoxes and the days that a special law moves are official
//! only after their publication each February for the next year. Each year is added by hand. The tests compute the
//! holidays of every year from the law and compare them with the table.

use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use crate::domain::values::lang::Text;
use Holiday::{
    AutumnalEquinox, Childrens, Citizens, ComingOfAge, Constitution, Culture, Emperor, Foundation, Greenery,
    LabourThanksgiving, Marine, Mountain, NewYear, RespectForTheAged, Showa, Sports, Substitute,
    VernalEquinox,
};

/// A public holiday (国民の祝日・休日). Source: the Act on National Holidays (昭和23年法律第178号).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holiday {
    /// 元日
    NewYear,
    /// 成人の日
    ComingOfAge,
    /// 建国記念の日
    Foundation,
    /// 天皇誕生日
    Emperor,
    /// 春分の日
    VernalEquinox,
    /// 昭和の日
    Showa,
    /// 憲法記念日
    Constitution,
    /// みどりの日
    Greenery,
    /// こどもの日
    Childrens,
    /// 海の日
    Marine,
    /// 山の日
    Mountain,
    /// 敬老の日
    RespectForTheAged,
    /// 秋分の日
    AutumnalEquinox,
    /// スポーツの日
    Sports,
    /// 文化の日
    Culture,
    /// 勤労感謝の日
    LabourThanksgiving,
    /// 振替休日: the first day after a holiday on a Sunday that is not a holiday itself (Article 3, paragraph 2).
    Substitute,
    /// 国民の休日: a day between two holidays (Article 3, paragraph 3).
    Citizens,
}

impl Holiday {
    /// The name in Japanese and English.
    #[must_use]
    pub fn name(self) -> Text {
        let (ja, en) = match self {
            Self::NewYear => ("元日", "New Year's Day"),
            Self::ComingOfAge => ("成人の日", "Coming of Age Day"),
            Self::Foundation => ("建国記念の日", "National Foundation Day"),
            Self::Emperor => ("天皇誕生日", "The Emperor's Birthday"),
            Self::VernalEquinox => ("春分の日", "Vernal Equinox Day"),
            Self::Showa => ("昭和の日", "Showa Day"),
            Self::Constitution => ("憲法記念日", "Constitution Memorial Day"),
            Self::Greenery => ("みどりの日", "Greenery Day"),
            Self::Childrens => ("こどもの日", "Children's Day"),
            Self::Marine => ("海の日", "Marine Day"),
            Self::Mountain => ("山の日", "Mountain Day"),
            Self::RespectForTheAged => ("敬老の日", "Respect for the Aged Day"),
            Self::AutumnalEquinox => ("秋分の日", "Autumnal Equinox Day"),
            Self::Sports => ("スポーツの日", "Sports Day"),
            Self::Culture => ("文化の日", "Culture Day"),
            Self::LabourThanksgiving => ("勤労感謝の日", "Labour Thanksgiving Day"),
            Self::Substitute => ("振替休日", "Substitute Holiday"),
            Self::Citizens => ("国民の休日", "Citizens' Holiday"),
        };
        Text { ja: ja.to_owned(), en: en.to_owned() }
    }
}

const FIRST_YEAR: i32 = 2022;
const LAST_YEAR: i32 = 2027;

/// Year, month, day and holiday, in ascending order.
#[rustfmt::skip]
const TABLE: [(i32, u32, u32, Holiday); 108] = [
    (2022, 1, 1, NewYear), (2022, 1, 10, ComingOfAge), (2022, 2, 11, Foundation), (2022, 2, 23, Emperor),
    (2022, 3, 21, VernalEquinox), (2022, 4, 29, Showa), (2022, 5, 3, Constitution), (2022, 5, 4, Greenery),
    (2022, 5, 5, Childrens), (2022, 7, 18, Marine), (2022, 8, 11, Mountain), (2022, 9, 19, RespectForTheAged),
    (2022, 9, 23, AutumnalEquinox), (2022, 10, 10, Sports), (2022, 11, 3, Culture),
    (2022, 11, 23, LabourThanksgiving),
    (2023, 1, 1, NewYear), (2023, 1, 2, Substitute), (2023, 1, 9, ComingOfAge), (2023, 2, 11, Foundation),
    (2023, 2, 23, Emperor), (2023, 3, 21, VernalEquinox), (2023, 4, 29, Showa), (2023, 5, 3, Constitution),
    (2023, 5, 4, Greenery), (2023, 5, 5, Childrens), (2023, 7, 17, Marine), (2023, 8, 11, Mountain),
    (2023, 9, 18, RespectForTheAged), (2023, 9, 23, AutumnalEquinox), (2023, 10, 9, Sports),
    (2023, 11, 3, Culture), (2023, 11, 23, LabourThanksgiving),
    (2024, 1, 1, NewYear), (2024, 1, 8, ComingOfAge), (2024, 2, 11, Foundation), (2024, 2, 12, Substitute),
    (2024, 2, 23, Emperor), (2024, 3, 20, VernalEquinox), (2024, 4, 29, Showa), (2024, 5, 3, Constitution),
    (2024, 5, 4, Greenery), (2024, 5, 5, Childrens), (2024, 5, 6, Substitute), (2024, 7, 15, Marine),
    (2024, 8, 11, Mountain), (2024, 8, 12, Substitute), (2024, 9, 16, RespectForTheAged),
    (2024, 9, 22, AutumnalEquinox), (2024, 9, 23, Substitute), (2024, 10, 14, Sports), (2024, 11, 3, Culture),
    (2024, 11, 4, Substitute), (2024, 11, 23, LabourThanksgiving),
    (2025, 1, 1, NewYear), (2025, 1, 13, ComingOfAge), (2025, 2, 11, Foundation), (2025, 2, 23, Emperor),
    (2025, 2, 24, Substitute), (2025, 3, 20, VernalEquinox), (2025, 4, 29, Showa), (2025, 5, 3, Constitution),
    (2025, 5, 4, Greenery), (2025, 5, 5, Childrens), (2025, 5, 6, Substitute), (2025, 7, 21, Marine),
    (2025, 8, 11, Mountain), (2025, 9, 15, RespectForTheAged), (2025, 9, 23, AutumnalEquinox),
    (2025, 10, 13, Sports), (2025, 11, 3, Culture), (2025, 11, 23, LabourThanksgiving),
    (2025, 11, 24, Substitute),
    (2026, 1, 1, NewYear), (2026, 1, 12, ComingOfAge), (2026, 2, 11, Foundation), (2026, 2, 23, Emperor),
    (2026, 3, 20, VernalEquinox), (2026, 4, 29, Showa), (2026, 5, 3, Constitution), (2026, 5, 4, Greenery),
    (2026, 5, 5, Childrens), (2026, 5, 6, Substitute), (2026, 7, 20, Marine), (2026, 8, 11, Mountain),
    (2026, 9, 21, RespectForTheAged), (2026, 9, 22, Citizens), (2026, 9, 23, AutumnalEquinox),
    (2026, 10, 12, Sports), (2026, 11, 3, Culture), (2026, 11, 23, LabourThanksgiving),
    (2027, 1, 1, NewYear), (2027, 1, 11, ComingOfAge), (2027, 2, 11, Foundation), (2027, 2, 23, Emperor),
    (2027, 3, 21, VernalEquinox), (2027, 3, 22, Substitute), (2027, 4, 29, Showa), (2027, 5, 3, Constitution),
    (2027, 5, 4, Greenery), (2027, 5, 5, Childrens), (2027, 7, 19, Marine), (2027, 8, 11, Mountain),
    (2027, 9, 20, RespectForTheAged), (2027, 9, 23, AutumnalEquinox), (2027, 10, 11, Sports),
    (2027, 11, 3, Culture), (2027, 11, 23, LabourThanksgiving),
];

/// The years whose holidays are in the table. The holidays of other years are unknown.
#[must_use]
pub const fn known_years() -> RangeInclusive<i32> {
    FIRST_YEAR..=LAST_YEAR
}

/// The holiday on a day, `None` on any other day and outside [`known_years`].
#[must_use]
pub fn holiday_on(day: NaiveDate) -> Option<Holiday> {
    let key = (day.year(), day.month(), day.day());
    TABLE
        .binary_search_by_key(&key, |&(year, month, day, _)| (year, month, day))
        .ok()
        .and_then(|row| TABLE.get(row))
        .map(|&(_, _, _, holiday)| holiday)
}

/// The holidays in a range of days, in ascending order.
pub fn holidays_in(days: RangeInclusive<NaiveDate>) -> impl Iterator<Item = (NaiveDate, Holiday)> {
    TABLE
        .iter()
        .filter_map(|&(year, month, day, holiday)| {
            Some((NaiveDate::from_ymd_opt(year, month, day)?, holiday))
        })
        .filter(move |(day, _)| days.contains(day))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{Days, Weekday};

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    fn nth_monday(year: i32, month: u32, n: u8) -> NaiveDate {
        NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Mon, n).unwrap()
    }

    /// The day of an equinox by the usual approximation, which is correct from 1980 to 2099. `at_1980` is the day and
    /// its fraction in 1980.
    fn equinox(year: i32, at_1980: f64) -> u32 {
        let years = f64::from(year - 1980);
        (1..=30)
            .rev()
            .find(|day| f64::from(*day) <= at_1980 + 0.242_194 * years - f64::from((year - 1980) / 4))
            .unwrap()
    }

    /// The holidays that Article 2 of the Act names, in its version since 2022.
    fn named_by_law(year: i32) -> BTreeMap<NaiveDate, Holiday> {
        BTreeMap::from([
            (day(year, 1, 1), Holiday::NewYear),
            (nth_monday(year, 1, 2), Holiday::ComingOfAge),
            (day(year, 2, 11), Holiday::Foundation),
            (day(year, 2, 23), Holiday::Emperor),
            (day(year, 3, equinox(year, 20.8431)), Holiday::VernalEquinox),
            (day(year, 4, 29), Holiday::Showa),
            (day(year, 5, 3), Holiday::Constitution),
            (day(year, 5, 4), Holiday::Greenery),
            (day(year, 5, 5), Holiday::Childrens),
            (nth_monday(year, 7, 3), Holiday::Marine),
            (day(year, 8, 11), Holiday::Mountain),
            (nth_monday(year, 9, 3), Holiday::RespectForTheAged),
            (day(year, 9, equinox(year, 23.2488)), Holiday::AutumnalEquinox),
            (nth_monday(year, 10, 2), Holiday::Sports),
            (day(year, 11, 3), Holiday::Culture),
            (day(year, 11, 23), Holiday::LabourThanksgiving),
        ])
    }

    /// All holidays by Article 3: the named days, their substitutes, and the days between two named days.
    fn by_law(year: i32) -> BTreeMap<NaiveDate, Holiday> {
        let named = named_by_law(year);
        let mut all = named.clone();
        for sunday in named.keys().filter(|day| day.weekday() == Weekday::Sun) {
            let substitute = sunday.iter_days().find(|day| !named.contains_key(day)).unwrap();
            all.insert(substitute, Holiday::Substitute);
        }
        for before in named.keys() {
            let between = *before + Days::new(1);
            if named.contains_key(&(between + Days::new(1))) {
                all.entry(between).or_insert(Holiday::Citizens);
            }
        }
        all
    }

    #[test]
    fn the_table_agrees_with_the_law_in_every_year() {
        for year in known_years() {
            let table: Vec<_> = holidays_in(day(year, 1, 1)..=day(year, 12, 31)).collect();
            assert_eq!(table, Vec::from_iter(by_law(year)), "{year}");
        }
    }

    #[test]
    fn every_day_has_the_holiday_of_the_law_or_none() {
        let law: BTreeMap<_, _> = known_years().flat_map(by_law).collect();
        for today in day(2022, 1, 1).iter_days().take_while(|day| day.year() <= LAST_YEAR) {
            assert_eq!(holiday_on(today), law.get(&today).copied(), "{today}");
        }
    }

    #[test]
    fn the_table_is_sorted_and_has_only_days_that_exist() {
        assert!(TABLE.is_sorted_by_key(|&(year, month, day, _)| (year, month, day)));
        assert_eq!(holidays_in(NaiveDate::MIN..=NaiveDate::MAX).count(), TABLE.len());
    }

    #[test]
    fn a_range_includes_both_ends_and_may_be_empty() {
        let golden_week = holidays_in(day(2023, 5, 3)..=day(2023, 5, 5));
        assert_eq!(golden_week.map(|(day, _)| day.day()).collect::<Vec<_>>(), [3, 4, 5]);
        assert_eq!(holidays_in(day(2023, 5, 6)..=day(2023, 7, 16)).count(), 0);
        let backwards = RangeInclusive::new(day(2023, 12, 31), day(2023, 1, 1));
        assert_eq!(holidays_in(backwards).count(), 0);
    }

    #[test]
    fn days_outside_the_table_are_not_holidays() {
        for outside in [day(2021, 1, 1), day(2021, 12, 31), day(2028, 1, 1), NaiveDate::MIN, NaiveDate::MAX] {
            assert_eq!(holiday_on(outside), None, "{outside}");
        }
    }

    #[test]
    fn days_between_two_holidays_and_substitute_days_have_their_own_names() {
        let name_on = |year, month, of_month| holiday_on(day(year, month, of_month)).map(Holiday::name);
        assert_eq!(name_on(2026, 9, 22).unwrap().ja, "国民の休日");
        assert_eq!(name_on(2024, 2, 12).unwrap().ja, "振替休日");
        assert_eq!(name_on(2027, 3, 22).unwrap().en, "Substitute Holiday");
        assert_eq!(name_on(2023, 2, 11).unwrap().en, "National Foundation Day");
    }
}
