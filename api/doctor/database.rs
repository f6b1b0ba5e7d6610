//! The database: whether it is there, whole, ours, writable and durable, and whether its time is ours.

use chrono::Duration;

use super::{Report, Verdict};
use crate::clock::Clock;
use crate::config::{Profile, Settings};
use crate::db::diagnosis::{self, Durability};
use crate::db::pool::open_writing;
use crate::db::{Conn, migrations, sandbox_clock, uploads};
use crate::error::Error;
use crate::files::Files;

/// `PRAGMA synchronous = FULL`.
const FULL: i64 = 2;
/// How far ahead of this machine's clock the newest stored instant may be: another machine wrote it.
const SKEW: Duration = Duration::seconds(2);

pub(super) fn examine(settings: &Settings, clock: &Clock, report: &mut Report) {
    let file = settings.database.display();
    // Opening would make it.
    if !settings.database.exists() {
        let mend = "check DATABASE_URL; for a new installation run `todokede migrate`";
        return report.add(Verdict::Fail, "database", format!("there is no {file}: {mend}"));
    }
    let mut conn = match open_writing(&settings.database) {
        Ok(conn) => conn,
        Err(error) => {
            let told = format!("{file} cannot be opened, {}: restore the last backup", reason(&error));
            return report.add(Verdict::Fail, "database", told);
        }
    };
    let whole = examine_pages(&mut conn, report);
    examine_durability(&mut conn, report);
    examine_writing(&mut conn, report);
    // What follows reads tables, which must be whole and of our making.
    if whole && examine_schema(&mut conn, settings, report) {
        examine_time(&mut conn, settings, clock, report);
        examine_attachments(&mut conn, settings, report);
    }
}

fn examine_pages(conn: &mut Conn, report: &mut Report) -> bool {
    match diagnosis::find_damage(conn).as_deref() {
        Ok([]) => report.add(Verdict::Ok, "database", "SQLite, and its file is whole"),
        Ok([damage, ..]) => {
            let mend = "stop the service, keep the file, restore the last backup";
            report.add(Verdict::Fail, "database", format!("the file is damaged, {damage}: {mend}"));
            return false;
        }
        Err(error) => {
            let mend = "stop the service, keep the file, restore the last backup";
            report.add(
                Verdict::Fail,
                "database",
                format!("the file cannot be read, {}: {mend}", reason(error)),
            );
            return false;
        }
    }
    true
}

fn examine_durability(conn: &mut Conn, report: &mut Report) {
    match diagnosis::durability(conn) {
        Ok(durability) => {
            let (verdict, told) = judge(&durability);
            report.add(verdict, "database", told);
        }
        Err(error) => report.add(Verdict::Fail, "database", reason(&error)),
    }
}

fn judge(durability: &Durability) -> (Verdict, String) {
    if durability.synchronous < FULL {
        return (Verdict::Fail, "commits are not synced: a power cut loses acknowledged filings".to_owned());
    }
    if durability.journal_mode != "wal" {
        let mend = "put the file on a local disk";
        return (Verdict::Fail, format!("the journal mode is {}, not wal: {mend}", durability.journal_mode));
    }
    (Verdict::Ok, "every commit is synced to the disk".to_owned())
}

fn examine_writing(conn: &mut Conn, report: &mut Report) {
    match diagnosis::try_to_write(conn) {
        Ok(()) => report.add(Verdict::Ok, "database", "can be written"),
        Err(error) => {
            let mend = "give the file and its folder to the service's user, and end what holds it";
            report.add(Verdict::Fail, "database", format!("cannot be written, {}: {mend}", reason(&error)));
        }
    }
}

/// Whether the tables are there.
fn examine_schema(conn: &mut Conn, settings: &Settings, report: &mut Report) -> bool {
    match migrations::compare(conn) {
        Ok(steps) if steps.missing > 0 => {
            let told = format!("{} steps of the schema are missing: run `todokede migrate`", steps.missing);
            report.add(Verdict::Fail, "schema", told);
            return false;
        }
        Ok(steps) if steps.unknown > 0 => {
            let told = format!("{} steps are of a newer version: finish the upgrade", steps.unknown);
            report.add(Verdict::Warn, "schema", told);
        }
        Ok(_) => report.add(Verdict::Ok, "schema", "is of this version"),
        Err(error) => {
            report.add(Verdict::Fail, "schema", reason(&error));
            return false;
        }
    }
    if settings.profile == Profile::Production && !matches!(sandbox_clock::find_offset(conn), Ok(None)) {
        let mend = "check DATABASE_URL and TODOKEDE_PROFILE";
        report.add(Verdict::Fail, "schema", format!("this database belongs to a sandbox: {mend}"));
    }
    true
}

fn examine_time(conn: &mut Conn, settings: &Settings, clock: &Clock, report: &mut Report) {
    if settings.profile == Profile::Sandbox
        && let Ok(Some(offset)) = sandbox_clock::find_offset(conn)
    {
        clock.set_offset_micros(offset);
    }
    let now = clock.now();
    match diagnosis::newest_instant(conn) {
        Ok(Some(newest)) if newest > now + SKEW => {
            let ahead = (newest - now).num_seconds();
            let mend = "set the clocks of all machines by NTP";
            let told =
                format!("what was stored last is {ahead} seconds ahead of this machine's clock: {mend}");
            report.add(Verdict::Fail, "clock", told);
        }
        Ok(_) => report.add(Verdict::Ok, "clock", "nothing that is stored lies in the future"),
        Err(error) => report.add(Verdict::Fail, "clock", reason(&error)),
    }
}

fn examine_attachments(conn: &mut Conn, settings: &Settings, report: &mut Report) {
    let stored = match uploads::list_stored(conn) {
        Ok(stored) => stored,
        Err(error) => return report.add(Verdict::Fail, "uploads", reason(&error)),
    };
    let files = Files::at(&settings.uploads);
    let missing: Vec<_> = stored.iter().filter(|(id, _)| !files.has(*id)).collect();
    match missing.first() {
        None => report.add(Verdict::Ok, "uploads", format!("all {} attachments are there", stored.len())),
        Some((id, _)) => {
            let told = format!("{} of {} attachments are missing, such as {id}", missing.len(), stored.len());
            let mend = "mount the right folder, or restore it from a backup";
            report.add(Verdict::Fail, "uploads", format!("{told}: {mend}"));
        }
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::Internal(source) => source.to_string(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_synced_write_ahead_log_keeps_what_was_acknowledged() {
        for (journal_mode, synchronous, verdict) in [
            ("wal", 2, Verdict::Ok),
            ("wal", 3, Verdict::Ok),
            ("wal", 1, Verdict::Fail),
            ("wal", 0, Verdict::Fail),
            ("delete", 2, Verdict::Fail),
            ("off", 2, Verdict::Fail),
        ] {
            let durability = Durability { journal_mode: journal_mode.to_owned(), synchronous };
            assert_eq!(judge(&durability).0, verdict, "{durability:?}");
        }
    }
}
