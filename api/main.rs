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
        /// The path of the backup. The file must not exist.
        file: PathBuf,
    },
    /// Restore a backup to the paths in the settings. Refused if a database exists there.
    Restore {
        /// The file that `backup` made, with FILE.uploads beside it.
        file: PathBuf,
    },
    /// Check the installation and print what to repair.
    Doctor,
    /// Ask the running service on this machine whether it is alive.
    Health {
        /// Ask whether the service is ready instead.
        #[arg(long)]
        ready: bool,
    },
    /// Print the OpenAPI document for front ends and vendor systems.
    Openapi {
        /// Print the document for the operator's staff instead.
        #[arg(long)]
        staff: bool,
    },
    /// Manage the facility list of the regional bureaus.
    #[command(subcommand)]
    Facilities(Facilities),
    /// Manage the rounds (filing periods) of the transitional measure.
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
        /// The file is complete for each prefecture and kind of facility in it: facilities that are missing in the file
        /// are marked as no longer listed.
        #[arg(long)]
        whole_edition: bool,
    },
}

#[derive(Subcommand)]
enum Rounds {
    /// Load a round from a JSON file. Replaces the stored round of the same name.
    Load {
        /// The file.
        file: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => commands::serve(),
        Command::Worker => commands::run_worker(),
        Command::Migrate => commands::migrate(),
        Command::Backup { file } => commands::back_up(&file),
        Command::Restore { file } => commands::restore(&file),
        Command::Doctor => commands::run_doctor(),
        Command::Health { ready } => commands::check_health(ready),
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
