//! The servers that tests start end with the tests, even if the tests are killed.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{self, Process};
use crate::server_folder::{ServerFolder, processes_in};
use crate::{environment, postgres};

/// The environment variable with which this test starts itself as a child process, which starts servers and waits
/// until it is killed.
const CHILD_VARIABLE: &str = "KILLED_BY_A_TEST";
/// The line that the child process prints when its servers run.
const READY: &str = "ready to be killed";
/// How long the clean-up may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Starts one server of each kind, and waits until this process is killed.
fn start_servers_and_wait() {
    postgres::administer("SELECT 1");
    let server_folder = ServerFolder::new("child");
    // This process is not killed with its parent, like the servers that Patroni starts.
    let mut independent = Command::new("sleep");
    let _server = Process::start(independent.arg("600").current_dir(server_folder.subfolder("server")));
    println!("\n{READY}");
    std::thread::sleep(TIMEOUT);
}

#[test]
fn servers_end_with_a_killed_test() {
    if !environment::has_postgres() {
        return;
    }
    if std::env::var_os(CHILD_VARIABLE).is_some() {
        return start_servers_and_wait();
    }
    let folder = tempfile::tempdir().unwrap();
    // The database user must be able to read the folder.
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let mut child = process::command(std::env::current_exe().unwrap())
        .args(["servers_end_with_a_killed_test", "--nocapture"])
        .env(CHILD_VARIABLE, "1")
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let printed = BufReader::new(child.stdout.take().unwrap());
    assert!(
        printed.lines().any(|line| line.unwrap() == READY),
        "the child process did not start its servers"
    );
    assert!(processes_in(folder.path()).len() > 2, "the child process has no servers");
    child.kill().unwrap();
    child.wait().unwrap();
    let killed = Instant::now();
    let is_cleaned_up = || {
        let remaining = std::fs::read_dir(folder.path()).unwrap().count();
        remaining == 0 && processes_in(folder.path()).is_empty()
    };
    while !is_cleaned_up() {
        assert!(killed.elapsed() < TIMEOUT, "servers still run after their test was killed");
        std::thread::sleep(Duration::from_millis(50));
    }
}
