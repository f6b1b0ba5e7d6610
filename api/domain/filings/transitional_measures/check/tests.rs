//! Each test case makes the real file of 2023 inconsistent in one place and checks the error.

use serde_json::{Value, json};

use crate::domain::filings::transitional_measures::RoundFile;
use crate::domain::filings::transitional_measures::error::RoundFileError;
use crate::domain::filings::transitional_measures::testing::ROUND_2023;

/// Parses the file after one value was replaced or one member was added.
fn parse_with(pointer: &str, value: &Value) -> Result<RoundFile, RoundFileError> {
    let mut file: Value = serde_json::from_str(ROUND_2023).unwrap();
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = file.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
    match parent {
        Value::Array(entries) => entries[member.parse::<usize>().unwrap()] = value.clone(),
        Value::Object(members) => drop(members.insert(member.to_owned(), value.clone())),
        _ => panic!("{pointer}"),
    }
    RoundFile::parse(&file.to_string())
}

/// The error after one value of the file was replaced or one member was added.
fn refusal(pointer: &str, value: &Value) -> String {
    parse_with(pointer, value).expect_err(pointer).to_string()
}

fn months_after(field: &str, months: u32) -> Value {
    json!({ "kind": "MONTHS_AFTER", "field": field, "months": months })
}

#[test]
fn the_first_and_the_last_permitted_values_are_accepted() {
    let fixed = json!({ "kind": "FIXED", "date": "2023-04-01" });
    for (pointer, value) in [
        ("/editions/1/effective_from", json!("2022-12-24")),
        ("/editions/1/opens_on", json!("2023-03-31")),
        ("/editions/1/late_until", json!("2023-03-31")),
        ("/editions/0/categories/0/excused_until/cap", json!("2023-04-01")),
        ("/editions/0/categories/1/excused_until/basis", months_after("line_ready_date", 1)),
        ("/editions/0/categories/1/excused_until/basis", months_after("line_ready_date", 120)),
        ("/editions/0/categories/2/excused_until/basis", fixed),
    ] {
        if let Err(error) = parse_with(pointer, &value) {
            panic!("{pointer} {value}: {error}");
        }
    }
}

#[test]
fn an_error_in_an_edition_names_the_round_and_the_edition() {
    let blank = json!({ "ja": "届出", "en": " " });
    let repeated_kind = json!(["MEDICAL", "DENTAL", "PHARMACY", "DENTAL"]);
    for (pointer, value, problem) in [
        ("/editions/1/effective_from", json!("2022-12-23"), "effective_from does not come after"),
        ("/editions/1/effective_from", json!("2022-12-22"), "effective_from does not come after"),
        ("/editions/1/opens_on", json!("2023-04-01"), "until is before opens_on"),
        ("/editions/1/late_until", json!("2023-03-30"), "late_until is before until"),
        ("/editions/1/eligible_kinds", json!([]), "eligible_kinds is empty"),
        ("/editions/1/eligible_kinds", repeated_kind, "eligible_kinds names Dental twice"),
        ("/editions/1/categories", json!([]), "categories is empty"),
        (
            "/editions/1/categories/1/category",
            json!("SYSTEM_IN_PROGRESS"),
            "category SYSTEM_IN_PROGRESS is listed twice",
        ),
        ("/editions/1/categories/1/number", json!(6), "number 6 is used twice"),
        ("/editions/1/name", blank.clone(), "name is blank in one language"),
        ("/editions/1/notes", blank, "notes is blank in one language"),
    ] {
        let error = refusal(pointer, &value);
        assert!(
            error.starts_with("round 2023, edition of 202") && error.contains(problem),
            "{pointer}: {error}"
        );
    }
}

#[test]
fn a_round_without_editions_is_refused() {
    assert_eq!(refusal("/editions", &json!([])), "round 2023: there is no edition");
}

#[test]
fn an_error_in_a_category_names_the_round_the_edition_and_the_category() {
    let one_of =
        |field: &str, words: &[&str]| json!({ "kind": "WHEN_ONE_OF", "field": field, "words": words });
    let below = |field: &str| json!({ "kind": "WHEN_BELOW", "field": field, "limit": 70 });
    let end_of_month = |field: &str| json!({ "kind": "END_OF_MONTH_OF", "field": field });
    let day_of = |field: &str| json!({ "kind": "DAY_OF", "field": field });
    let words = "must list one or more words of circumstance, each once";
    let blank = json!({ "ja": "", "en": "Text" });
    for (place, value, problem) in [
        ("0/number", json!(0), "number 0 is not between 1 and 6"),
        ("0/number", json!(7), "number 7 is not between 1 and 6"),
        ("0/eligible_kinds", json!([]), "eligible_kinds is empty"),
        ("0/eligible_kinds", json!(["MEDICAL", "MEDICAL"]), "eligible_kinds names Medical twice"),
        (
            "0/eligible_kinds",
            json!(["VISITING_NURSING"]),
            "names VisitingNursing, which is not in the edition's eligible_kinds",
        ),
        ("0/fields/1/field", json!("contract_date"), "field contract_date is listed twice"),
        ("0/fields/0/not_after", json!("2023-02"), "not_after of contract_date does not fit its form"),
        ("0/fields/1/not_after", json!("2023-09-30"), "not_after of expected_completion_month does not fit"),
        ("0/fields/2/not_after", json!("2023-09-30"), "not_after of vendor_name does not fit its form"),
        (
            "0/fields/1/not_in_future",
            json!(true),
            "not_in_future is not allowed for expected_completion_month",
        ),
        ("0/excused_until/basis", end_of_month("works"), "depends on works, which is not a field"),
        (
            "0/excused_until/basis",
            end_of_month("contract_date"),
            "depends on contract_date, which does not have",
        ),
        ("0/excused_until/basis", day_of("expected_completion_month"), "which does not have the form"),
        ("0/excused_until/cap", json!("2023-03-31"), "ends on 2023-03-31, before the duty begins"),
        ("1/excused_until/basis", months_after("line_status", 6), "which does not have the form"),
        ("1/excused_until/basis", months_after("line_ready_date", 0), "has 0 months"),
        ("1/excused_until/basis", months_after("line_ready_date", 121), "has 121 months"),
        ("1/fields/1/requirement", below("line_status"), "does not fit the form of line_status"),
        (
            "1/fields/0/requirement",
            one_of("line_ready_date", &["AVAILABLE"]),
            "which is not listed before it",
        ),
        ("1/fields/0/requirement", one_of("line_status", &["AVAILABLE"]), "which is not listed before it"),
        ("1/attachment_note", json!({ "ja": "写し", "en": "A copy" }), "not allowed with attachment NONE"),
        ("2/excused_until/basis", json!({ "kind": "FIXED", "date": "2023-03-31" }), "ends on 2023-03-31"),
        ("2/excused_until/cap", json!("2024-12-01"), "has both a fixed date and a cap"),
        ("4/excused_until/basis", day_of("expected_end_date"), "which is not a field of the category"),
        ("5/fields/1/requirement", one_of("circumstance", &[]), words),
        ("5/fields/1/requirement", one_of("circumstance", &["FLOOD"]), words),
        ("5/fields/1/requirement", one_of("circumstance", &["OTHER", "OTHER"]), words),
        ("5/fields/3/requirement", one_of("youngest_fulltime_age", &["70"]), "does not fit the form"),
        ("5/name", blank.clone(), "name is blank in one language"),
        ("5/condition", blank.clone(), "condition is blank in one language"),
        ("5/attachment_note", blank.clone(), "attachment_note is blank in one language"),
        ("5/excused_until/text", blank, "excused_until.text is blank in one language"),
    ] {
        let error = refusal(&format!("/editions/0/categories/{place}"), &value);
        let names_the_category = error.starts_with("round 2023, edition of 2022-12-23, category ");
        assert!(names_the_category && error.contains(problem), "{place}: {error}");
    }
}
