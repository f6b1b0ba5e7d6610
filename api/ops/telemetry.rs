//! Starts the log, which goes to standard error as text or as JSON.

use std::io::IsTerminal as _;
use std::panic::Location;

use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;

/// What is not logged unless the filter names it. The HTTP library logs each request that it cannot read as an error,
/// although the caller made the mistake; such a request has its line in the access log.
const QUIET: &str = "actix_http=off";

/// Starts logging for the process; later calls change nothing.
pub fn start(filter: &str, format: LogFormat) {
    // Of two directives for a target, the last one counts.
    let filter = EnvFilter::try_new(format!("{QUIET},{filter}")).unwrap_or_else(|_| EnvFilter::new("info"));
    // A line that cannot be written, for example on a full disk, is lost. Without the last option the subscriber
    // would report the error on standard error too, and panic if that fails as well.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .log_internal_errors(false);
    // An error only means that logging was started before.
    let _ = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().flatten_event(true).try_init(),
    };
    // The message of a panic may contain a part of a request, so only the panic's location is logged.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(Location::to_string).unwrap_or_default();
        tracing::error!(place, "panicked");
    }));
}
