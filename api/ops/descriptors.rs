//! The limit of open files and connections of this process.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// File descriptors besides those of callers' connections: files, databases, mails, the log.
const RESERVED: u64 = 200;

/// Raises the soft limit to the hard limit. The usual soft limit is far too low for a server; it protects programs
/// that cannot handle more.
pub fn raise() {
    let allowed = getrlimit(Resource::Nofile);
    // If this fails, the limit stays as it is; the doctor reports it.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: allowed.maximum, maximum: allowed.maximum });
}

/// How many file descriptors the hard limit lacks for this number of connections; 0 if it is enough.
#[must_use]
pub fn missing_for(connections: usize) -> u64 {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(RESERVED);
    getrlimit(Resource::Nofile).maximum.map_or(0, |most| needed.saturating_sub(most))
}
