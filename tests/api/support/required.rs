//! Tests that need something which not every machine has.

/// Reports that a test is skipped, by a direct write to standard error, as the harness hides what a test
/// prints. Fails the test if `REQUIRE_ALL` is set.
pub fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let message = format!("SKIPPED: {test}: {why}\n");
    std::io::Write::write_all(&mut std::io::stderr(), message.as_bytes()).unwrap();
    assert!(std::env::var_os("REQUIRE_ALL").is_none(), "{message}");
}
