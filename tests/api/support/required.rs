//! What a test needs of its machine.

/// Says that a test did not take place, past the harness, which would swallow it, and fails where
/// everything is required.
pub fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let told = format!("SKIPPED: {test}: {why}\n");
    std::io::Write::write_all(&mut std::io::stderr(), told.as_bytes()).unwrap();
    assert!(std::env::var_os("REQUIRE_ALL").is_none(), "{told}");
}
