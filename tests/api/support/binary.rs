//! The real binary, as an operator starts it.

use std::path::Path;
use std::process::{Command, Output};

/// The binary in a folder of its own, with an embedded database there and nothing of this process's
/// environment.
pub fn todokede(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_todokede"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("DATABASE_URL", format!("sqlite:{}", folder.join("data.sqlite3").display()));
    command.env("TODOKEDE_LISTEN", "127.0.0.1:0");
    command
}

/// Runs it to its end.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    todokede(folder, arguments).output().unwrap()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Asserts that it succeeded, and gives what it printed.
#[track_caller]
pub fn done(output: &Output) -> &str {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Asserts that it failed with a message for a person, not by a panic.
#[track_caller]
pub fn failed(output: &Output, code: i32) -> &str {
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{told}");
    assert!(!told.contains("panicked") && !told.contains("RUST_BACKTRACE"), "{told}");
    told
}
