//! Runs the real binary as an operator does.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

/// A command that runs the binary in a folder. Its environment has only an embedded database in that folder and
/// a free port.
pub fn todokede(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_todokede"));
    command.args(arguments).current_dir(folder).env_clear();
    command.env("DATABASE_URL", format!("sqlite:{}", folder.join("data.sqlite3").display()));
    command.env("TODOKEDE_LISTEN", "127.0.0.1:0");
    command
}

/// A service process that has printed its address.
pub struct RunningService {
    pub child: Child,
    /// Host and port.
    pub address: String,
    /// The rest of its standard output. Dropping this closes the pipe.
    pub lines: Lines<BufReader<ChildStdout>>,
}

impl RunningService {
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let address = first.strip_prefix("todokede listens on http://").unwrap().to_owned();
        Self { child, address, lines }
    }
}

/// An output that cannot be written because its device is full.
pub fn full_device() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

/// Runs the binary until it ends.
pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    todokede(folder, arguments).output().unwrap()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// Asserts that a run succeeded, and returns its standard output.
#[track_caller]
pub fn assert_success(output: &Output) -> &str {
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

/// Asserts that a run failed with this exit code and without a panic, and returns its standard error.
#[track_caller]
pub fn assert_failure(output: &Output, code: i32) -> &str {
    let message = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{message}");
    assert!(!message.contains("panicked") && !message.contains("RUST_BACKTRACE"), "{message}");
    message
}
