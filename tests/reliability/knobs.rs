//! The settings of a run, which are environment variables, and what a run needs of its machine.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::{Mutex, MutexGuard};

use crate::required;

/// A number from the environment, or a default.
pub fn number(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok().filter(|text| !text.is_empty());
    value.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// The seed of the random moments of this run: `SEED`, or another one each time. Tests print it, so that a
/// run that failed can be repeated.
pub fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a seed does not need the clock of a service")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    number("SEED", now.as_secs())
}

/// Whether the machine has a PostgreSQL server to start.
pub fn has_postgres() -> bool {
    let found = crate::postgres::programs().is_some();
    if !found {
        required::skip("this machine has no initdb and no postgres");
    }
    found
}

/// Raises the limit of open files of this process, which the service inherits. Fails if this machine does not
/// allow that.
pub fn ensure_descriptors(needed: u64) {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    let soft = line.split_whitespace().nth(3).unwrap();
    if soft == "unlimited" || soft.parse::<u64>().unwrap() >= needed {
        return;
    }
    let id = std::process::id().to_string();
    let raised =
        std::process::Command::new("prlimit").args(["--pid", &id, &format!("--nofile={needed}:")]).status();
    assert!(
        raised.is_ok_and(|status| status.success()),
        "this test opens {needed} files and may open {soft}: raise the limit with `ulimit -n`"
    );
}

/// Whether the machine has all these programs.
pub fn has_programs(names: &[&str]) -> bool {
    let missing: Vec<&str> =
        names.iter().filter(|name| crate::process::find(name).is_none()).copied().collect();
    if !missing.is_empty() {
        required::skip(&format!("this machine has no {}", missing.join(", no ")));
    }
    missing.is_empty()
}

/// Lets one test run at a time: each of them needs the whole machine, and some measure time.
pub async fn alone() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::const_new(());
    MACHINE.lock().await
}
