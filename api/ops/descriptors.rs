//! How many files and connections this process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process has open besides connections of callers: files, databases, mails, the log.
const BESIDE: u64 = 200;

/// Lets this process open as many as its administrator allows: the usual limit is a tenth of what a
/// server needs and is meant for programs that cannot deal with more.
pub fn raise() {
    let allowed = getrlimit(Resource::Nofile);
    // What cannot be raised stays as it is, and the doctor tells it.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: allowed.maximum, maximum: allowed.maximum });
}

/// How many are missing for so many connections of callers once the limit was raised; nothing if they
/// are enough.
#[must_use]
pub fn missing_for(connections: usize) -> u64 {
    let needed = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(BESIDE);
    getrlimit(Resource::Nofile).maximum.map_or(0, |most| needed.saturating_sub(most))
}
