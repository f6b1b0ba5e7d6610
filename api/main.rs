//! The command line: each subcommand is one call into the library.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use todokede::commands;

/// Registration and filing service of the portal for medical institutions (届出).
///
/// Settings come from the environment; docs/settings.md lists them.
#[derive(Parser)]
#[command(name = "todokede", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and deliver mails (the default).
    Serve,
    /// Deliver mails and remove old data, without the API.
    Worker,
    /// Bring the database's schema up to date.
    Migrate,
    /// Copy the embedded database to FILE and its attachments to FILE.uploads. Works while the service runs.
    Backup {
        /// A file that does not exist.
        file: PathBuf,
    },
    /// Restore a backup to the place that the settings name. Refused if a database exists there.
    Restore {
        /// The file that `backup` made, with FILE.uploads beside it.
        file: PathBuf,
    },
    /// Examine the installation and say what to repair.
    Doctor,
    /// Ask the service on this machine whether it is alive.
    Health {
        /// Ask whether it can serve instead.
        #[arg(long)]
        ready: bool,
    },
    /// Print the OpenAPI document of front ends and vendor systems.
    Openapi {
        /// Print the document of the operator's staff instead.
        #[arg(long)]
        staff: bool,
    },
    /// The facility list.
    #[command(subcommand)]
    Facilities(Facilities),
    /// Rounds of the transitional measure.
    #[command(subcommand)]
    Rounds(Rounds),
}

#[derive(Subcommand)]
enum Facilities {
    /// Import a CSV file with a header `facility_code,name,postal_code,address` and, where known,
    /// `phone,founder_name`; UTF-8 or Shift JIS. Works while the service runs.
    Import {
        /// The file.
        file: PathBuf,
        /// The file holds every facility of each prefecture and kind in it: what it lacks is no
        /// longer listed.
        #[arg(long)]
        whole_edition: bool,
    },
}

#[derive(Subcommand)]
enum Rounds {
    /// Load a round from a JSON file, replacing what is known of it.
    Load {
        /// The file.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => commands::serve(),
        Command::Worker => commands::work(),
        Command::Migrate => commands::migrate(),
        Command::Backup { file } => commands::back_up(&file),
        Command::Restore { file } => commands::restore(&file),
        Command::Doctor => commands::examine(),
        Command::Health { ready } => commands::ask_health(ready),
        Command::Openapi { staff } => commands::openapi(staff),
        Command::Facilities(Facilities::Import { file, whole_edition }) => {
            commands::import(&file, whole_edition)
        }
        Command::Rounds(Rounds::Load { file }) => commands::load_round(&file),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // If standard error is closed, the exit status still reports the failure.
            let _ = writeln!(std::io::stderr(), "todokede: {failure}");
            ExitCode::FAILURE
        }
    }
}
