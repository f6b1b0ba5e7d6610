//! Commands for whoever looks after an installation: health, doctor, backup, restore.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use super::{Failure, settings, tell};
use crate::config::Settings;
use crate::db::engine::source::Source;
use crate::ops::backup::{self, Copied, Place};
use crate::ops::{doctor, telemetry};

/// How long the service may take to say how it is.
const PATIENCE: Duration = Duration::from_secs(3);

/// Bytes of an answer's first line at most.
const LONGEST_STATUS: u64 = 1000;

/// Copies the database and its attachments to `file` and `file.uploads` while the service runs.
///
/// # Errors
/// What is in the way. If attachments are missing or damaged, the backup is kept without them and they are named.
pub fn back_up(file: &Path) -> Result<(), Failure> {
    let to = Place::of_backup(file);
    let copied = backup::copy(&place(settings()?)?, &to)?;
    tell(format_args!("database     {}", to.database.display()));
    tell(format_args!("attachments  {} in {}", copied.attachments, to.uploads.display()));
    complete(&copied)
}

/// Puts a backup in the place of an installation that has no database.
///
/// # Errors
/// As [`back_up`].
pub fn restore(file: &Path) -> Result<(), Failure> {
    let to = place(settings()?)?;
    let copied = backup::copy(&Place::of_backup(file), &to)?;
    tell(format_args!("database     {}", to.database.display()));
    tell(format_args!("attachments  {} in {}", copied.attachments, to.uploads.display()));
    complete(&copied)
}

fn place(settings: Settings) -> Result<Place, Failure> {
    match settings.database {
        Source::Sqlite(database) => Ok(Place { database, uploads: settings.uploads }),
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
            tell(format_args!("FAIL  settings   {problem}: docs/settings.md explains it"));
        }
        failed(problems.len())
    })?;
    // What a library has against a certificate, for example, is only in the log.
    telemetry::start(&settings.log, settings.log_format);
    match doctor::examine(&settings, |finding| tell(format_args!("{finding}"))) {
        0 => Ok(()),
        failures => Err(failed(failures)),
    }
}

fn failed(checks: usize) -> Failure {
    Failure(if checks == 1 { "1 check failed".to_owned() } else { format!("{checks} checks failed") })
}

/// Asks the service on this machine how it is: whether it lives, or whether it can serve.
///
/// # Errors
/// If it does not say that it is well within three seconds.
pub fn ask_health(ready: bool) -> Result<(), Failure> {
    let address = reachable(Settings::from_environment()?.listen);
    let path = if ready { "/readyz" } else { "/livez" };
    let answer = ask(address, path).map_err(|error| Failure(format!("{address}{path}: {error}")))?;
    match answer.split(' ').nth(1) {
        Some("200") => Ok(()),
        _ => Err(Failure(format!("{path} answered: {}", answer.trim_end()))),
    }
}

/// Where this machine reaches a service that listens on all addresses.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// Gives the first line of the answer.
fn ask(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let question = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(question.as_bytes())?;
    let mut status = String::new();
    BufReader::new(stream.take(LONGEST_STATUS)).read_line(&mut status)?;
    Ok(status)
}
