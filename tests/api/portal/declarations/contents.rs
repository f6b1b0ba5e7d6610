//! Faults in the content of a declaration: each is reported at the member that has it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::reasons::{self, Reason};
use crate::support::{FacilityClient, Reply, TestApp, forms};

const PREVIEW_PATH: &str = "/v1/declarations/preview";

/// The members that the round's public data names for a category, with their requirements.
fn members(round: &Value, category: &str) -> Vec<(String, Value)> {
    let rules = round["categories"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["category"] == category).unwrap();
    let fields = rule["fields"].as_array().unwrap().iter();
    fields
        .map(|rule| (rule["field"].as_str().unwrap().to_owned(), rule["requirement"]["kind"].clone()))
        .collect()
}

/// The names of all members that any category has.
fn every_member(round: &Value) -> BTreeSet<String> {
    let rules = round["categories"].as_array().unwrap().iter();
    rules.flat_map(|rule| members(round, rule["category"].as_str().unwrap())).map(|(name, _)| name).collect()
}

/// A valid value of the member.
fn sample(member: &str) -> Value {
    match member {
        "expected_completion_month" => json!("2023-08"),
        "line_status" => json!("AVAILABLE"),
        "home_visits_only_confirmed" => json!(true),
        "works" => json!("REBUILDING"),
        "plan" => json!("CLOSING"),
        "circumstance" => json!("OTHER"),
        "youngest_fulltime_age" => json!(69),
        "vendor_name" | "description" | "difficulty" => json!("説明"),
        date => {
            assert!(date.ends_with("_date"), "no sample for a new member: {date}");
            json!("2023-02-01")
        }
    }
}

/// Invalid values of a member, each with the code of its fault.
fn invalid_values(member: &str) -> Vec<(Value, &'static str)> {
    let mut values = match member {
        "expected_completion_month" => {
            vec![(json!("2023-13"), "MONTH_FORM"), (json!("2023-08-01"), "MONTH_FORM")]
        }
        "home_visits_only_confirmed" => vec![(json!("true"), "WRONG_TYPE"), (json!(false), "MUST_BE_TRUE")],
        "youngest_fulltime_age" => {
            vec![(json!(17), "OUT_OF_RANGE"), (json!(121), "OUT_OF_RANGE"), (json!(69.5), "WRONG_TYPE")]
        }
        "vendor_name" => vec![
            (json!(" "), "BLANK"),
            (json!("髙".repeat(101)), "TOO_LONG"),
            (json!("a\nb"), "CONTROL_CHARACTER"),
        ],
        "description" | "difficulty" => vec![
            (json!(""), "BLANK"),
            (json!("﨑".repeat(2001)), "TOO_LONG"),
            (json!("a\u{7}b"), "CONTROL_CHARACTER"),
        ],
        "line_status" | "works" | "plan" | "circumstance" => {
            vec![(json!("available"), "UNKNOWN_VALUE"), (json!("x".repeat(41)), "TOO_LONG")]
        }
        _ => vec![
            (json!("2023-02-29"), "DATE_FORM"),
            (json!("2023/02/01"), "DATE_FORM"),
            (json!("令和5年2月1日"), "DATE_FORM"),
        ],
    };
    values.extend([(json!({}), "WRONG_TYPE"), (json!([true]), "WRONG_TYPE")]);
    values
}

/// A clinic with a stored attachment, and the public data of the round.
struct PreviewFixture {
    app: TestApp,
    clinic: FacilityClient,
    upload: String,
    round: Value,
}

impl PreviewFixture {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let clinic = app.clinic().await;
        let upload = clinic.attach(&forms::pdf()).await;
        let round = app.anonymous().get("/v1/transitional-measures/2023").await.assert_status(200).body;
        Self { app, clinic, upload, round }
    }

    /// Rehearses a declaration for a reason.
    async fn preview(&self, reason: &Reason) -> Reply {
        self.clinic.post(PREVIEW_PATH, &reason.declaration(&self.upload)).await
    }
}

#[apply(on_both_databases)]
async fn a_missing_required_member_is_reported_and_a_missing_optional_one_is_accepted() {
    let fixture = PreviewFixture::start().await;
    let mut optional = BTreeSet::new();
    for mut reason in reasons::all() {
        let complete = reason.form.clone();
        for (member, requirement) in members(&fixture.round, reason.category()) {
            if complete.get(&member).is_none() {
                continue;
            }
            reason.form = complete.clone();
            reason.form.as_object_mut().unwrap().remove(&member);
            let reply = fixture.preview(&reason).await;
            if requirement == "OPTIONAL" {
                optional.insert(member);
                reply.assert_status(200);
            } else {
                reply.assert_faults(&[(&format!("/reason/{member}"), "REQUIRED")]);
            }
        }
    }
    assert_eq!(optional, BTreeSet::from(["vendor_name".to_owned()]));
}

#[apply(on_both_databases)]
async fn a_member_that_does_not_belong_to_the_category_or_condition_is_not_applicable() {
    let fixture = PreviewFixture::start().await;
    let all = every_member(&fixture.round);
    assert_eq!(all.len(), 14);
    let mut refused = 0;
    for mut reason in reasons::all() {
        let complete = reason.form.clone();
        for member in all.iter().filter(|member| complete.get(member.as_str()).is_none()) {
            reason.form = complete.clone();
            reason.form[member] = sample(member);
            let reply = fixture.preview(&reason).await;
            reply.assert_faults(&[(&format!("/reason/{member}"), "NOT_APPLICABLE")]);
            refused += 1;
        }
    }
    assert!(refused > 100, "{refused}");
}

#[apply(on_both_databases)]
async fn each_invalid_value_of_a_member_is_refused_with_its_code() {
    let fixture = PreviewFixture::start().await;
    let mut tried = BTreeSet::new();
    for mut reason in reasons::all() {
        let complete = reason.form.clone();
        for (member, _) in members(&fixture.round, reason.category()) {
            if complete.get(&member).is_none() || !tried.insert(member.clone()) {
                continue;
            }
            for (value, code) in invalid_values(&member) {
                reason.form = complete.clone();
                reason.form[&member] = value.clone();
                let reply = fixture.preview(&reason).await;
                reply.assert_faults(&[(&format!("/reason/{member}"), code)]);
            }
        }
    }
    assert_eq!(tried, every_member(&fixture.round));
}

#[apply(on_both_databases)]
async fn the_last_value_within_each_limit_is_accepted_and_the_next_is_refused() {
    let fixture = PreviewFixture::start().await;
    let (contract, completion) = ("/reason/contract_date", "/reason/expected_completion_month");
    let age = |age: i64| json!({ "circumstance": "ELDERLY_DOCTORS", "youngest_fulltime_age": age, "difficulty": "説明" });
    for (reason, fault) in [
        (reasons::system("2023-02-03", "2023-08", ""), None),
        (reasons::system("2023-02-04", "2023-08", ""), Some((contract, "DATE_TOO_LATE"))),
        (reasons::system("2023-02-01", "2023-09", ""), None),
        (reasons::system("2023-02-01", "2023-10", ""), Some((completion, "MONTH_TOO_LATE"))),
        (reasons::system("2023-02-01", "2023-04", ""), None),
        (reasons::system("2023-02-01", "2023-03", ""), Some((completion, "ENDS_BEFORE_DUTY"))),
        (reasons::line_ready("2022-10-01", ""), None),
        (reasons::line_ready("2023-02-03", ""), None),
        (reasons::line_ready("2023-02-04", ""), Some(("/reason/line_ready_date", "DATE_TOO_LATE"))),
        (reasons::line_ready("2199-12-31", ""), Some(("/reason/line_ready_date", "DATE_TOO_LATE"))),
        (reasons::line_ready("2022-09-30", ""), Some(("/reason/line_ready_date", "ENDS_BEFORE_DUTY"))),
        (reasons::works("REBUILDING", "2023-04-01"), None),
        (reasons::works("REBUILDING", "2023-03-31"), Some(("/reason/expected_end_date", "ENDS_BEFORE_DUTY"))),
        (reasons::closing("CLOSING", "2023-04-01", ""), None),
        (reasons::closing("CLOSING", "2023-03-31", ""), Some(("/reason/planned_date", "ENDS_BEFORE_DUTY"))),
        (reasons::hardship(age(18)), None),
        (reasons::hardship(age(17)), Some(("/reason/youngest_fulltime_age", "OUT_OF_RANGE"))),
        (reasons::hardship(age(69)), None),
        (reasons::hardship(age(70)), Some(("/reason/difficulty", "NOT_APPLICABLE"))),
    ] {
        let reply = fixture.preview(&reason).await;
        if let Some(fault) = fault {
            reply.assert_faults(&[fault]);
        } else {
            reply.assert_status(200);
        }
    }
}

#[apply(on_both_databases)]
async fn what_has_happened_has_happened_by_the_day_in_japan() {
    let fixture = PreviewFixture::start().await;
    for (clock, today, tomorrow) in [
        ("2023-02-05T14:59:59Z", "2023-02-05", "2023-02-06"),
        ("2023-02-05T15:00:00Z", "2023-02-06", "2023-02-07"),
    ] {
        fixture.app.set_clock(clock);
        let clinic = fixture.clinic.log_in_again(&fixture.app).await;
        for (pointer, reason) in [
            ("/reason/line_ready_date", reasons::line_ready as fn(&str, &'static str) -> _),
            ("/reason/contract_date", |day, end| reasons::system(day, "2023-08", end)),
        ] {
            let on = |day: &str| reason(day, "").declaration(&fixture.upload);
            clinic.post(PREVIEW_PATH, &on(today)).await.assert_status(200);
            let reply = clinic.post(PREVIEW_PATH, &on(tomorrow)).await;
            reply.assert_faults(&[(pointer, "DATE_TOO_LATE")]);
        }
    }
}

#[apply(on_both_databases)]
async fn the_latest_contract_date_is_the_last_day_of_february_whenever_the_declaration_is_filed() {
    let fixture = PreviewFixture::start().await;
    fixture.app.set_clock("2023-03-15T09:00:00+09:00");
    let clinic = fixture.clinic.log_in_again(&fixture.app).await;
    for (day, accepted) in [("2023-02-28", true), ("2023-03-01", false)] {
        let declaration = reasons::system(day, "2023-08", "").declaration(&fixture.upload);
        let reply = clinic.post(PREVIEW_PATH, &declaration).await;
        if accepted {
            reply.assert_status(200);
        } else {
            reply.assert_faults(&[("/reason/contract_date", "DATE_TOO_LATE")]);
            let detail = reply.body["errors"][0]["detail"].as_str().unwrap();
            assert!(detail.contains("令和5年2月28日以前"), "{detail}");
        }
    }
}
