//! Maintenance commands: health, doctor, backup, restore.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use super::{Failure, print_line, settings};
use crate::config::Settings;
use crate::db::engine::source::Source;
use crate::ops::backup::{self, Copied, Installation};
use crate::ops::{doctor, telemetry};

/// The timeout for connecting to the service, for sending the request and for each read.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(3);

/// The maximum number of bytes that are read of the status line.
const MAX_STATUS_LINE: u64 = 1000;

/// Copies the database and its attachments to `file` and `file.uploads` while the service runs.
///
/// # Errors
/// Why the backup failed. If only attachments are missing or damaged, the backup is complete except for them, and the
/// error names them.
pub fn back_up(file: &Path) -> Result<(), Failure> {
    let to = Installation::of_backup(file);
    let copied = backup::copy(&installation(settings()?)?, &to)?;
    print_line(format_args!("database     {}", to.database.display()));
    print_line(format_args!("attachments  {} in {}", copied.attachments, to.uploads.display()));
    check_damaged(&copied)
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
    check_damaged(&copied)
}

fn installation(settings: Settings) -> Result<Installation, Failure> {
    match settings.database {
        Source::Sqlite(database) => Ok(Installation { database, uploads: settings.uploads }),
        Source::Postgres(_) => Err(Failure(
            "this command is for SQLite only. Use pg_dump and pg_restore for PostgreSQL: docs/operations.md describes \
             how, and how to copy the folder of attachments"
                .to_owned(),
        )),
    }
}

fn check_damaged(copied: &Copied) -> Result<(), Failure> {
    if copied.damaged.is_empty() {
        return Ok(());
    }
    let ids: Vec<String> = copied.damaged.iter().map(ToString::to_string).collect();
    let count = match ids.len() {
        1 => "1 attachment is".to_owned(),
        count => format!("{count} attachments are"),
    };
    Err(Failure(format!(
        "everything else was copied, but {count} missing or damaged:\n  {}",
        ids.join("\n  ")
    )))
}

/// Checks the installation and prints a line for every check.
///
/// # Errors
/// The number of checks that failed.
pub fn run_doctor() -> Result<(), Failure> {
    let settings = Settings::from_environment().map_err(|problems| {
        for problem in &problems {
            print_line(format_args!("FAIL  settings   {problem}: docs/settings.md explains it"));
        }
        checks_failed(problems.len())
    })?;
    // Some causes, such as why a certificate is not trusted, appear only in the log.
    telemetry::start(&settings.log, settings.log_format);
    match doctor::examine(&settings, |finding| print_line(format_args!("{finding}"))) {
        0 => Ok(()),
        failures => Err(checks_failed(failures)),
    }
}

fn checks_failed(checks: usize) -> Failure {
    Failure(if checks == 1 { "1 check failed".to_owned() } else { format!("{checks} checks failed") })
}

/// Asks the service on this machine whether it is alive (`/livez`) or ready (`/readyz`).
///
/// # Errors
/// If the service does not answer 200. Connecting, sending and receiving have a timeout of three seconds each.
pub fn check_health(ready: bool) -> Result<(), Failure> {
    let address = local_address(Settings::from_environment()?.listen);
    let path = if ready { "/readyz" } else { "/livez" };
    let status =
        request_status(address, path).map_err(|error| Failure(format!("{address}{path}: {error}")))?;
    match status.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(Failure(format!("{path} answered: {}", status.trim_end()))),
    }
}

/// The address at which this machine reaches the service: a loopback address if it listens on all addresses.
fn local_address(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Sends a GET request and returns the status line of the answer.
fn request_status(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, HEALTH_TIMEOUT)?;
    stream.set_read_timeout(Some(HEALTH_TIMEOUT))?;
    stream.set_write_timeout(Some(HEALTH_TIMEOUT))?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut status = String::new();
    BufReader::new(stream.take(MAX_STATUS_LINE)).read_line(&mut status)?;
    Ok(status)
}
