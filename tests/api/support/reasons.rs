//! Complete reasons of the round of 2023, one of every kind, with the result that each must have.

use serde_json::{Value, json};

/// A reason and the result that the service must give for it.
pub struct Reason {
    pub form: Value,
    pub attached: bool,
    pub until: Option<&'static str>,
    pub basis: &'static str,
    pub capped: bool,
}

impl Reason {
    /// The declaration of this reason, with an attachment if it needs one.
    pub fn declaration(&self, upload: &str) -> Value {
        let mut declaration = super::forms::declaration(&self.form);
        if self.attached {
            declaration["attachment_ids"] = json!([upload]);
        }
        declaration
    }

    /// The category's code.
    pub fn category(&self) -> &str {
        self.form["category"].as_str().unwrap()
    }
}

fn reason(category: &str, members: Value, until: Option<&'static str>, basis: &'static str) -> Reason {
    let mut form = members;
    form["category"] = json!(category);
    Reason { attached: category == "SYSTEM_IN_PROGRESS", form, until, basis, capped: false }
}

/// A copy of the contract is attached.
pub fn system(contract: &str, completion: &str, until: &'static str) -> Reason {
    let members = json!({
        "contract_date": contract,
        "expected_completion_month": completion,
        "vendor_name": "架空システム株式会社",
    });
    reason("SYSTEM_IN_PROGRESS", members, Some(until), "END_OF_MONTH_OF")
}

pub fn line_ready(day: &str, until: &'static str) -> Reason {
    let members = json!({ "line_status": "AVAILABLE", "line_ready_date": day });
    reason("NO_NETWORK", members, Some(until), "MONTHS_AFTER")
}

pub fn home_visits() -> Reason {
    let members = json!({ "home_visits_only_confirmed": true });
    reason("HOME_VISITS_ONLY", members, Some("2024-04-01"), "FIXED")
}

pub fn works(which: &str, end: &'static str) -> Reason {
    let members = json!({ "works": which, "expected_end_date": end });
    reason("REBUILDING_OR_TEMPORARY", members, Some(end), "DAY_OF")
}

pub fn closing(plan: &str, day: &str, until: &'static str) -> Reason {
    let capped = day != until;
    let members = json!({ "plan": plan, "planned_date": day });
    Reason { capped, ..reason("CLOSING_OR_SUSPENDING", members, Some(until), "DAY_OF") }
}

pub fn hardship(members: Value) -> Reason {
    reason("SPECIAL_HARDSHIP", members, None, "OPEN")
}

/// Every category and every condition of the round of 2023.
pub fn complete() -> Vec<Reason> {
    vec![
        system("2023-02-01", "2023-08", "2023-08-31"),
        system("2023-02-03", "2023-09", "2023-09-30"),
        reason("NO_NETWORK", json!({ "line_status": "NOT_AVAILABLE" }), None, "MONTHS_AFTER"),
        line_ready("2023-08-31", "2024-02-29"),
        home_visits(),
        works("REBUILDING", "2023-12-31"),
        works("TEMPORARY_SITE", "2031-03-31"),
        closing("CLOSING", "2023-06-30", "2023-06-30"),
        closing("SUSPENDING", "2024-11-30", "2024-11-30"),
        closing("CLOSING", "2024-12-01", "2024-11-30"),
        hardship(json!({ "circumstance": "DISASTER", "description": "豪雨により\n浸水した。" })),
        hardship(json!({ "circumstance": "ELDERLY_DOCTORS", "youngest_fulltime_age": 70 })),
        hardship(
            json!({ "circumstance": "ELDERLY_DOCTORS", "youngest_fulltime_age": 69, "difficulty": "操作できる職員がいない。" }),
        ),
        hardship(json!({ "circumstance": "OTHER", "description": "個別の事情がある。" })),
    ]
}
