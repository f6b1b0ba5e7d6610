//! Opens an installation and builds its state. For production it only checks the schema: `todokede migrate` updates the
//! schema and loads the rounds. For a sandbox it does both, sets the clock and loads the facilities.

pub mod background;
pub mod serving;

use std::thread;
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::config::{Profile, Settings};
use crate::db::engine::migrations;
use crate::db::engine::pool::{Database, connect};
use crate::db::engine::source::Source;
use crate::db::store::sandbox::clock as sandbox_clock;
use crate::error::{Error, chain};
use crate::ops::facility_list::{Import, import_text};
use crate::state::{State, policy};
use crate::usecases::actor::SYSTEM;
use crate::usecases::filings::transitional_measures;
use crate::usecases::work::{Call, Work};

/// Invented facilities of several prefectures and kinds, as CSV.
const SANDBOX_FACILITIES: &str = include_str!("../sandbox/facilities.csv");

/// How long production waits for its database when it starts.
const STARTUP_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause between two attempts to connect.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Brings the schema up to date, loads the rounds that the binary contains, and returns the names of the migrations
/// that were run.
///
/// # Errors
/// An internal error with the cause.
pub fn migrate(settings: &Settings) -> Result<Vec<String>, Error> {
    bring_up_to_date(settings).map_err(|error| with_file_name(settings, &error))
}

fn bring_up_to_date(settings: &Settings) -> Result<Vec<String>, Error> {
    let steps = migrations::run(&settings.database)?;
    let mut connection = connect(&settings.database)?;
    let call = Call::internal(Clock::of_machine().now());
    let policy = policy(settings, &[])?;
    transitional_measures::load_shipped(&mut Work::new(&mut connection, &call, &SYSTEM, &policy))?;
    Ok(steps)
}

/// Opens the installation. The schema of a sandbox is brought up to date here; production requires `todokede migrate`
/// first.
///
/// # Errors
/// An internal error with the cause.
pub fn open(settings: Settings) -> Result<State, Error> {
    let clock = Clock::of_machine();
    let database = open_database(&settings, &clock).map_err(|error| with_file_name(&settings, &error))?;
    State::new(settings, clock, database)
}

fn open_database(settings: &Settings, clock: &Clock) -> Result<Database, Error> {
    match settings.profile {
        Profile::Sandbox => open_sandbox(settings, clock)?,
        Profile::Production => wait_and_check_production(settings)?,
    }
    let database = Database::open(&settings.database)?;
    if settings.profile == Profile::Sandbox {
        import_sandbox_facilities(settings, &database, clock)?;
    } else if settings.scanner.is_none() {
        tracing::warn!("attachments are not scanned for malware: TODOKEDE_SCANNER is not set");
    }
    Ok(database)
}

/// Adds the name of SQLite's file and a hint to an error. SQLite's messages do not contain the name, and do not always
/// say that the file is damaged.
fn with_file_name(settings: &Settings, error: &Error) -> Error {
    let reason = error.reason();
    Error::internal(match &settings.database {
        Source::Sqlite(file) => format!("{}: {reason}; `todokede doctor` examines it", file.display()),
        Source::Postgres(_) => reason,
    })
}

fn open_sandbox(settings: &Settings, clock: &Clock) -> Result<(), Error> {
    bring_up_to_date(settings)?;
    let mut connection = connect(&settings.database)?;
    let kept = sandbox_clock::find_offset(&mut connection)?;
    let offset = kept.unwrap_or_else(|| settings.clock.map_or(0, Clock::offset_for));
    if kept.is_none() {
        sandbox_clock::upsert_offset(&mut connection, offset)?;
    }
    clock.set_offset_micros(offset);
    Ok(())
}

/// Checks the database, and waits until it is available: after a restart of the machine, the service may start before
/// its database.
fn wait_and_check_production(settings: &Settings) -> Result<(), Error> {
    let started = Instant::now();
    loop {
        match check_production(settings) {
            Err(error @ Error::Unavailable(_)) if started.elapsed() < STARTUP_TIMEOUT => {
                tracing::warn!(error = %chain(&error), "the database is not available yet");
                thread::sleep(RETRY_PAUSE);
            }
            checked => return checked,
        }
    }
}

fn check_production(settings: &Settings) -> Result<(), Error> {
    let mut connection = connect(&settings.database)?;
    // This check only reads, because the service's database user may lack the right to change the schema.
    let schema = migrations::compare_schema(&mut connection).map_err(|error| {
        let reason = error.reason();
        Error::internal(format!("the schema cannot be read, {reason}: run `todokede migrate` first"))
    })?;
    if schema.missing > 0 {
        return Err(Error::internal("the schema is not up to date: run `todokede migrate` first"));
    }
    if sandbox_clock::find_offset(&mut connection)?.is_some() {
        return Err(Error::internal("this database belongs to a sandbox and cannot serve production"));
    }
    Ok(())
}

/// Imports the sandbox's facilities into an empty database.
fn import_sandbox_facilities(settings: &Settings, database: &Database, clock: &Clock) -> Result<(), Error> {
    if database.write_blocking(crate::db::store::facilities::exists_any)? {
        return Ok(());
    }
    let policy = policy(settings, &[])?;
    let import = Import { database, policy: &policy, now: clock.now(), whole_edition: false };
    let (report, refused) = import_text(&import, SANDBOX_FACILITIES)?;
    tracing::info!(
        facilities = report.added,
        refused = refused.len(),
        "the sandbox's facilities were imported"
    );
    Ok(())
}
