//! Fixtures for the tests of rounds: two rounds, and complete statements of every category.

use chrono::NaiveDate;

use super::*;
use crate::domain::values::calendar::{YearMonth, parse_date};

pub(super) const ROUND_2023: &str = include_str!("../../../rounds/2023.json");

pub(super) fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

pub(super) fn month(text: &str) -> YearMonth {
    YearMonth::parse(text).unwrap()
}

pub(super) fn round_2023() -> RoundFile {
    RoundFile::parse(ROUND_2023).unwrap()
}

pub(super) fn first_edition_2023() -> Edition {
    round_2023().editions.remove(0)
}

pub(super) fn home_visit_nursing_round() -> RoundFile {
    RoundFile::parse(HOME_VISIT_NURSING).unwrap()
}

fn statement_of(category: Category, fill: impl FnOnce(&mut Statement)) -> Statement {
    let mut statement = Statement::new(category);
    fill(&mut statement);
    statement
}

pub(super) fn system_in_progress(contract: &str, completion: &str) -> Statement {
    statement_of(Category::SystemInProgress, |s| {
        s.contract_date = Some(day(contract));
        s.expected_completion_month = Some(month(completion));
    })
}

pub(super) fn no_line() -> Statement {
    statement_of(Category::NoNetwork, |s| s.line_status = Some(LineStatus::NotAvailable))
}

pub(super) fn line_ready(ready: &str) -> Statement {
    statement_of(Category::NoNetwork, |s| {
        s.line_status = Some(LineStatus::Available);
        s.line_ready_date = Some(day(ready));
    })
}

pub(super) fn home_visits_only() -> Statement {
    statement_of(Category::HomeVisitsOnly, |s| s.home_visits_only_confirmed = Some(true))
}

pub(super) fn works_until(end: &str) -> Statement {
    statement_of(Category::RebuildingOrTemporary, |s| {
        s.works = Some(Works::Rebuilding);
        s.expected_end_date = Some(day(end));
    })
}

pub(super) fn closing_on(planned: &str) -> Statement {
    statement_of(Category::ClosingOrSuspending, |s| {
        s.plan = Some(Plan::Closing);
        s.planned_date = Some(day(planned));
    })
}

pub(super) fn disaster() -> Statement {
    statement_of(Category::SpecialHardship, |s| {
        s.circumstance = Some(Circumstance::Disaster);
        s.description = Some("豪雨により診療所が浸水した。".to_owned());
    })
}

/// A statement with elderly doctors. `has_difficulty` adds the difficulty that is required for a younger doctor.
pub(super) fn elderly(age: i64, has_difficulty: bool) -> Statement {
    statement_of(Category::SpecialHardship, |s| {
        s.circumstance = Some(Circumstance::ElderlyDoctors);
        s.youngest_fulltime_age = Some(age);
        s.difficulty = has_difficulty.then(|| "機器の操作ができる職員がいない。".to_owned());
    })
}

/// Statements that the round of 2023 accepts, for every category and every condition.
pub(super) fn complete_statements() -> Vec<Statement> {
    let mut with_vendor = system_in_progress("2023-02-28", "2023-09");
    with_vendor.vendor_name = Some("株式会社例示システム".to_owned());
    let mut temporary = works_until("2025-03-31");
    temporary.works = Some(Works::TemporarySite);
    let mut suspending = closing_on("2024-11-30");
    suspending.plan = Some(Plan::Suspending);
    let mut other = disaster();
    other.circumstance = Some(Circumstance::Other);
    vec![
        with_vendor,
        no_line(),
        line_ready("2023-03-01"),
        home_visits_only(),
        works_until("2023-12-31"),
        temporary,
        closing_on("2023-06-30"),
        suspending,
        disaster(),
        elderly(69, true),
        elderly(80, false),
        other,
    ]
}

/// Sets a member to a sample value, which the member's own rules accept.
pub(super) fn set_sample(statement: &mut Statement, field: StatementField) {
    use StatementField as F;
    let date = Some(day("2023-02-01"));
    match field {
        F::ContractDate => statement.contract_date = date,
        F::ExpectedCompletionMonth => statement.expected_completion_month = Some(month("2023-06")),
        F::VendorName => statement.vendor_name = Some("有限会社例示".to_owned()),
        F::LineStatus => statement.line_status = Some(LineStatus::Available),
        F::LineReadyDate => statement.line_ready_date = date,
        F::HomeVisitsOnlyConfirmed => statement.home_visits_only_confirmed = Some(true),
        F::Works => statement.works = Some(Works::TemporarySite),
        F::ExpectedEndDate => statement.expected_end_date = date,
        F::Plan => statement.plan = Some(Plan::Suspending),
        F::PlannedDate => statement.planned_date = date,
        F::Circumstance => statement.circumstance = Some(Circumstance::Other),
        F::Description => statement.description = Some("説明".to_owned()),
        F::YoungestFulltimeAge => statement.youngest_fulltime_age = Some(75),
        F::Difficulty => statement.difficulty = Some("説明".to_owned()),
    }
}

/// Removes a member.
pub(super) fn clear(statement: &mut Statement, field: StatementField) {
    let mut stored = serde_json::to_value(&*statement).unwrap();
    stored.as_object_mut().unwrap().remove(field.code());
    *statement = serde_json::from_value(stored).unwrap();
}

/// A later round for another kind of facility, with other dates and caps and without the home-visit category.
pub(super) const HOME_VISIT_NURSING: &str = r#"{
  "round": "visiting-nursing-2024",
  "editions": [{
    "effective_from": "2024-08-01",
    "name": { "ja": "訪問看護ステーションの猶予届出", "en": "Declarations of visiting-nursing stations" },
    "opens_on": "2024-09-02",
    "until": "2024-10-31",
    "duty_begins_on": "2024-12-02",
    "eligible_kinds": ["VISITING_NURSING"],
    "categories": [
      {
        "category": "SYSTEM_IN_PROGRESS",
        "number": 1,
        "name": { "ja": "システム整備中", "en": "System being installed" },
        "condition": { "ja": "令和6年9月30日までに契約した。", "en": "Contract by 2024-09-30." },
        "eligible_kinds": ["VISITING_NURSING"],
        "fields": [
          { "field": "contract_date", "requirement": "ALWAYS", "not_after": "2024-09-30", "not_in_future": true },
          { "field": "expected_completion_month", "requirement": "ALWAYS", "not_after": "2025-06" }
        ],
        "attachment": "REQUIRED",
        "excused_until": {
          "basis": { "END_OF_MONTH_OF": { "field": "expected_completion_month" } },
          "cap": "2025-06-30",
          "text": { "ja": "整備の完了までです。", "en": "Until the installation is complete." }
        }
      },
      {
        "category": "NO_NETWORK",
        "number": 2,
        "name": { "ja": "ネットワーク環境事情", "en": "No network" },
        "condition": { "ja": "光回線がない。", "en": "No optical line." },
        "eligible_kinds": ["VISITING_NURSING"],
        "fields": [
          { "field": "line_status", "requirement": "ALWAYS" },
          {
            "field": "line_ready_date",
            "requirement": { "WHEN_ONE_OF": { "field": "line_status", "words": ["AVAILABLE"] } }
          }
        ],
        "attachment": "NONE",
        "excused_until": {
          "basis": { "MONTHS_AFTER": { "field": "line_ready_date", "months": 6 } },
          "cap": "2025-06-30",
          "text": { "ja": "回線の整備から6か月です。", "en": "Six months after the line is ready." }
        }
      },
      {
        "category": "REBUILDING_OR_TEMPORARY",
        "number": 3,
        "name": { "ja": "改築工事中・臨時施設", "en": "Rebuilding or temporary site" },
        "condition": { "ja": "改築工事中である。", "en": "Being rebuilt." },
        "eligible_kinds": ["VISITING_NURSING"],
        "fields": [
          { "field": "works", "requirement": "ALWAYS" },
          { "field": "expected_end_date", "requirement": "ALWAYS" }
        ],
        "attachment": "NONE",
        "excused_until": {
          "basis": { "DAY_OF": { "field": "expected_end_date" } },
          "cap": "2025-06-30",
          "text": { "ja": "工事の完了までです。", "en": "Until the works end." }
        }
      },
      {
        "category": "SPECIAL_HARDSHIP",
        "number": 5,
        "name": { "ja": "その他特に困難な事情", "en": "Another special hardship" },
        "condition": { "ja": "特に困難な事情がある。", "en": "A special hardship." },
        "eligible_kinds": ["VISITING_NURSING"],
        "fields": [
          { "field": "circumstance", "requirement": "ALWAYS" },
          { "field": "description", "requirement": "ALWAYS" }
        ],
        "attachment": "OPTIONAL",
        "excused_until": {
          "basis": "OPEN",
          "cap": "2025-06-30",
          "text": { "ja": "事情が解消されるまでです。", "en": "Until the hardship ends." }
        }
      }
    ]
  }]
}"#;
