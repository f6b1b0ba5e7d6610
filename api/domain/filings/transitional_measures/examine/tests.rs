//! Correct and faulty statements of every category, with the real file of 2023 and with a round for visiting
//! nurses.

use proptest::prelude::*;

use super::*;
use crate::domain::filings::transitional_measures::testing::*;
use crate::domain::filings::transitional_measures::{Category, Circumstance};
use crate::domain::values::facility_code::FacilityKind::{Dental, Medical, Pharmacy, VisitingNursing};

/// The day of filing in tests that do not set another.
const FILED: &str = "2023-03-15";

fn attachments_for(edition: &Edition, category: Category) -> usize {
    edition.rule(category).map_or(0, |rule| usize::from(rule.attachment == AttachmentRule::Required))
}

/// The faults of a statement by a medical facility that attaches only the required files.
fn faults(edition: &Edition, statement: &Statement) -> Vec<(Pointer, Fault)> {
    edition.examine(statement, Medical, attachments_for(edition, statement.category), day(FILED))
}

#[test]
fn a_complete_statement_passes_for_every_kind_that_may_use_its_category() {
    for edition in round_2023().editions {
        for statement in complete_statements() {
            for kind in &edition.rule(statement.category).unwrap().eligible_kinds {
                let attachments = attachments_for(&edition, statement.category);
                let faults = edition.examine(&statement, *kind, attachments, day(FILED));
                assert_eq!(faults, [], "{statement:?} {kind:?}");
            }
        }
    }
}

#[test]
fn a_required_member_must_be_present_and_an_optional_one_may_be_absent() {
    let edition = first_edition_2023();
    for statement in complete_statements() {
        for field in StatementField::ALL.iter().filter(|field| statement.value(**field).is_some()) {
            let mut without = statement.clone();
            clear(&mut without, *field);
            let expected: &[_] = match field {
                StatementField::VendorName => &[],
                _ => &[(field.pointer(), Fault::Required)],
            };
            assert_eq!(faults(&edition, &without), expected, "{without:?}");
        }
    }
}

#[test]
fn a_member_of_another_category_is_refused_at_its_place() {
    let edition = first_edition_2023();
    let mut refused = 0;
    for statement in complete_statements() {
        for field in StatementField::ALL.iter().filter(|field| statement.value(**field).is_none()) {
            let mut with = statement.clone();
            set_sample(&mut with, *field);
            assert_eq!(faults(&edition, &with), [(field.pointer(), Fault::NotApplicable)], "{with:?}");
            refused += 1;
        }
    }
    assert_eq!(refused, 144, "the number of absent members in the twelve complete statements");
}

#[test]
fn a_value_at_a_limit_is_accepted_and_a_value_beyond_it_is_refused() {
    let edition = first_edition_2023();
    let contract = Fault::DateTooLate { limit: day("2023-02-28") };
    let completion = Fault::MonthTooLate { limit: month("2023-09") };
    let not_ready = Fault::DateTooLate { limit: day(FILED) };
    let too_early = Fault::EndsBeforeDuty { duty_begins: day("2023-04-01") };
    for (statement, expected) in [
        (system_in_progress("2023-02-27", "2023-09"), None),
        (system_in_progress("2023-02-28", "2023-09"), None),
        (system_in_progress("2023-03-01", "2023-09"), Some(("/reason/contract_date", contract))),
        (
            system_in_progress("2023-02-28", "2023-10"),
            Some(("/reason/expected_completion_month", completion)),
        ),
        (system_in_progress("2023-02-28", "2023-04"), None),
        (system_in_progress("2023-02-28", "2023-03"), Some(("/reason/expected_completion_month", too_early))),
        (line_ready("2022-10-02"), None),
        (line_ready("2022-10-01"), None),
        (line_ready(FILED), None),
        (line_ready("2023-03-16"), Some(("/reason/line_ready_date", not_ready))),
        (line_ready("2199-12-31"), Some(("/reason/line_ready_date", not_ready))),
        (line_ready("2022-09-30"), Some(("/reason/line_ready_date", too_early))),
        (works_until("2023-04-02"), None),
        (works_until("2023-04-01"), None),
        (works_until("2023-03-31"), Some(("/reason/expected_end_date", too_early))),
        (closing_on("2023-04-02"), None),
        (closing_on("2023-04-01"), None),
        (closing_on("2023-03-31"), Some(("/reason/planned_date", too_early))),
        (elderly(18, true), None),
        (elderly(69, true), None),
        (elderly(69, false), Some(("/reason/difficulty", Fault::Required))),
        (elderly(70, true), Some(("/reason/difficulty", Fault::NotApplicable))),
        (elderly(70, false), None),
        (elderly(120, false), None),
    ] {
        assert_eq!(faults(&edition, &statement), Vec::from_iter(expected), "{statement:?}");
    }
}

#[test]
fn a_contract_date_after_the_day_of_filing_or_after_february_is_refused() {
    let edition = first_edition_2023();
    for (filed, contract, limit) in [
        ("2023-02-10", "2023-02-10", None),
        ("2023-02-10", "2023-02-11", Some("2023-02-10")),
        ("2023-02-10", "2023-03-01", Some("2023-02-10")),
        ("2023-02-28", "2023-03-01", Some("2023-02-28")),
        ("2023-03-31", "2023-03-01", Some("2023-02-28")),
    ] {
        let found = edition.examine(&system_in_progress(contract, "2023-06"), Dental, 1, day(filed));
        let expected = limit.map(|limit| ("/reason/contract_date", Fault::DateTooLate { limit: day(limit) }));
        assert_eq!(found, Vec::from_iter(expected), "{filed} {contract}");
    }
}

#[test]
fn a_confirmation_that_is_false_is_refused() {
    let mut statement = home_visits_only();
    set(&mut statement, StatementField::HomeVisitsOnlyConfirmed, Value::Confirmation(false));
    let expected = [("/reason/home_visits_only_confirmed", Fault::MustBeTrue)];
    assert_eq!(faults(&first_edition_2023(), &statement), expected);
}

#[test]
fn each_category_requires_allows_or_refuses_attachments() {
    let edition = first_edition_2023();
    for statement in complete_statements() {
        for attachments in [0, 1, 2, usize::MAX] {
            let expected = match (statement.category, attachments) {
                (Category::SystemInProgress, 0) => Some(Fault::AttachmentRequired),
                (Category::SystemInProgress | Category::SpecialHardship, _) | (_, 0) => None,
                _ => Some(Fault::AttachmentNotExpected),
            };
            let found = edition.examine(&statement, Medical, attachments, day(FILED));
            assert_eq!(found, Vec::from_iter(expected.map(|fault| ("/attachment_ids", fault))));
        }
    }
}

#[test]
fn in_2023_pharmacies_may_not_use_home_visits_only_and_visiting_nurses_may_not_file() {
    for edition in round_2023().editions {
        for statement in complete_statements() {
            let attachments = attachments_for(&edition, statement.category);
            let faults_of = |kind| edition.examine(&statement, kind, attachments, day(FILED));
            let pharmacy: &[_] = match statement.category {
                Category::HomeVisitsOnly => &[("/reason/category", Fault::CategoryNotForKind)],
                _ => &[],
            };
            assert_eq!(faults_of(Pharmacy), pharmacy);
            assert_eq!(faults_of(VisitingNursing), [("/round", Fault::RoundNotForKind)]);
        }
    }
}

#[test]
fn all_faults_are_reported_together() {
    let mut statement = system_in_progress("2023-03-01", "2023-10");
    set(&mut statement, StatementField::Circumstance, Value::Word(Circumstance::Other.code()));
    let found = first_edition_2023().examine(&statement, VisitingNursing, 0, day(FILED));
    let pointers: Vec<_> = found.iter().map(|(pointer, _)| *pointer).collect();
    assert_eq!(
        pointers,
        [
            "/round",
            "/reason/contract_date",
            "/reason/expected_completion_month",
            "/reason/circumstance",
            "/attachment_ids",
        ]
    );
}

#[test]
fn a_round_for_visiting_nurses_is_checked_by_the_rules_of_its_own_file() {
    let round = home_visit_nursing_round();
    let edition = &round.editions[0];
    let filed = day("2024-10-01");
    let faults_of = |statement: &Statement, kind| edition.examine(statement, kind, 1, filed);
    let late_contract = Fault::DateTooLate { limit: day("2024-09-30") };
    assert_eq!(faults_of(&system_in_progress("2024-09-30", "2025-06"), VisitingNursing), []);
    assert_eq!(
        faults_of(&system_in_progress("2024-10-01", "2025-07"), VisitingNursing),
        [
            ("/reason/contract_date", late_contract),
            ("/reason/expected_completion_month", Fault::MonthTooLate { limit: month("2025-06") }),
        ]
    );
    assert_eq!(
        faults_of(&home_visits_only(), VisitingNursing),
        [("/reason/category", Fault::CategoryNotOffered)]
    );
    assert_eq!(
        faults_of(&home_visits_only(), Medical),
        [("/round", Fault::RoundNotForKind), ("/reason/category", Fault::CategoryNotOffered)]
    );
}

fn any_statement() -> impl Strategy<Value = Statement> {
    let day = || (0_i64..1500).prop_map(|days| day("2022-01-01") + chrono::Duration::days(days));
    let changed =
        (proptest::sample::select(complete_statements()), day(), 1..=12_u32, 2022..=2025_i32, 10..130_i64);
    let extra = proptest::option::weighted(0.1, proptest::sample::select(StatementField::ALL));
    (changed, extra).prop_map(|((mut statement, day, month, year, age), extra)| {
        let month = YearMonth::parse(&format!("{year}-{month:02}")).unwrap();
        for (field, value) in &mut statement.members {
            match value {
                Value::Date(stated) if *field == StatementField::ContractDate => {
                    *stated = day.min(self::day("2023-03-02"));
                }
                Value::Date(stated) => *stated = day,
                Value::Month(stated) => *stated = month,
                Value::Integer(stated) => *stated = age,
                Value::Text(_) | Value::Word(_) | Value::Confirmation(_) => {}
            }
        }
        if let Some(field) = extra {
            set_sample(&mut statement, field);
        }
        statement
    })
}

proptest! {
    #[test]
    fn an_excuse_ends_between_start_of_duty_and_cap(statement in any_statement(), filed in 0_i64..800) {
        let today = day("2023-01-27") + chrono::Duration::days(filed);
        for edition in round_2023().editions.into_iter().chain(home_visit_nursing_round().editions) {
            let attachments = attachments_for(&edition, statement.category);
            let found = edition.examine(&statement, edition.eligible_kinds[0], attachments, today);
            let places = found.iter().map(|(pointer, _)| pointer).collect::<std::collections::HashSet<_>>();
            prop_assert_eq!(places.len(), found.len(), "a place has two faults");
            if !found.is_empty() {
                continue;
            }
            let excused = edition.excused_until(&statement).unwrap();
            let cap = edition.rule(statement.category).unwrap().excused_until.cap;
            prop_assert!(excused.date.is_none_or(|date| date >= edition.duty_begins_on));
            prop_assert!(excused.date.zip(cap).is_none_or(|(date, cap)| date <= cap));
            prop_assert!(cap.is_none() || excused.date.is_some());
            prop_assert!(!excused.capped || excused.date == cap);
        }
    }
}
