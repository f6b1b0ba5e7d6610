//! What a run may be told by its environment.

use std::time::{SystemTime, UNIX_EPOCH};

/// A number from the environment, or a default.
pub fn number(name: &str, default: u64) -> u64 {
    let told = std::env::var(name).ok().filter(|text| !text.is_empty());
    told.map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// What the moments of this run are drawn from: `SEED`, or another one each time. It is printed, since a
/// run that fails is worth a second look.
pub fn seed() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a seed wants no service's clock")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    number("SEED", now.as_secs())
}

/// Whether the machine has a PostgreSQL server to start.
pub fn has_postgres() -> bool {
    has("initdb and postgres", crate::postgres::programs().is_some())
}

/// Whether the machine has some program. One that has not is told so, past the harness, and fails where
/// everything is required.
pub fn has(program: &str, found: bool) -> bool {
    if !found {
        let told = format!("SKIPPED: this machine has no {program}\n");
        std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).unwrap();
        assert!(std::env::var_os("REQUIRE_ALL").is_none(), "{told}");
    }
    found
}
