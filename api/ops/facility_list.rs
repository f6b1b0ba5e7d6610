//! Reads a facility list from CSV and imports it in small transactions, so that the service goes on meanwhile. A bad
//! row is refused and does not stop the import.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::SHIFT_JIS;

use crate::db::engine::pool::Database;
use crate::domain::facilities::ListedFacility;
use crate::domain::values::calendar::Instant;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::phone::PhoneNumber;
use crate::domain::values::postal_code::PostalCode;
use crate::domain::values::text::{Address, FacilityName, PersonName};
use crate::error::Error;
use crate::usecases::actor::IMPORT;
use crate::usecases::facilities::import;
use crate::usecases::facilities::import::{EditionCodes, Report};
use crate::usecases::filings::successions;
use crate::usecases::work::{Call, Policy, Work};

/// Rows that share one transaction.
const STEP: usize = 500;

/// Why a row was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The column at fault; empty if the whole row is.
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
/// An internal error if the file cannot be read or decoded or a column is missing; rows that were
/// imported before stay.
pub fn import(import: &Import<'_>, file: &Path) -> Result<(Report, Vec<RefusedRow>), Error> {
    let bytes = fs::read(file).map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    let text = decode(&bytes)
        .ok_or_else(|| Error::internal(format!("{}: neither UTF-8 nor Shift JIS", file.display())))?;
    import_text(import, &text)
}

/// The same for a text that is in memory already.
///
/// # Errors
/// As [`import()`].
pub fn import_text(import: &Import<'_>, text: &str) -> Result<(Report, Vec<RefusedRow>), Error> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = Columns::find(reader.headers().map_err(Error::internal)?)?;
    let (mut report, mut refused, mut edition) = (Report::default(), Vec::new(), Edition::default());
    let mut step = Vec::with_capacity(STEP);
    for record in reader.records() {
        report.read += 1;
        match edition.take(text, &columns, record) {
            Ok(Some(row)) => step.push(row),
            Ok(None) => {}
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
    report = finish(import, edition.coverage, report)?;
    Ok((report, refused))
}

/// Decodes UTF-8 or Shift JIS, which the regional bureaus' spreadsheets use. Other encodings are refused, because
/// they would produce wrong names.
fn decode(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.trim_start_matches('\u{feff}').to_owned());
    }
    let (text, _, malformed) = SHIFT_JIS.decode(bytes);
    (!malformed).then(|| text.into_owned())
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

/// The part of a file that was read so far.
#[derive(Default)]
struct Edition {
    coverage: EditionCodes,
    /// The fields of each code's row.
    rows: HashMap<FacilityCode, StringRecord>,
}

impl Edition {
    /// Reads a row. A list may name a facility several times, once per line of business. A row that repeats an earlier
    /// one is skipped, and one that contradicts it is refused, so that a second import changes nothing.
    fn take(
        &mut self,
        text: &str,
        columns: &Columns,
        record: Result<StringRecord, csv::Error>,
    ) -> Result<Option<ListedFacility>, RefusedRow> {
        let record = record.map_err(|error| RefusedRow {
            line: error.position().map_or(0, csv::Position::line),
            column: "",
            reason: "NOT_CSV",
        })?;
        let line = line_of(text, &record);
        let refuse = |(column, fault): (_, Fault)| RefusedRow { line, column, reason: fault.code() };
        let code = FacilityCode::parse(record.get(columns.code).unwrap_or_default())
            .map_err(|fault| refuse(("facility_code", fault)))?;
        // The facility is in the list even if the rest of the row is refused.
        self.coverage.note(&code);
        let row = read_row(columns, &code, &record).map_err(refuse)?;
        match self.rows.entry(code) {
            Entry::Vacant(place) => {
                place.insert(record);
                Ok(Some(row))
            }
            Entry::Occupied(first) if *first.get() == record => Ok(None),
            Entry::Occupied(_) => Err(refuse(("facility_code", Fault::RepeatedEntry))),
        }
    }
}

/// The line number of a record. The reader's own position is before the line feed of a CRLF and before empty lines,
/// which it skips only when it reads the next record.
fn line_of(text: &str, record: &StringRecord) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let rest = usize::try_from(position.byte()).ok().and_then(|start| text.as_bytes().get(start..));
    let skipped = rest.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    skipped.filter(|byte| **byte == b'\n').fold(position.line(), |line, _| line + 1)
}

fn read_row(
    columns: &Columns,
    code: &FacilityCode,
    record: &StringRecord,
) -> Result<ListedFacility, (&'static str, Fault)> {
    let at = |column| move |fault: Fault| (column, fault);
    let field = |place: usize| record.get(place).unwrap_or_default();
    let optional = |place: Option<usize>| place.map(field).filter(|text| !text.trim().is_empty());
    Ok(ListedFacility {
        code: code.clone(),
        name: FacilityName::parse(field(columns.name)).map_err(at("name"))?,
        postal_code: PostalCode::parse(field(columns.postal_code)).map_err(at("postal_code"))?,
        address: Address::parse(field(columns.address)).map_err(at("address"))?,
        phone: optional(columns.phone).map(PhoneNumber::parse).transpose().map_err(at("phone"))?,
        founder_name: optional(columns.founder_name)
            .map(PersonName::parse)
            .transpose()
            .map_err(at("founder_name"))?,
        delisted_at: None,
    })
}

fn put(import: &Import<'_>, rows: Vec<ListedFacility>, mut report: Report) -> Result<Report, Error> {
    in_work(import, move |work| {
        import::store_rows(work, rows, &mut report)?;
        Ok(report)
    })
}

fn finish(import: &Import<'_>, coverage: EditionCodes, mut report: Report) -> Result<Report, Error> {
    let whole_edition = import.whole_edition;
    report = in_work(import, move |work| {
        if whole_edition {
            import::delist_absent(work, &coverage, &mut report)?;
        }
        Ok(report)
    })?;
    // In small steps, so that requests are served in between.
    loop {
        let before = report.carried_on;
        report = in_work(import, move |work| {
            report.carried_on += successions::carry_on_ready(work)?;
            Ok(report)
        })?;
        if report.carried_on == before {
            break;
        }
    }
    in_work(import, move |work| {
        import::audit_import(work, &report)?;
        Ok(report)
    })
}

fn in_work(
    import: &Import<'_>,
    step: impl FnOnce(&mut Work<'_>) -> Result<Report, Error> + Send + 'static,
) -> Result<Report, Error> {
    let (call, policy) = (Call::internal(import.now), import.policy.clone());
    import.database.write_blocking(move |conn| step(&mut Work::new(conn, &call, &IMPORT, &policy)))
}
