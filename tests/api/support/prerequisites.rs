//! Skips tests that need a program or a permission that not every machine has.

/// Reports that the current test is skipped. The report is written to standard error directly, because the harness
/// hides what a passing test prints. Fails the test if `REQUIRE_ALL` is set.
pub fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let message = format!("SKIPPED: {test}: {why}\n");
    std::io::Write::write_all(&mut std::io::stderr(), message.as_bytes()).unwrap();
    assert!(std::env::var_os("REQUIRE_ALL").is_none(), "{message}");
}
