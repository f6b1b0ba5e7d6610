//! The real binary, as an operator starts it.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// The binary in a folder of its own, with an embedded database there and nothing of this process's
/// environment.
pub fn todokede(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_todokede"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("DATABASE_URL", format!("sqlite:{}", folder.join("data.sqlite3").display()));
    command.env("TODOKEDE_LISTEN", "127.0.0.1:0");
    command
}

/// A service that has said where it listens.
pub struct Served {
    pub child: Child,
    /// Address and port.
    pub address: String,
    /// What else it tells. Once this is dropped, nobody listens.
    pub lines: Lines<BufReader<ChildStdout>>,
}

impl Served {
    pub fn of(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first.strip_prefix("todokede listens on http://").unwrap().to_owned();
        Self { child, address, lines }
    }
}

/// Standard output without room for anything.
pub fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
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
