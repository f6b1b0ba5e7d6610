//! The limit of open file descriptors of this process. Connections count too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// File descriptors that are needed besides callers' connections: files, databases, mails, the log.
const RESERVED: u64 = 200;

/// Raises the soft limit to the hard limit. The usual soft limit is too low for a server; it is that low for programs
/// that use `select`.
pub fn raise() {
    let allowed = getrlimit(Resource::Nofile);
    // If this fails, the soft limit stays as it is.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: allowed.maximum, maximum: allowed.maximum });
}

/// By how many file descriptors the hard limit is too low for this number of connections; 0 if it is high enough.
#[must_use]
pub fn missing_for(connections: usize) -> u64 {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(RESERVED);
    getrlimit(Resource::Nofile).maximum.map_or(0, |most| needed.saturating_sub(most))
}
