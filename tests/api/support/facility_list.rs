//! Facility lists as CSV, and their imports. An edition is one published state of the list. A file may have a whole
//! edition or a part of one.

use std::fmt::Write as _;

use serde_json::{Value, json};
use todokede::boot::background;
use todokede::db::engine::pool::connect;
use todokede::db::engine::source::Source;
use todokede::domain::values::facility_code::FacilityCode;
use todokede::ops::facility_list::{Import, RefusedRow, import};
use todokede::usecases::facilities::import::ImportReport;

use super::TestApp;
use super::app::FOUNDER;

/// The header line of a facility list.
pub const HEADER: &str = "facility_code,name,postal_code,address,phone,founder_name";

/// The facility code that begins with these nine digits: the tenth is the check digit.
pub fn code(nine_digits: &str) -> String {
    (0..10)
        .map(|check_digit| format!("{nine_digits}{check_digit}"))
        .find(|code| FacilityCode::parse(code).is_ok())
        .unwrap()
}

/// A facility of Tokyo that is not in the sandbox's list. `fee_table` is the third digit of its code: 1 for medical
/// clinics, 3 for dental clinics, 4 for pharmacies, 6 for visiting nursing stations.
pub fn unlisted(fee_table: u8, number: u32) -> Value {
    json!({
        "facility_code": code(&format!("13{fee_table}99{number:04}")),
        "name": "医療法人架空会 架空さくら診療所",
        "postal_code": "100-0000",
        "address": "東京都架空区試験町９－９－９",
    })
}

/// A facility list as CSV.
pub fn csv(facilities: &[&Value]) -> String {
    facilities.iter().fold(format!("{HEADER}\n"), |mut text, facility| {
        let member = |name: &str| facility[name].as_str().unwrap();
        let _ = writeln!(
            text,
            "{},{},{},{},,{FOUNDER}",
            member("facility_code"),
            member("name"),
            member("postal_code"),
            member("address")
        );
        text
    })
}

impl TestApp {
    /// Imports a list while the service runs. With `whole_edition`, the import delists facilities that the list lacks.
    pub async fn import(
        &self,
        list: impl Into<Vec<u8>>,
        whole_edition: bool,
    ) -> (ImportReport, Vec<RefusedRow>) {
        self.try_import(list, whole_edition).await.unwrap()
    }

    /// Imports a list that may be refused. The error is the message.
    pub async fn try_import(
        &self,
        list: impl Into<Vec<u8>>,
        whole_edition: bool,
    ) -> Result<(ImportReport, Vec<RefusedRow>), String> {
        let file = self.folder().join("list.csv");
        std::fs::write(&file, list.into()).unwrap();
        let state = self.running.state.clone();
        let importing = tokio::task::spawn_blocking(move || {
            let (database, policy) = (&state.database, &state.policy);
            import(&Import { database, policy, now: state.clock.now(), whole_edition }, &file)
        });
        let imported = importing.await.unwrap();
        background::deliver_to_mailbox(&self.running.state).await.unwrap();
        imported.map_err(|error| match error {
            todokede::error::Error::Internal(source) => source.to_string(),
            other => other.to_string(),
        })
    }
}

/// The number that a query of an embedded database returns.
pub fn count(file: &std::path::Path, query: &str) -> i64 {
    let mut conn = connect(&Source::Sqlite(file.to_owned())).unwrap();
    super::database::count(&mut conn, query)
}
