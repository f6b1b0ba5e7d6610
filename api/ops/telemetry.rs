//! The log: to standard error, as text for people or as JSON for machines.

use std::io::IsTerminal as _;
use std::panic::Location;

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// Starts logging for the process; later calls change nothing.
pub fn start(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // A line that cannot be written, on a full disk for example, is lost; to complain about it where it
    // was to be written would panic instead, in the thread that had something to say.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .log_internal_errors(false);
    // An error only says that somebody started logging before.
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    // A panic's message may hold a part of a request, such as a value that could not be read: the
    // place tells enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(Location::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
}
