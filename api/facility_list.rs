//! Reads a facility list from CSV and imports it in steps, so that the service goes on meanwhile
//! and a bad row does not stop the good ones.

use std::fs;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::SHIFT_JIS;

use crate::db::pool::Database;
use crate::domain::account::ListedFacility;
use crate::domain::calendar::Instant;
use crate::domain::facility_code::FacilityCode;
use crate::domain::fault::Fault;
use crate::domain::phone::PhoneNumber;
use crate::domain::postal_code::PostalCode;
use crate::domain::text::{Address, FacilityName, PersonName};
use crate::error::Error;
use crate::usecases::facility_import::{self, Coverage, Report};
use crate::usecases::work::{Call, Policy, Work};

/// Rows that share one transaction.
const STEP: usize = 500;

/// Why a row was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The column at fault; empty where the row as a whole is.
    pub column: &'static str,
    /// The reason's code.
    pub reason: &'static str,
}

/// What an import needs to know.
pub struct Import<'a> {
    /// The database.
    pub database: &'a Database,
    /// The settings of the service.
    pub policy: &'a Policy,
    /// The time of the import.
    pub now: Instant,
    /// Whether the file holds every facility of each prefecture and kind in it, so that absence
    /// means closure.
    pub whole_edition: bool,
}

/// Imports a CSV file with a header `facility_code,name,postal_code,address` and, where known,
/// `phone` and `founder_name`; UTF-8 or Shift JIS.
///
/// # Errors
/// An internal error if the file cannot be read or a column is missing; rows that were imported
/// before stay.
pub fn import(import: &Import<'_>, file: &Path) -> Result<(Report, Vec<RefusedRow>), Error> {
    let bytes = fs::read(file).map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    let text = decode(&bytes);
    import_text(import, &text)
}

/// The same for a text that is in memory already.
///
/// # Errors
/// As [`import`].
pub fn import_text(import: &Import<'_>, text: &str) -> Result<(Report, Vec<RefusedRow>), Error> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = Columns::find(reader.headers().map_err(Error::internal)?)?;
    let (mut report, mut refused, mut coverage) = (Report::default(), Vec::new(), Coverage::default());
    let mut step = Vec::with_capacity(STEP);
    for record in reader.records() {
        report.read += 1;
        match read_row(&columns, record) {
            Ok(row) => {
                coverage.note(&row);
                step.push(row);
            }
            Err(row) => {
                report.refused += 1;
                refused.push(row);
            }
        }
        if step.len() == STEP {
            report = put(import, std::mem::take(&mut step), report)?;
        }
    }
    report = put(import, step, report)?;
    report = finish(import, coverage, report)?;
    Ok((report, refused))
}

/// UTF-8 where it is, else Shift JIS, in which the bureaus' spreadsheets save.
fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => SHIFT_JIS.decode(bytes).0.into_owned(),
    }
}

struct Columns {
    code: usize,
    name: usize,
    postal_code: usize,
    address: usize,
    phone: Option<usize>,
    founder_name: Option<usize>,
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, Error> {
        let place = |name: &str| header.iter().position(|column| column.trim() == name);
        let required = |name: &str| {
            place(name).ok_or_else(|| Error::internal(format!("the header has no column {name}")))
        };
        Ok(Self {
            code: required("facility_code")?,
            name: required("name")?,
            postal_code: required("postal_code")?,
            address: required("address")?,
            phone: place("phone"),
            founder_name: place("founder_name"),
        })
    }
}

fn read_row(
    columns: &Columns,
    record: Result<StringRecord, csv::Error>,
) -> Result<ListedFacility, RefusedRow> {
    let record = record.map_err(|error| RefusedRow {
        line: error.position().map_or(0, csv::Position::line),
        column: "",
        reason: "NOT_CSV",
    })?;
    let line = record.position().map_or(0, csv::Position::line);
    let refuse = |column| move |fault: Fault| RefusedRow { line, column, reason: fault.code() };
    let field = |place: usize| record.get(place).unwrap_or_default();
    let optional = |place: Option<usize>| place.map(field).filter(|text| !text.trim().is_empty());
    Ok(ListedFacility {
        code: FacilityCode::parse(field(columns.code)).map_err(refuse("facility_code"))?,
        name: FacilityName::parse(field(columns.name)).map_err(refuse("name"))?,
        postal_code: PostalCode::parse(field(columns.postal_code)).map_err(refuse("postal_code"))?,
        address: Address::parse(field(columns.address)).map_err(refuse("address"))?,
        phone: optional(columns.phone).map(PhoneNumber::parse).transpose().map_err(refuse("phone"))?,
        founder_name: optional(columns.founder_name)
            .map(PersonName::parse)
            .transpose()
            .map_err(refuse("founder_name"))?,
        delisted_at: None,
    })
}

fn put(import: &Import<'_>, rows: Vec<ListedFacility>, mut report: Report) -> Result<Report, Error> {
    in_work(import, move |work| {
        facility_import::put(work, rows, &mut report)?;
        Ok(report)
    })
}

fn finish(import: &Import<'_>, coverage: Coverage, mut report: Report) -> Result<Report, Error> {
    let whole_edition = import.whole_edition;
    report = in_work(import, move |work| {
        if whole_edition {
            facility_import::delist_absent(work, &coverage, &mut report)?;
        }
        Ok(report)
    })?;
    // Few at a time, so that requests get their turn between.
    loop {
        let before = report.carried_on;
        report = in_work(import, move |work| {
            facility_import::carry_on(work, &mut report)?;
            Ok(report)
        })?;
        if report.carried_on == before {
            break;
        }
    }
    in_work(import, move |work| {
        facility_import::record(work, &report)?;
        Ok(report)
    })
}

fn in_work(
    import: &Import<'_>,
    step: impl FnOnce(&mut Work<'_>) -> Result<Report, Error> + Send + 'static,
) -> Result<Report, Error> {
    let (call, policy) = (Call::internal("import", import.now), import.policy.clone());
    import.database.write_blocking(move |conn| step(&mut Work::new(conn, &call, &policy)))
}
