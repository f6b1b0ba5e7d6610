//! The subcommands of the binary, one function each.

use std::fmt;
use std::io::Write as _;
use std::path::Path;

use crate::boot;
use crate::boot::serving;
use crate::config::{Profile, SettingProblem, Settings};
use crate::domain::filings::transitional_measures::RoundFile;
use crate::error::Error;
use crate::ops::facility_list::{Import, import as import_file};
use crate::ops::signals::Signals;
use crate::ops::{descriptors, telemetry};
use crate::routes::documents;
use crate::usecases::actor::SYSTEM;
use crate::usecases::filings::transitional_measures;
use crate::usecases::work::{Call, Work};

mod maintenance;

pub use maintenance::{back_up, check_health, restore, run_doctor};

/// Why a command failed, for the person at the terminal.
#[derive(Debug)]
pub struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error.reason())
    }
}

impl From<Vec<SettingProblem>> for Failure {
    fn from(problems: Vec<SettingProblem>) -> Self {
        let lines: Vec<String> = problems.iter().map(|problem| format!("  {problem}")).collect();
        Self(format!("the settings are invalid:\n{}", lines.join("\n")))
    }
}

fn settings() -> Result<Settings, Failure> {
    let settings = Settings::from_environment()?;
    telemetry::start(&settings.log, settings.log_format);
    Ok(settings)
}

/// Prints a line on standard output. A failure, such as a closed pipe (`| head`) or a full disk, is ignored: the exit
/// status tells whether the command succeeded.
fn print_line(line: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Serves the API and runs the worker until a signal ends them.
///
/// # Errors
/// Why the service cannot start, or why it ended.
pub fn serve() -> Result<(), Failure> {
    descriptors::raise();
    let settings = settings()?;
    let missing = descriptors::missing_for(settings.serving.connections);
    if missing > 0 {
        tracing::warn!(missing, "the limit of open files is too low for TODOKEDE_MAX_CONNECTIONS: raise it");
    }
    let (profile, public_url) = (settings.profile, settings.public_url.clone());
    let state = boot::open(settings)?;
    run(async move {
        let signals = Signals::listen()?;
        let running = serving::start(state)?;
        print_line(format_args!("todokede listens on http://{}", running.address));
        if profile == Profile::Sandbox {
            print_line(format_args!(
                "\n  Swagger UI    {public_url}/docs/\n  Mailbox       {public_url}/sandbox/messages\n  \
                 Clock         {public_url}/sandbox/clock\n  Facilities    {public_url}/sandbox/facilities\n\n\
                 Try first:\n  curl -X POST {public_url}/v1/registrations -H 'Content-Type: application/json' \
                 -d '{{\"email\":\"reception@clinic.example\"}}'\n"
            ));
        }
        running.serve_until_signal(signals).await
    })?;
    Ok(())
}

/// Delivers mails and removes old data until a signal ends it.
///
/// # Errors
/// Why the worker cannot start, or why it ended.
pub fn run_worker() -> Result<(), Failure> {
    let state = boot::open(settings()?)?;
    run(async move { serving::run_worker(state, Signals::listen()?).await })?;
    Ok(())
}

/// Runs the service on a new runtime. The service itself limits the time of its shutdown.
fn run(service: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let system = actix_web::rt::System::new();
    let ended = system.block_on(service);
    // Dropping the runtime would wait without limit for blocking threads, such as one that waits for a frozen database.
    // These threads end with the process.
    std::mem::forget(system);
    ended
}

/// Brings the schema up to date and prints the migrations that were run.
///
/// # Errors
/// The cause.
pub fn migrate() -> Result<(), Failure> {
    let steps = boot::migrate(&settings()?)?;
    if steps.is_empty() {
        print_line(format_args!("The schema is up to date."));
    }
    for step in steps {
        print_line(format_args!("done: {step}"));
    }
    Ok(())
}

/// Prints the OpenAPI document for front ends and vendor systems, or the one for the operator's staff.
///
/// # Errors
/// If the document cannot be written.
pub fn openapi(staff: bool) -> Result<(), Failure> {
    let document = if staff { documents::STAFF } else { documents::PUBLIC };
    // The document is the result of the command, so a failure to write it is an error.
    std::io::stdout().write_all(document.yaml()?.as_bytes()).map_err(Error::internal)?;
    Ok(())
}

/// Imports a facility list and prints the number of rows by result, and the refused rows.
///
/// # Errors
/// Why the file cannot be imported. Refused rows are no error.
pub fn import(file: &Path, whole_edition: bool) -> Result<(), Failure> {
    let state = boot::open(settings()?)?;
    let import =
        Import { database: &state.database, policy: &state.policy, now: state.clock.now(), whole_edition };
    let (report, refused) = import_file(&import, file)?;
    print_line(format_args!("read        {}", report.read));
    print_line(format_args!("added       {}", report.added));
    print_line(format_args!("changed     {}", report.changed));
    print_line(format_args!("refused     {}", report.refused));
    if whole_edition {
        print_line(format_args!("delisted    {}", report.delisted));
    }
    print_line(format_args!("carried on  {} waiting successions", report.carried_on));
    for row in refused {
        print_line(format_args!("line {}: {} {}", row.line, row.column, row.reason));
    }
    Ok(())
}

/// Loads a round, one filing period of the transitional measure, from a JSON file.
///
/// # Errors
/// Why the file is refused or cannot be loaded.
pub fn load_round(file: &Path) -> Result<(), Failure> {
    let json =
        std::fs::read_to_string(file).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    let round = RoundFile::parse(&json).map_err(|error| Failure(format!("{}: {error}", file.display())))?;
    let state = boot::open(settings()?)?;
    let name = round.round.clone();
    let (call, policy) = (Call::internal(state.clock.now()), state.policy.clone());
    state.database.write_blocking(move |conn| {
        transitional_measures::load(&mut Work::new(conn, &call, &SYSTEM, &policy), &round)
    })?;
    print_line(format_args!("loaded: {name}"));
    Ok(())
}
