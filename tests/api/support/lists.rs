//! Editions of the facility list, made and imported as a test needs them.

use serde_json::{Value, json};
use todokede::facility_list::{Import, import_text};
use todokede::usecases::facility_import::Report;

use super::TestApp;

/// A facility code of nine given digits and their check digit; not for prefectures 11 to 14, which
/// count it otherwise.
pub fn code(nine_digits: &str) -> String {
    let sum: u32 = nine_digits
        .chars()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let weighted = digit.to_digit(10).unwrap() * if place % 2 == 0 { 2 } else { 1 };
            weighted / 10 + weighted % 10
        })
        .sum();
    format!("{nine_digits}{}", (10 - sum % 10) % 10)
}

/// A facility as lists and forms name it.
pub fn facility(nine_digits: &str, name: &str, address: &str) -> Value {
    json!({
        "facility_code": code(nine_digits), "name": name, "postal_code": "060-0000", "address": address,
    })
}

/// Imports facilities; a whole edition delists what it does not hold.
pub async fn import(app: &TestApp, facilities: &[Value], whole_edition: bool) -> Report {
    let mut text = "facility_code,name,postal_code,address\n".to_owned();
    for facility in facilities {
        let column = |name: &str| facility[name].as_str().unwrap().to_owned();
        let columns = ["facility_code", "name", "postal_code", "address"].map(column);
        text.push_str(&columns.join(","));
        text.push('\n');
    }
    let (state, now) = (app.running.state.clone(), app.now());
    let importing = move || {
        let import = Import { database: &state.database, policy: &state.policy, now, whole_edition };
        import_text(&import, &text).unwrap()
    };
    let (report, refused) = tokio::task::spawn_blocking(importing).await.unwrap();
    assert_eq!(refused, []);
    report
}
