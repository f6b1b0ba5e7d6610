//! Until when a declaration excuses a facility from the duty.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{CategoryRule, Edition, Statement, StatementField, Value};
use crate::domain::values::calendar::months_after;
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::lang::Text;

coded_enum! {
    /// How the last day of an excuse is determined (猶予期間の終期の定め方). `END_OF_MONTH_OF`: the last day of a month that
    /// the facility states. `MONTHS_AFTER`: some months after a day that the facility states. `FIXED`: one day for all
    /// facilities. `DAY_OF`: a day that the facility states. `OPEN`: the end of the circumstance.
    #[derive(Serialize, Deserialize, ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum Basis {
        /// The last day of a month that the facility states.
        EndOfMonthOf = "END_OF_MONTH_OF",
        /// Some months after a day that the facility states. Without a stated day the end is open.
        MonthsAfter = "MONTHS_AFTER",
        /// The same day for all facilities.
        Fixed = "FIXED",
        /// A day that the facility states.
        DayOf = "DAY_OF",
        /// The end of the circumstance, on an unknown day.
        Open = "OPEN",
    }
}

/// How the last day of an excuse is determined, with the values that are needed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE", deny_unknown_fields)]
pub enum BasisRule {
    /// The last day of the month in `field`.
    EndOfMonthOf {
        /// The member with the month.
        field: StatementField,
    },
    /// The day with the same number as the day in `field`, some months later. If that month has no such day, its last
    /// day.
    MonthsAfter {
        /// The member with the day.
        field: StatementField,
        /// The number of months, 1 to 120.
        months: u32,
    },
    /// One day for all facilities.
    Fixed {
        /// The day.
        date: NaiveDate,
    },
    /// The day in `field`.
    DayOf {
        /// The member with the day.
        field: StatementField,
    },
    /// The end of the circumstance. No day is known in advance.
    Open {},
}

/// How the last day of an excuse is determined, with the values that are needed for it.
#[derive(ToSchema)]
#[schema(as = BasisRule)]
#[expect(dead_code, reason = "describes a rule in the OpenAPI document, without a union")]
struct BasisRuleSchema {
    /// How the last day is determined.
    kind: Basis,
    /// The member of the reason with the day or the month. Absent for `FIXED` and `OPEN`.
    #[schema(nullable = false)]
    field: Option<StatementField>,
    /// The number of months after the day in `field`. If that month has no such day, its last day is meant. Only for
    /// `MONTHS_AFTER`.
    #[schema(nullable = false, minimum = 1, maximum = 120)]
    months: Option<u32>,
    /// The day for all facilities. Only for `FIXED`.
    #[schema(nullable = false)]
    date: Option<NaiveDate>,
}

/// Until when a category excuses (猶予期間).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExcusedUntilRule {
    /// How the last day is determined.
    #[schema(value_type = BasisRuleSchema)]
    pub basis: BasisRule,
    /// The latest day until which the category can excuse, inclusive (上限). Absent if there is no such limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub cap: Option<NaiveDate>,
    /// The rule as a text, as the ministry explains it.
    pub text: Text,
}

/// Until when one declaration excuses (猶予の期限), by the members stated so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExcusedUntil {
    /// The last day of the excuse. Absent if the day is unknown.
    pub date: Option<NaiveDate>,
    /// What decides the last day.
    pub basis: Basis,
    /// Whether the last day is the category's cap, because the basis gives a later day or no day.
    pub capped: bool,
    /// The last day and the rule, as text for the facility.
    pub reason: Text,
}

impl BasisRule {
    /// The basis without its parameters.
    #[must_use]
    pub const fn basis(&self) -> Basis {
        match self {
            Self::EndOfMonthOf { .. } => Basis::EndOfMonthOf,
            Self::MonthsAfter { .. } => Basis::MonthsAfter,
            Self::Fixed { .. } => Basis::Fixed,
            Self::DayOf { .. } => Basis::DayOf,
            Self::Open {} => Basis::Open,
        }
    }

    /// The member of the reason that decides the end, if there is one.
    #[must_use]
    pub const fn field(&self) -> Option<StatementField> {
        match self {
            Self::EndOfMonthOf { field } | Self::MonthsAfter { field, .. } | Self::DayOf { field } => {
                Some(*field)
            }
            Self::Fixed { .. } | Self::Open {} => None,
        }
    }

    /// The day that the basis gives for the stated value of its member; `None` if it gives no day.
    fn day(&self, stated: Option<&Value>) -> Option<NaiveDate> {
        match (self, stated) {
            (Self::EndOfMonthOf { .. }, Some(Value::Month(month))) => Some(month.last_day()),
            (Self::MonthsAfter { months, .. }, Some(Value::Date(day))) => Some(months_after(*day, *months)),
            (Self::DayOf { .. }, Some(Value::Date(day))) => Some(*day),
            (Self::Fixed { date }, _) => Some(*date),
            _ => None,
        }
    }
}

impl Edition {
    /// Until when a statement excuses under this edition. Members that the category does not ask for are ignored.
    ///
    /// `None` if the edition does not offer the category. A declaration that was filed under an earlier edition keeps
    /// its excuse in this case: the caller has to ask the earlier edition.
    #[must_use]
    pub fn excused_until(&self, statement: &Statement) -> Option<ExcusedUntil> {
        self.rule(statement.category).map(|rule| rule.excused_until(statement))
    }
}

impl CategoryRule {
    fn excused_until(&self, statement: &Statement) -> ExcusedUntil {
        let rule = &self.excused_until;
        let stated = rule.basis.field().and_then(|field| self.stated(field, statement));
        let (date, capped) = match (rule.basis.day(stated), rule.cap) {
            (Some(day), Some(cap)) if day > cap => (Some(cap), true),
            (None, Some(cap)) => (Some(cap), true),
            (day, _) => (day, false),
        };
        ExcusedUntil { date, basis: rule.basis.basis(), capped, reason: reason(date, capped, &rule.text) }
    }
}

fn reason(date: Option<NaiveDate>, capped: bool, rule: &Text) -> Text {
    let (ja, en) = match date {
        None => ("期限の日は未定です。".to_owned(), "The last day is not known yet.".to_owned()),
        Some(day) => {
            let (cap_ja, cap_en) =
                if capped { ("（上限）", ", the latest day possible") } else { ("", "") };
            (format!("{}まで{cap_ja}。", day.format("%Y年%-m月%-d日")), format!("Until {day}{cap_en}."))
        }
    };
    Text { ja: format!("{ja}{}", rule.ja), en: format!("{en} {}", rule.en) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filings::transitional_measures::LineStatus;
    use crate::domain::filings::transitional_measures::testing::*;

    /// The last day, its basis, and whether it is the cap.
    fn end(edition: &Edition, statement: &Statement) -> (Option<String>, Basis, bool) {
        let excused = edition.excused_until(statement).unwrap();
        (excused.date.map(|day| day.to_string()), excused.basis, excused.capped)
    }

    #[test]
    fn each_category_of_2023_excuses_until_the_expected_day_in_both_editions() {
        use Basis::{DayOf, EndOfMonthOf, Fixed, MonthsAfter, Open};
        let editions = round_2023().editions;
        for (statement, basis, first, second) in [
            (
                system_in_progress("2023-02-28", "2023-04"),
                EndOfMonthOf,
                Some("2023-04-30"),
                Some("2023-04-30"),
            ),
            (
                system_in_progress("2023-02-28", "2023-09"),
                EndOfMonthOf,
                Some("2023-09-30"),
                Some("2023-09-30"),
            ),
            (no_line(), MonthsAfter, None, None),
            (line_ready("2023-08-31"), MonthsAfter, Some("2024-02-29"), Some("2024-02-29")),
            (line_ready("2023-03-31"), MonthsAfter, Some("2023-09-30"), Some("2023-09-30")),
            (home_visits_only(), Fixed, Some("2024-04-01"), Some("2024-12-01")),
            (works_until("2031-05-31"), DayOf, Some("2031-05-31"), Some("2031-05-31")),
            (closing_on("2023-06-30"), DayOf, Some("2023-06-30"), Some("2023-06-30")),
            (closing_on("2024-11-30"), DayOf, Some("2024-11-30"), Some("2024-11-30")),
            (disaster(), Open, None, None),
        ] {
            assert_eq!(
                end(&editions[0], &statement),
                (first.map(str::to_owned), basis, false),
                "{statement:?}"
            );
            assert_eq!(
                end(&editions[1], &statement),
                (second.map(str::to_owned), basis, false),
                "{statement:?}"
            );
        }
    }

    #[test]
    fn a_planned_date_after_the_cap_excuses_until_the_cap_and_the_reason_says_so() {
        let editions = round_2023().editions;
        for (planned, first, second) in [
            ("2024-12-01", ("2024-11-30", true), ("2024-12-01", false)),
            ("2024-12-02", ("2024-11-30", true), ("2024-12-01", true)),
        ] {
            for (edition, (date, capped)) in editions.iter().zip([first, second]) {
                assert_eq!(end(edition, &closing_on(planned)), (Some(date.to_owned()), Basis::DayOf, capped));
            }
        }
        let reason = editions[0].excused_until(&closing_on("2025-03-31")).unwrap().reason;
        assert!(reason.ja.starts_with("2024年11月30日まで（上限）。"), "{}", reason.ja);
        assert!(reason.en.starts_with("Until 2024-11-30, the latest day possible. "), "{}", reason.en);
    }

    #[test]
    fn the_reason_says_that_the_last_day_is_unknown() {
        let reason = first_edition_2023().excused_until(&no_line()).unwrap().reason;
        assert!(reason.ja.starts_with("期限の日は未定です。"), "{}", reason.ja);
        assert!(reason.en.starts_with("The last day is not known yet. "), "{}", reason.en);
    }

    #[test]
    fn a_ready_date_is_ignored_if_no_line_is_available() {
        let mut statement = line_ready("2020-01-01");
        set(&mut statement, StatementField::LineStatus, Value::Word(LineStatus::NotAvailable.code()));
        assert_eq!(end(&first_edition_2023(), &statement), (None, Basis::MonthsAfter, false));
    }

    #[test]
    fn a_cap_ends_an_excuse_that_is_open_or_would_end_later() {
        let round = home_visit_nursing_round();
        let edition = &round.editions[0];
        for statement in [no_line(), disaster(), works_until("2026-01-01")] {
            let (date, _, capped) = end(edition, &statement);
            assert_eq!((date.as_deref(), capped), (Some("2025-06-30"), true), "{statement:?}");
        }
    }

    #[test]
    fn an_edition_without_the_category_gives_no_excuse() {
        let round = home_visit_nursing_round();
        assert_eq!(round.editions[0].excused_until(&home_visits_only()), None);
    }
}
