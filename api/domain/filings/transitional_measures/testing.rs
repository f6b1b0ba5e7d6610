//! Fixtures for the tests of rounds: two rounds, and complete statements of every category.

use chrono::NaiveDate;

use super::StatementField as F;
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

fn statement_of<const N: usize>(category: Category, members: [(StatementField, Value); N]) -> Statement {
    Statement { category, members: members.into() }
}

pub(super) fn system_in_progress(contract: &str, completion: &str) -> Statement {
    statement_of(
        Category::SystemInProgress,
        [
            (F::ContractDate, Value::Date(day(contract))),
            (F::ExpectedCompletionMonth, Value::Month(month(completion))),
        ],
    )
}

pub(super) fn no_line() -> Statement {
    statement_of(Category::NoNetwork, [(F::LineStatus, Value::Word(LineStatus::NotAvailable.code()))])
}

pub(super) fn line_ready(ready: &str) -> Statement {
    statement_of(
        Category::NoNetwork,
        [
            (F::LineStatus, Value::Word(LineStatus::Available.code())),
            (F::LineReadyDate, Value::Date(day(ready))),
        ],
    )
}

pub(super) fn home_visits_only() -> Statement {
    statement_of(Category::HomeVisitsOnly, [(F::HomeVisitsOnlyConfirmed, Value::Confirmation(true))])
}

pub(super) fn works_until(end: &str) -> Statement {
    statement_of(
        Category::RebuildingOrTemporary,
        [(F::Works, Value::Word(Works::Rebuilding.code())), (F::ExpectedEndDate, Value::Date(day(end)))],
    )
}

pub(super) fn closing_on(planned: &str) -> Statement {
    statement_of(
        Category::ClosingOrSuspending,
        [(F::Plan, Value::Word(Plan::Closing.code())), (F::PlannedDate, Value::Date(day(planned)))],
    )
}

pub(super) fn disaster() -> Statement {
    statement_of(
        Category::SpecialHardship,
        [
            (F::Circumstance, Value::Word(Circumstance::Disaster.code())),
            (F::Description, Value::Text("豪雨により診療所が浸水した。".to_owned())),
        ],
    )
}

/// A statement with elderly doctors. `has_difficulty` adds the difficulty that is required for a younger doctor.
pub(super) fn elderly(age: i64, has_difficulty: bool) -> Statement {
    let mut statement = statement_of(
        Category::SpecialHardship,
        [
            (F::Circumstance, Value::Word(Circumstance::ElderlyDoctors.code())),
            (F::YoungestFulltimeAge, Value::Integer(age)),
        ],
    );
    if has_difficulty {
        set(&mut statement, F::Difficulty, Value::Text("機器の操作ができる職員がいない。".to_owned()));
    }
    statement
}

/// Sets a member.
pub(super) fn set(statement: &mut Statement, field: StatementField, value: Value) {
    statement.members.insert(field, value);
}

/// Statements that the round of 2023 accepts, for every category and every condition.
pub(super) fn complete_statements() -> Vec<Statement> {
    let mut with_vendor = system_in_progress("2023-02-28", "2023-09");
    set(&mut with_vendor, F::VendorName, Value::Text("株式会社例示システム".to_owned()));
    let mut temporary = works_until("2025-03-31");
    set(&mut temporary, F::Works, Value::Word(Works::TemporarySite.code()));
    let mut suspending = closing_on("2024-11-30");
    set(&mut suspending, F::Plan, Value::Word(Plan::Suspending.code()));
    let mut other = disaster();
    set(&mut other, F::Circumstance, Value::Word(Circumstance::Other.code()));
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
    let value = match field.form() {
        FieldForm::Date => Value::Date(day("2023-02-01")),
        FieldForm::Month => Value::Month(month("2023-06")),
        FieldForm::Line | FieldForm::Paragraph => Value::Text("例示".to_owned()),
        FieldForm::Word { codes, .. } => Value::Word(codes.last().unwrap()),
        FieldForm::Confirmation => Value::Confirmation(true),
        FieldForm::Integer { .. } => Value::Integer(75),
    };
    set(statement, field, value);
}

/// Removes a member.
pub(super) fn clear(statement: &mut Statement, field: StatementField) {
    statement.members.remove(&field).unwrap();
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
          { "field": "contract_date", "requirement": { "kind": "ALWAYS" }, "not_after": "2024-09-30", "not_in_future": true },
          { "field": "expected_completion_month", "requirement": { "kind": "ALWAYS" }, "not_after": "2025-06" }
        ],
        "attachment": "REQUIRED",
        "excused_until": {
          "basis": { "kind": "END_OF_MONTH_OF", "field": "expected_completion_month" },
          "cap": "2025-06-30",
          "text": { "ja": "整備の完了まで", "en": "Until the installation is complete." }
        }
      },
      {
        "category": "NO_NETWORK",
        "number": 2,
        "name": { "ja": "ネットワーク環境事情", "en": "No network" },
        "condition": { "ja": "光回線がない。", "en": "No optical line." },
        "eligible_kinds": ["VISITING_NURSING"],
        "fields": [
          { "field": "line_status", "requirement": { "kind": "ALWAYS" } },
          {
            "field": "line_ready_date",
            "requirement": { "kind": "WHEN_ONE_OF", "field": "line_status", "words": ["AVAILABLE"] }
          }
        ],
        "attachment": "NONE",
        "excused_until": {
          "basis": { "kind": "MONTHS_AFTER", "field": "line_ready_date", "months": 6 },
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
          { "field": "works", "requirement": { "kind": "ALWAYS" } },
          { "field": "expected_end_date", "requirement": { "kind": "ALWAYS" } }
        ],
        "attachment": "NONE",
        "excused_until": {
          "basis": { "kind": "DAY_OF", "field": "expected_end_date" },
          "cap": "2025-06-30",
          "text": { "ja": "工事の完了まで", "en": "Until the works end." }
        }
      },
      {
        "category": "SPECIAL_HARDSHIP",
        "number": 5,
        "name": { "ja": "その他特に困難な事情", "en": "Another special hardship" },
        "condition": { "ja": "特に困難な事情がある。", "en": "A special hardship." },
        "eligible_kinds": ["VISITING_NURSING"],
        "fields": [
          { "field": "circumstance", "requirement": { "kind": "ALWAYS" } },
          { "field": "description", "requirement": { "kind": "ALWAYS" } }
        ],
        "attachment": "OPTIONAL",
        "excused_until": {
          "basis": { "kind": "OPEN" },
          "cap": "2025-06-30",
          "text": { "ja": "事情が解消されるまで", "en": "Until the hardship ends." }
        }
      }
    ]
  }]
}"#;
