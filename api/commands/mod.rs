//! What the subcommands do.

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

mod upkeep;

pub use upkeep::{ask_health, back_up, examine, restore};

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
        Self(format!("the settings are not usable:\n{}", lines.join("\n")))
    }
}

fn settings() -> Result<Settings, Failure> {
    let settings = Settings::from_environment()?;
    telemetry::start(&settings.log, settings.log_format);
    Ok(settings)
}

/// Tells a line on standard output. Where nobody reads it (`| head`), or it has no room, the command has done
/// its work all the same, and ends as that did.
fn tell(line: fmt::Arguments<'_>) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Serves the API until a signal ends it.
///
/// # Errors
/// What is in the way.
pub fn serve() -> Result<(), Failure> {
    descriptors::raise();
    let settings = settings()?;
    let missing = descriptors::missing_for(settings.serving.connections);
    if missing > 0 {
        tracing::warn!(
            missing,
            "fewer files may be open than TODOKEDE_MAX_CONNECTIONS needs: raise the limit"
        );
    }
    let (profile, public_url) = (settings.profile, settings.public_url.clone());
    let state = boot::open(settings)?;
    run(async move {
        let signals = Signals::listen()?;
        let running = serving::start(state)?;
        tell(format_args!("todokede listens on http://{}", running.address));
        if profile == Profile::Sandbox {
            tell(format_args!(
                "\n  Swagger UI    {public_url}/docs/\n  Mailbox       {public_url}/sandbox/messages\n  \
                 Clock         {public_url}/sandbox/clock\n  Facilities    {public_url}/sandbox/facilities\n\n\
                 Try first:\n  curl -X POST {public_url}/v1/registrations -H 'Content-Type: application/json' \
                 -d '{{\"email\":\"reception@clinic.example\"}}'\n"
            ));
        }
        running.until(signals).await
    })?;
    Ok(())
}

/// Delivers mails and tidies up until a signal ends it.
///
/// # Errors
/// What is in the way.
pub fn work() -> Result<(), Failure> {
    let state = boot::open(settings()?)?;
    run(async move { serving::work(state, Signals::listen()?).await })?;
    Ok(())
}

/// Runs what has an end of its own, which bounds how long the process takes for it.
fn run(service: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let system = actix_web::rt::System::new();
    let ended = system.block_on(service);
    // Dropped, it would wait without limit for threads that nobody waits for any more, such as one whose
    // database froze. They end with the process.
    std::mem::forget(system);
    ended
}

/// Brings the schema up to date.
///
/// # Errors
/// The step that failed.
pub fn migrate() -> Result<(), Failure> {
    let steps = boot::migrate(&settings()?)?;
    if steps.is_empty() {
        tell(format_args!("The schema is up to date."));
    }
    for step in steps {
        tell(format_args!("done: {step}"));
    }
    Ok(())
}

/// Prints the OpenAPI document of front ends and vendor systems, or the staff's.
///
/// # Errors
/// If it cannot be written.
pub fn openapi(staff: bool) -> Result<(), Failure> {
    let document = if staff { documents::STAFF } else { documents::PUBLIC };
    // Here the output is the work: what could not be written of it is an error.
    std::io::stdout().write_all(document.yaml()?.as_bytes()).map_err(Error::internal)?;
    Ok(())
}

/// Imports a facility list and prints what was done.
///
/// # Errors
/// What is in the way. Refused rows are no error.
pub fn import(file: &Path, whole_edition: bool) -> Result<(), Failure> {
    let state = boot::open(settings()?)?;
    let import =
        Import { database: &state.database, policy: &state.policy, now: state.clock.now(), whole_edition };
    let (report, refused) = import_file(&import, file)?;
    tell(format_args!("read        {}", report.read));
    tell(format_args!("added       {}", report.added));
    tell(format_args!("changed     {}", report.changed));
    tell(format_args!("refused     {}", report.refused));
    if whole_edition {
        tell(format_args!("delisted    {}", report.delisted));
    }
    tell(format_args!("carried on  {} waiting successions", report.carried_on));
    for row in refused {
        tell(format_args!("line {}: {} {}", row.line, row.column, row.reason));
    }
    Ok(())
}

/// Loads a round.
///
/// # Errors
/// What is wrong with the file, or what is in the way.
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
    tell(format_args!("loaded: {name}"));
    Ok(())
}
