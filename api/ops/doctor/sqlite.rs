//! Checks for SQLite only: the database file, and whether commits are synced to disk.

use std::path::Path;

use super::{DoctorReport, Verdict};
use crate::db::engine::Conn;
use crate::db::store::diagnosis::{self, Durability};

/// The value of `PRAGMA synchronous` for FULL.
const FULL: i32 = 2;
const RESTORE: &str = "stop the service, move the file away but keep it, and restore the last backup";

/// Whether the file exists. This is checked first, because opening the database would create the file.
pub(super) fn file_exists(file: &Path, report: &mut DoctorReport) -> bool {
    if !file.exists() {
        let advice = "check DATABASE_URL; for a new installation run `todokede migrate`";
        report.add(Verdict::Fail, "database", format!("there is no {}: {advice}", file.display()));
    }
    file.exists()
}

/// Returns whether the database is intact, so that further checks make sense.
pub(super) fn examine(conn: &mut Conn, report: &mut DoctorReport) -> bool {
    if !examine_pages(conn, report) {
        return false;
    }
    match diagnosis::durability(conn) {
        Ok(durability) => {
            let (verdict, message) = judge(&durability);
            report.add(verdict, "database", message);
        }
        Err(error) => report.add(Verdict::Fail, "database", error.reason()),
    }
    true
}

fn examine_pages(conn: &mut Conn, report: &mut DoctorReport) -> bool {
    let damage = match diagnosis::find_damage(conn) {
        Ok(damage) => damage.into_iter().next(),
        Err(error) => Some(error.reason()),
    };
    match &damage {
        None => report.add(Verdict::Ok, "database", "SQLite, and its file is not damaged"),
        Some(damage) => {
            report.add(Verdict::Fail, "database", format!("the file is damaged, {damage}: {RESTORE}"));
        }
    }
    damage.is_none()
}

fn judge(durability: &Durability) -> (Verdict, String) {
    if durability.synchronous < FULL {
        return (Verdict::Fail, "commits are not synced: a power cut loses acknowledged filings".to_owned());
    }
    if durability.journal_mode != "wal" {
        let message = format!("the journal mode is {}", durability.journal_mode);
        let advice = "the service sets it to wal when it starts; if this warning remains, put the file on a local disk";
        return (Verdict::Warn, format!("{message}: {advice}"));
    }
    (Verdict::Ok, "every commit is synced to the disk".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_must_be_synced_and_the_journal_mode_should_be_wal() {
        for (journal_mode, synchronous, verdict) in [
            ("wal", 2, Verdict::Ok),
            ("wal", 3, Verdict::Ok),
            ("wal", 1, Verdict::Fail),
            ("wal", 0, Verdict::Fail),
            ("delete", 2, Verdict::Warn),
            ("off", 2, Verdict::Warn),
        ] {
            let durability = Durability { journal_mode: journal_mode.to_owned(), synchronous };
            assert_eq!(judge(&durability).0, verdict, "{durability:?}");
        }
    }
}
