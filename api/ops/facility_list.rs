//! Imports a facility list, the regional bureaus' list of facilities and their codes, from CSV. The import uses small
//! transactions, so that the service can go on. A row with an error is refused and does not stop the import.

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
use crate::usecases::facilities::import::{EditionCodes, ImportReport};
use crate::usecases::filings::successions;
use crate::usecases::work::{Call, Policy, Work};

/// The number of rows in one transaction.
const ROWS_PER_TRANSACTION: usize = 500;

/// Why a row was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// The column with the error; empty if the error is not in one column.
    pub column: &'static str,
    /// The code of the reason.
    pub reason: &'static str,
}

/// The database and the settings of an import.
pub struct Import<'a> {
    /// The database.
    pub database: &'a Database,
    /// The settings of the service.
    pub policy: &'a Policy,
    /// The time of the import.
    pub now: Instant,
    /// Whether the file is complete for each prefecture and kind of facility in it. Then facilities that are missing in
    /// the file are marked as no longer listed.
    pub whole_edition: bool,
}

/// Imports a CSV file with a header `facility_code,name,postal_code,address` and, where known,
/// `phone` and `founder_name`; UTF-8 or Shift JIS.
///
/// # Errors
/// An internal error if the file cannot be read or decoded, or if a column is missing. Rows that were imported before
/// the error stay.
pub fn import(import: &Import<'_>, file: &Path) -> Result<(ImportReport, Vec<RefusedRow>), Error> {
    let bytes = fs::read(file).map_err(|error| Error::internal(format!("{}: {error}", file.display())))?;
    let text = decode(&bytes)
        .ok_or_else(|| Error::internal(format!("{}: neither UTF-8 nor Shift JIS", file.display())))?;
    import_text(import, &text)
}

/// Imports CSV text that is in memory, like [`import()`].
///
/// # Errors
/// As [`import()`].
pub fn import_text(import: &Import<'_>, text: &str) -> Result<(ImportReport, Vec<RefusedRow>), Error> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns = Columns::find(reader.headers().map_err(Error::internal)?)?;
    let (mut report, mut refused, mut seen) = (ImportReport::default(), Vec::new(), RowsSoFar::default());
    let mut rows = Vec::with_capacity(ROWS_PER_TRANSACTION);
    for record in reader.records() {
        report.read += 1;
        match seen.take(text, &columns, record) {
            Ok(Some(row)) => rows.push(row),
            Ok(None) => {}
            Err(row) => {
                report.refused += 1;
                refused.push(row);
            }
        }
        if rows.len() == ROWS_PER_TRANSACTION {
            report = import_rows(import, std::mem::take(&mut rows), report)?;
        }
    }
    report = import_rows(import, rows, report)?;
    report = finish(import, seen.coverage, report)?;
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
        let find = |name: &str| header.iter().position(|column| column.trim() == name);
        let required = |name: &str| {
            find(name).ok_or_else(|| Error::internal(format!("the header has no column {name}")))
        };
        Ok(Self {
            code: required("facility_code")?,
            name: required("name")?,
            postal_code: required("postal_code")?,
            address: required("address")?,
            phone: find("phone"),
            founder_name: find("founder_name"),
        })
    }
}

/// The rows of the file that were read so far.
#[derive(Default)]
struct RowsSoFar {
    /// The codes, prefectures and kinds in the file.
    coverage: EditionCodes,
    /// The first row of each code.
    first_rows: HashMap<FacilityCode, StringRecord>,
}

impl RowsSoFar {
    /// Reads a row. A list may contain a facility several times, once for each of its services. A row that equals the
    /// first row of its code is skipped, and a row that differs from it is refused. So importing the file again changes
    /// nothing.
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
        // The facility is in the list even if the row is refused for another column.
        self.coverage.note(&code);
        let row = read_row(columns, &code, &record).map_err(refuse)?;
        match self.first_rows.entry(code) {
            Entry::Vacant(entry) => {
                entry.insert(record);
                Ok(Some(row))
            }
            Entry::Occupied(first) if *first.get() == record => Ok(None),
            Entry::Occupied(_) => Err(refuse(("facility_code", Fault::RepeatedEntry))),
        }
    }
}

/// The line number of a record. The position that the CSV reader reports is before the line feed of a CRLF and before
/// empty lines, so these are added.
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
    let in_column = |column| move |fault: Fault| (column, fault);
    let field = |index: usize| record.get(index).unwrap_or_default();
    let optional = |index: Option<usize>| index.map(field).filter(|text| !text.trim().is_empty());
    Ok(ListedFacility {
        code: code.clone(),
        name: FacilityName::parse(field(columns.name)).map_err(in_column("name"))?,
        postal_code: PostalCode::parse(field(columns.postal_code)).map_err(in_column("postal_code"))?,
        address: Address::parse(field(columns.address)).map_err(in_column("address"))?,
        phone: optional(columns.phone).map(PhoneNumber::parse).transpose().map_err(in_column("phone"))?,
        founder_name: optional(columns.founder_name)
            .map(PersonName::parse)
            .transpose()
            .map_err(in_column("founder_name"))?,
        delisted_at: None,
    })
}

fn import_rows(
    import: &Import<'_>,
    rows: Vec<ListedFacility>,
    mut report: ImportReport,
) -> Result<ImportReport, Error> {
    in_transaction(import, move |work| {
        import::store_rows(work, rows, &mut report)?;
        Ok(report)
    })
}

/// Marks facilities that a complete file lacks, carries on successions whose code is listed now, and records the
/// import.
fn finish(
    import: &Import<'_>,
    coverage: EditionCodes,
    mut report: ImportReport,
) -> Result<ImportReport, Error> {
    let whole_edition = import.whole_edition;
    report = in_transaction(import, move |work| {
        if whole_edition {
            import::delist_absent(work, &coverage, &mut report)?;
        }
        Ok(report)
    })?;
    // Each iteration is one short transaction, so that requests are served in between.
    let mut after = None;
    while let Some(tried) = in_transaction(import, move |work| successions::carry_on_next(work, after))? {
        report.carried_on += usize::from(tried.is_carried_on);
        after = Some(tried.id);
    }
    in_transaction(import, move |work| {
        import::audit_import(work, &report)?;
        Ok(report)
    })
}

fn in_transaction<T: Send + 'static>(
    import: &Import<'_>,
    step: impl FnOnce(&mut Work<'_>) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (call, policy) = (Call::internal(import.now), import.policy.clone());
    import.database.write_blocking(move |conn| step(&mut Work::new(conn, &call, &IMPORT, &policy)))
}
