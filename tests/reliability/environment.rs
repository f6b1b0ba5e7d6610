//! The settings of a run, which are environment variables, and the requirements of a run on its machine.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::sync::{Mutex, MutexGuard};

use crate::prerequisites;

/// A number from the environment, or a default.
pub fn number(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok().filter(|text| !text.is_empty());
    value.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// The seed of this run's random times: `SEED`, or else the current time. Tests print the seed, so that a failed
/// run can be repeated with the same times.
pub fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a seed does not need the clock of a service")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    number("SEED", now.as_secs())
}

/// Whether this machine has PostgreSQL's server programs. Reports the test as skipped if not.
pub fn has_postgres() -> bool {
    let found = crate::postgres::programs().is_some();
    if !found {
        prerequisites::skip("this machine has no initdb and no postgres");
    }
    found
}

/// Raises this process's limit of open files, which the service inherits, to at least `needed`. Fails the test if
/// this machine does not allow that.
pub fn ensure_open_files(needed: u64) {
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

/// Whether this machine has all these programs. Reports the test as skipped if not.
pub fn has_programs(names: &[&str]) -> bool {
    let missing: Vec<&str> =
        names.iter().filter(|name| crate::process::find(name).is_none()).copied().collect();
    if !missing.is_empty() {
        prerequisites::skip(&format!("this machine has no {}", missing.join(", no ")));
    }
    missing.is_empty()
}

/// A lock with which only one test runs at a time. Each test needs the whole machine, and some measure time.
pub async fn exclusive() -> MutexGuard<'static, ()> {
    static MACHINE: Mutex<()> = Mutex::const_new(());
    MACHINE.lock().await
}
