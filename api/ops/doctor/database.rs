//! Checks for both databases: whether the database can be opened and written, whether it has the right schema and
//! belongs to this profile, whether stored instants lie in the future, and whether the attachments exist.

use std::time::Duration as StdDuration;

use chrono::Duration;

use super::{DoctorReport, Verdict, postgres, sqlite};
use crate::clock::Clock;
use crate::config::{Profile, Settings};
use crate::db::engine::backup::open_unchanged;
use crate::db::engine::pool::connect;
use crate::db::engine::probe::{ProbeOutcome, probe_commit_within};
use crate::db::engine::source::Source;
use crate::db::engine::{Conn, migrations};
use crate::db::store::diagnosis;
use crate::db::store::filings::{scans, uploads};
use crate::db::store::sandbox::clock as sandbox_clock;
use crate::error::Error;
use crate::files::Files;

/// How far the newest stored instant may be ahead of this machine's clock, because another machine may have stored it.
const MAX_SKEW: Duration = Duration::seconds(2);
/// The advice for a table that cannot be read.
const UNREADABLE: &str = "end the session that holds a lock, or grant the service's user the right to read";
/// The timeout of a test commit. The service itself waits longer for a commit.
const COMMIT_TIMEOUT: StdDuration = StdDuration::from_secs(5);

pub(super) fn examine(settings: &Settings, report: &mut DoctorReport) {
    let machine = Clock::of_machine();
    if let Source::Sqlite(file) = &settings.database
        && !sqlite::file_exists(file, report)
    {
        return;
    }
    let mut conn = match open(&settings.database) {
        Ok(conn) => conn,
        Err(error) => {
            let advice = match &settings.database {
                Source::Sqlite(_) => "check DATABASE_URL; if the file is damaged, restore a backup",
                Source::Postgres(_) => {
                    "check that the server is running, and check host, user, password and sslrootcert in DATABASE_URL"
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
    // The other checks read tables, so the database must be intact and have the service's schema.
    if usable && examine_schema(&mut conn, settings, report) {
        examine_time(&mut conn, &machine, report);
        examine_writing(&mut conn, &machine, &settings.database, report);
        examine_attachments(&mut conn, settings, report);
        examine_scans(&mut conn, settings, report);
    }
}

/// Opens the database without changing it. The service would set SQLite's journal mode.
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
fn examine_schema(conn: &mut Conn, settings: &Settings, report: &mut DoctorReport) -> bool {
    match migrations::compare_schema(conn) {
        Ok(steps) if steps.missing > 0 => {
            let message = format!("{} migrations are missing: run `todokede migrate`", steps.missing);
            report.add(Verdict::Fail, "schema", message);
            return false;
        }
        Ok(steps) if steps.ahead > 0 => {
            let message =
                format!("{} migrations are newer than this version: finish the upgrade", steps.ahead);
            report.add(Verdict::Warn, "schema", message);
        }
        Ok(_) => report.add(Verdict::Ok, "schema", "is up to date"),
        Err(error) => {
            let advice = "run `todokede migrate`, or end the session that holds a lock";
            let message = format!("the list of migrations cannot be read, {}: {advice}", error.reason());
            report.add(Verdict::Fail, "schema", message);
            return false;
        }
    }
    if settings.profile == Profile::Production {
        examine_profile(conn, report);
    }
    true
}

/// Checks that a production database is not a sandbox's.
fn examine_profile(conn: &mut Conn, report: &mut DoctorReport) {
    let message = match sandbox_clock::find_offset(conn) {
        Ok(None) => return,
        Ok(Some(_)) => {
            "this database belongs to a sandbox: check DATABASE_URL and TODOKEDE_PROFILE".to_owned()
        }
        Err(error) => format!("the table sandbox_clock cannot be read, {}: {UNREADABLE}", error.reason()),
    };
    report.add(Verdict::Fail, "schema", message);
}

fn examine_time(conn: &mut Conn, machine: &Clock, report: &mut DoctorReport) {
    // In a sandbox, commands store the machine's time, and the service stores the time of the sandbox's clock.
    let sandbox = Clock::of_machine();
    if let Ok(Some(offset)) = sandbox_clock::find_offset(conn) {
        sandbox.set_offset_micros(offset);
    }
    let now = machine.now().max(sandbox.now());
    match diagnosis::newest_instant(conn) {
        Ok(Some(newest)) if newest > now + MAX_SKEW => {
            let ahead = (newest - now).num_seconds();
            let advice = "set the clocks of all machines by NTP";
            let message = format!(
                "the newest stored instant is {ahead} seconds ahead of this machine's clock: {advice}"
            );
            report.add(Verdict::Fail, "clock", message);
        }
        Ok(_) => report.add(Verdict::Ok, "clock", "no stored instant lies in the future"),
        Err(error) => {
            let message =
                format!("the newest stored instant cannot be read, {}: {UNREADABLE}", error.reason());
            report.add(Verdict::Fail, "clock", message);
        }
    }
}

fn examine_writing(conn: &mut Conn, machine: &Clock, source: &Source, report: &mut DoctorReport) {
    let written = diagnosis::try_to_write(conn, machine.now()).and_then(|()| match source {
        Source::Sqlite(_) => Ok(ProbeOutcome::Confirmed),
        // A transaction that is rolled back waits for no standby.
        Source::Postgres(_) => probe_commit_within(conn, connect(source)?, COMMIT_TIMEOUT),
    });
    let unconfirmed = || format!("a commit is not confirmed within {} seconds", COMMIT_TIMEOUT.as_secs());
    match written {
        Ok(ProbeOutcome::Confirmed) => report.add(Verdict::Ok, "database", "can be written"),
        Ok(ProbeOutcome::WaitsForStandby) => {
            let advice = "start a standby that synchronous_standby_names names (Patroni: `patronictl list` must \
                          show a `Sync Standby`)";
            let message = format!("{}, because no synchronous standby answers: {advice}", unconfirmed());
            report.add(Verdict::Fail, "database", message);
        }
        Ok(ProbeOutcome::TimedOut) => {
            let advice = "check the disk and the log of the database server";
            report.add(Verdict::Fail, "database", format!("{}: {advice}", unconfirmed()));
        }
        Err(error) => {
            let advice = "grant the service's user the right to write, free disk space, or end the session that \
                          holds a lock";
            report.add(Verdict::Fail, "database", format!("cannot be written, {}: {advice}", error.reason()));
        }
    }
}

/// Warns of contents that nobody will ever release, because the scanner that they wait for is no longer set.
fn examine_scans(conn: &mut Conn, settings: &Settings, report: &mut DoctorReport) {
    if settings.scanner.is_some() {
        return;
    }
    match scans::count_and_oldest(conn) {
        Ok((0, _)) => {}
        Ok((waiting, _)) => {
            let waiting = match waiting {
                1 => "1 attachment waits".to_owned(),
                many => format!("{many} attachments wait"),
            };
            let message = format!("{waiting} for a scanner, but there is none: set TODOKEDE_SCANNER");
            report.add(Verdict::Warn, "scanner", message);
        }
        Err(error) => report.add(Verdict::Fail, "scanner", format!("{}: {UNREADABLE}", error.reason())),
    }
}

fn examine_attachments(conn: &mut Conn, settings: &Settings, report: &mut DoctorReport) {
    let stored = match uploads::list_on_disk(conn) {
        Ok(stored) => stored,
        Err(error) => {
            let message = format!("the list of attachments cannot be read, {}: {UNREADABLE}", error.reason());
            return report.add(Verdict::Fail, "uploads", message);
        }
    };
    let files = Files::at(&settings.uploads);
    let missing: Vec<_> = stored.iter().filter(|(id, _)| !files.exists(*id)).collect();
    match missing.first() {
        None => report.add(Verdict::Ok, "uploads", format!("all {} attachments exist", stored.len())),
        Some((id, _)) => {
            let message =
                format!("{} of {} attachments are missing, such as {id}", missing.len(), stored.len());
            let advice = "mount the right folder, or restore the files from a backup";
            report.add(Verdict::Fail, "uploads", format!("{message}: {advice}"));
        }
    }
}
