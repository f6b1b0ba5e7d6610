//! Complete reasons for declarations in the round of 2023, each with the result that the service must show.

use serde_json::{Value, json};

/// A reason and its expected result.
pub struct Reason {
    pub form: Value,
    pub needs_attachment: bool,
    /// The last day of the excuse, if it is known.
    pub excused_until: Option<&'static str>,
    /// The code of the rule from which that day follows.
    pub basis: &'static str,
    /// Whether the round's cap limits that day.
    pub capped: bool,
}

impl Reason {
    /// The declaration of this reason, with an attachment if it needs one.
    pub fn declaration(&self, upload: &str) -> Value {
        let mut declaration = super::forms::declaration(&self.form);
        if self.needs_attachment {
            declaration["attachment_ids"] = json!([upload]);
        }
        declaration
    }

    /// The category's code.
    pub fn category(&self) -> &str {
        self.form["category"].as_str().unwrap()
    }
}

fn reason(
    category: &str,
    members: Value,
    excused_until: Option<&'static str>,
    basis: &'static str,
) -> Reason {
    let mut form = members;
    form["category"] = json!(category);
    let needs_attachment = category == "SYSTEM_IN_PROGRESS";
    Reason { needs_attachment, form, excused_until, basis, capped: false }
}

/// A system that is being built. A copy of the contract must be attached.
pub fn system(contract_date: &str, completion_month: &str, excused_until: &'static str) -> Reason {
    let members = json!({
        "contract_date": contract_date,
        "expected_completion_month": completion_month,
        "vendor_name": "架空システム株式会社",
    });
    reason("SYSTEM_IN_PROGRESS", members, Some(excused_until), "END_OF_MONTH_OF")
}

/// An optical line that is ready since a day.
pub fn line_ready(day: &str, excused_until: &'static str) -> Reason {
    let members = json!({ "line_status": "AVAILABLE", "line_ready_date": day });
    reason("NO_NETWORK", members, Some(excused_until), "MONTHS_AFTER")
}

/// A facility that only makes home visits.
pub fn home_visits() -> Reason {
    let members = json!({ "home_visits_only_confirmed": true });
    reason("HOME_VISITS_ONLY", members, Some("2024-04-01"), "FIXED")
}

/// Building works of this kind, until their expected end.
pub fn works(kind: &str, end: &'static str) -> Reason {
    let members = json!({ "works": kind, "expected_end_date": end });
    reason("REBUILDING_OR_TEMPORARY", members, Some(end), "DAY_OF")
}

/// A facility that plans to close or to suspend its work.
pub fn closing(plan: &str, day: &str, excused_until: &'static str) -> Reason {
    let capped = day != excused_until;
    let members = json!({ "plan": plan, "planned_date": day });
    Reason { capped, ..reason("CLOSING_OR_SUSPENDING", members, Some(excused_until), "DAY_OF") }
}

/// A special hardship, with these members.
pub fn hardship(members: Value) -> Reason {
    reason("SPECIAL_HARDSHIP", members, None, "OPEN")
}

/// Every category and every condition of the round of 2023.
pub fn all() -> Vec<Reason> {
    vec![
        system("2023-02-01", "2023-08", "2023-08-31"),
        system("2023-02-03", "2023-09", "2023-09-30"),
        reason("NO_NETWORK", json!({ "line_status": "NOT_AVAILABLE" }), None, "MONTHS_AFTER"),
        line_ready("2022-10-31", "2023-04-30"),
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
