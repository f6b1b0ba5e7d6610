//! Checks of either database: whether it can be reached and written, whether its schema and its profile are right,
//! whether its clock is right, and whether the attachments in its rows exist.

use std::time::Duration as Wait;

use chrono::Duration;

use super::{Report, Verdict, postgres, sqlite};
use crate::clock::Clock;
use crate::config::{Profile, Settings};
use crate::db::engine::backup::open_unchanged;
use crate::db::engine::pool::connect;
use crate::db::engine::probe::{ProbeOutcome, probe_commit_within};
use crate::db::engine::source::Source;
use crate::db::engine::{Conn, migrations};
use crate::db::store::diagnosis;
use crate::db::store::filings::uploads;
use crate::db::store::sandbox::clock as sandbox_clock;
use crate::error::Error;
use crate::files::Files;

/// How far ahead of this machine's clock the newest stored instant may be. Another machine may have written it.
const SKEW: Duration = Duration::seconds(2);
/// What to do about a table that cannot be read.
const UNREAD: &str = "end what holds a lock, and give the service's user the right to read";
/// How long a commit may take. The service itself waits longer.
const COMMIT_TIMEOUT: Wait = Wait::from_secs(5);

pub(super) fn examine(settings: &Settings, report: &mut Report) {
    let machine = Clock::of_machine();
    if let Source::Sqlite(file) = &settings.database
        && !sqlite::is_there(file, report)
    {
        return;
    }
    let mut conn = match open(&settings.database) {
        Ok(conn) => conn,
        Err(error) => {
            let advice = match &settings.database {
                Source::Sqlite(_) => "check DATABASE_URL; a broken file is restored from a backup",
                Source::Postgres(_) => {
                    "check that the server is up, and host, user, password and sslrootcert in DATABASE_URL"
                }
            };
            let message = format!("cannot be opened, {}: {advice}", error.reason());
            return report.add(Verdict::Fail, "database", message);
        }
    };
    let usable = match &settings.database {
        Source::Sqlite(_) => sqlite::examine(&mut conn, report),
        Source::Postgres(_) => postgres::examine(&mut conn, &machine, report),
    };
    // The other checks read tables, which must be intact and have the service's schema.
    if usable && examine_schema(&mut conn, settings, report) {
        examine_time(&mut conn, &machine, report);
        examine_writing(&mut conn, &machine, &settings.database, report);
        examine_attachments(&mut conn, settings, report);
    }
}

/// Opens the database without changing anything. The service would set the journal mode of the file.
fn open(source: &Source) -> Result<Conn, Error> {
    match source {
        Source::Sqlite(file) => open_unchanged(file),
        Source::Postgres(_) => {
            let mut conn = connect(source)?;
            diagnosis::limit_waits(&mut conn).map(|()| conn)
        }
    }
}

/// Whether the schema is up to date.
fn examine_schema(conn: &mut Conn, settings: &Settings, report: &mut Report) -> bool {
    match migrations::compare_schema(conn) {
        Ok(steps) if steps.missing > 0 => {
            let message =
                format!("{} steps of the schema are missing: run `todokede migrate`", steps.missing);
            report.add(Verdict::Fail, "schema", message);
            return false;
        }
        Ok(steps) if steps.ahead > 0 => {
            let message = format!("{} steps are of a newer version: finish the upgrade", steps.ahead);
            report.add(Verdict::Warn, "schema", message);
        }
        Ok(_) => report.add(Verdict::Ok, "schema", "is of this version"),
        Err(error) => {
            let advice = "run `todokede migrate`, or end what holds a lock";
            let message = format!("has no history to read, {}: {advice}", error.reason());
            report.add(Verdict::Fail, "schema", message);
            return false;
        }
    }
    if settings.profile == Profile::Production {
        examine_owner(conn, report);
    }
    true
}

/// Checks that the database does not belong to a sandbox.
fn examine_owner(conn: &mut Conn, report: &mut Report) {
    let message = match sandbox_clock::find_offset(conn) {
        Ok(None) => return,
        Ok(Some(_)) => {
            "this database belongs to a sandbox: check DATABASE_URL and TODOKEDE_PROFILE".to_owned()
        }
        Err(error) => format!("whether it is a sandbox's cannot be read, {}: {UNREAD}", error.reason()),
    };
    report.add(Verdict::Fail, "schema", message);
}

fn examine_time(conn: &mut Conn, machine: &Clock, report: &mut Report) {
    // A sandbox stores the machine's time in commands, and the time of its own clock in the service.
    let sandbox = Clock::of_machine();
    if let Ok(Some(offset)) = sandbox_clock::find_offset(conn) {
        sandbox.set_offset_micros(offset);
    }
    let now = machine.now().max(sandbox.now());
    match diagnosis::newest_instant(conn) {
        Ok(Some(newest)) if newest > now + SKEW => {
            let ahead = (newest - now).num_seconds();
            let advice = "set the clocks of all machines by NTP";
            let message =
                format!("what was stored last is {ahead} seconds ahead of this machine's clock: {advice}");
            report.add(Verdict::Fail, "clock", message);
        }
        Ok(_) => report.add(Verdict::Ok, "clock", "nothing that is stored lies in the future"),
        Err(error) => {
            let message = format!("what was stored last cannot be read, {}: {UNREAD}", error.reason());
            report.add(Verdict::Fail, "clock", message);
        }
    }
}

fn examine_writing(conn: &mut Conn, machine: &Clock, source: &Source, report: &mut Report) {
    let written = diagnosis::try_to_write(conn, machine.now()).and_then(|()| match source {
        Source::Sqlite(_) => Ok(ProbeOutcome::Confirmed),
        // A transaction that is rolled back waits for no standby.
        Source::Postgres(_) => probe_commit_within(conn, connect(source)?, COMMIT_TIMEOUT),
    });
    let late = || format!("a commit is not confirmed within {} seconds", COMMIT_TIMEOUT.as_secs());
    match written {
        Ok(ProbeOutcome::Confirmed) => report.add(Verdict::Ok, "database", "can be written"),
        Ok(ProbeOutcome::WaitsForStandby) => {
            let advice = "bring one back that synchronous_standby_names names (Patroni: `patronictl list` \
                          must show a `Sync Standby`)";
            let message = format!("{}, no synchronous standby answers: {advice}", late());
            report.add(Verdict::Fail, "database", message);
        }
        Ok(ProbeOutcome::TimedOut) => {
            let advice = "see what the server's disk and its log are at";
            report.add(Verdict::Fail, "database", format!("{}: {advice}", late()));
        }
        Err(error) => {
            let advice = "give the service's user the right to write, make room, end what holds a lock";
            report.add(Verdict::Fail, "database", format!("cannot be written, {}: {advice}", error.reason()));
        }
    }
}

fn examine_attachments(conn: &mut Conn, settings: &Settings, report: &mut Report) {
    let stored = match uploads::list_stored(conn) {
        Ok(stored) => stored,
        Err(error) => {
            let message = format!("the list of attachments cannot be read, {}: {UNREAD}", error.reason());
            return report.add(Verdict::Fail, "uploads", message);
        }
    };
    let files = Files::at(&settings.uploads);
    let missing: Vec<_> = stored.iter().filter(|(id, _)| !files.has(*id)).collect();
    match missing.first() {
        None => report.add(Verdict::Ok, "uploads", format!("all {} attachments are there", stored.len())),
        Some((id, _)) => {
            let message =
                format!("{} of {} attachments are missing, such as {id}", missing.len(), stored.len());
            let advice = "mount the right folder, or restore it from a backup";
            report.add(Verdict::Fail, "uploads", format!("{message}: {advice}"));
        }
    }
}
