//! Imports an edition of the facility list into the database.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::engine::locks::{self, Lock};
use crate::db::store::facilities::{self, Imported};
use crate::domain::audit::AuditAction;
use crate::domain::facilities::ListedFacility;
use crate::domain::values::facility_code::{FacilityCode, FacilityKind};
use crate::domain::values::prefecture::Prefecture;
use crate::error::Error;
use crate::usecases::work::Work;

/// The counts of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows read.
    pub read: usize,
    /// Codes that are new to the list.
    pub added: usize,
    /// Codes whose data changed.
    pub changed: usize,
    /// Rows refused.
    pub refused: usize,
    /// Codes that were delisted because a complete edition does not contain them.
    pub delisted: usize,
    /// Waiting successions that were carried on because the list now has their successor.
    pub carried_on: usize,
}

/// Adds rows to the facility list or updates them, and counts them in the report.
#[tracing::instrument(skip_all, level = "debug")]
pub fn store_rows(
    work: &mut Work<'_>,
    rows: Vec<ListedFacility>,
    report: &mut ImportReport,
) -> Result<(), Error> {
    let now = work.now();
    locks::acquire(work.conn, &[Lock::FacilityList])?;
    for row in rows {
        match facilities::upsert(work.conn, row, now)? {
            Imported::Added => report.added += 1,
            Imported::Changed => report.changed += 1,
            Imported::Unchanged => {}
        }
    }
    Ok(())
}

/// The codes that an edition contains, by prefecture and kind. A missing facility is delisted only if the edition
/// contains other facilities of its prefecture and kind.
#[derive(Debug, Default)]
pub struct EditionCodes(BTreeMap<(Prefecture, FacilityKind), BTreeSet<FacilityCode>>);

impl EditionCodes {
    /// Adds a code that the edition contains.
    pub fn note(&mut self, code: &FacilityCode) {
        self.0.entry((code.prefecture(), code.kind())).or_default().insert(code.clone());
    }
}

/// Marks the facilities as delisted that a complete edition does not contain.
#[tracing::instrument(skip_all, level = "debug")]
pub fn delist_absent(
    work: &mut Work<'_>,
    edition_codes: &EditionCodes,
    report: &mut ImportReport,
) -> Result<(), Error> {
    let now = work.now();
    for ((prefecture, kind), codes_in_edition) in &edition_codes.0 {
        for code in facilities::list_codes(work.conn, *prefecture, *kind)? {
            if !codes_in_edition.contains(&code) {
                facilities::update_delisted(work.conn, &code, now)?;
                report.delisted += 1;
            }
        }
    }
    Ok(())
}

/// Writes the import into the audit log.
#[tracing::instrument(skip_all, level = "debug")]
pub fn audit_import(work: &mut Work<'_>, report: &ImportReport) -> Result<(), Error> {
    let counts = serde_json::json!({
        "read": report.read, "added": report.added, "changed": report.changed,
        "refused": report.refused, "delisted": report.delisted, "carried_on": report.carried_on,
    });
    work.audit(AuditAction::FacilitiesImported, &"facilities", Some(counts))
}
