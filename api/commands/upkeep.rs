//! Commands for the administrators of an installation: health, doctor, backup, restore.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use super::{Failure, print_line, settings};
use crate::config::Settings;
use crate::db::engine::source::Source;
use crate::ops::backup::{self, Copied, Installation};
use crate::ops::{doctor, telemetry};

/// How long the service may take to answer the health check.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(3);

/// Longest status line that is read, in bytes.
const MAX_STATUS_LINE: u64 = 1000;

/// Copies the database and its attachments to `file` and `file.uploads` while the service runs.
///
/// # Errors
/// What prevents it. If attachments are missing or damaged, the backup is kept without them, and the error names them.
pub fn back_up(file: &Path) -> Result<(), Failure> {
    let to = Installation::of_backup(file);
    let copied = backup::copy(&installation(settings()?)?, &to)?;
    print_line(format_args!("database     {}", to.database.display()));
    print_line(format_args!("attachments  {} in {}", copied.attachments, to.uploads.display()));
    complete(&copied)
}

/// Restores a backup into an installation that has no database.
///
/// # Errors
/// As [`back_up`].
pub fn restore(file: &Path) -> Result<(), Failure> {
    let to = installation(settings()?)?;
    let copied = backup::copy(&Installation::of_backup(file), &to)?;
    print_line(format_args!("database     {}", to.database.display()));
    print_line(format_args!("attachments  {} in {}", copied.attachments, to.uploads.display()));
    complete(&copied)
}

fn installation(settings: Settings) -> Result<Installation, Failure> {
    match settings.database {
        Source::Sqlite(database) => Ok(Installation { database, uploads: settings.uploads }),
        Source::Postgres(_) => Err(Failure(
            "PostgreSQL has tools of its own, pg_dump and pg_restore: docs/operations.md says how, and how to \
             copy the folder of attachments with them"
                .to_owned(),
        )),
    }
}

fn complete(copied: &Copied) -> Result<(), Failure> {
    if copied.damaged.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = copied.damaged.iter().map(ToString::to_string).collect();
    let count = match ids.len() {
        1 => "1 attachment is".to_owned(),
        count => format!("{count} attachments are"),
    };
    Err(Failure(format!("the rest is copied, but {count} missing or damaged:\n  {}", ids.join("\n  "))))
}

/// Examines the installation and prints a line for every check.
///
/// # Errors
/// How many checks failed.
pub fn examine() -> Result<(), Failure> {
    let settings = Settings::from_environment().map_err(|problems| {
        for problem in &problems {
            print_line(format_args!("FAIL  settings   {problem}: docs/settings.md explains it"));
        }
        failed(problems.len())
    })?;
    // Some causes, such as why a library rejects a certificate, are only logged.
    telemetry::start(&settings.log, settings.log_format);
    match doctor::examine(&settings, |finding| print_line(format_args!("{finding}"))) {
        0 => Ok(()),
        failures => Err(failed(failures)),
    }
}

fn failed(checks: usize) -> Failure {
    Failure(if checks == 1 { "1 check failed".to_owned() } else { format!("{checks} checks failed") })
}

/// Asks the service on this machine whether it is alive, or whether it can serve.
///
/// # Errors
/// If it does not answer with 200 within three seconds.
pub fn ask_health(ready: bool) -> Result<(), Failure> {
    let address = reachable(Settings::from_environment()?.listen);
    let path = if ready { "/readyz" } else { "/livez" };
    let answer = ask(address, path).map_err(|error| Failure(format!("{address}{path}: {error}")))?;
    match answer.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(Failure(format!("{path} answered: {}", answer.trim_end()))),
    }
}

/// The address at which this machine reaches the service: a loopback address if it listens on all addresses.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Sends a GET request and returns the status line of the answer.
fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, HEALTH_TIMEOUT)?;
    stream.set_read_timeout(Some(HEALTH_TIMEOUT))?;
    stream.set_write_timeout(Some(HEALTH_TIMEOUT))?;
    let question = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes())?;
    let mut status = String::new();
    BufReader::new(stream.take(MAX_STATUS_LINE)).read_line(&mut status)?;
    Ok(status)
}
