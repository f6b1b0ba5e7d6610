//! The servers that these tests start end with them, however the tests end.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{self, Process};
use crate::workplace::{Workplace, processes_in};
use crate::{knobs, postgres};

/// The variable that tells this binary to start servers and wait until it is killed.
const VICTIM: &str = "KILLED_BY_A_TEST";
/// What that process prints when its servers run.
const READY: &str = "ready to be killed";
/// How long the clean-up may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts one server of each kind, and waits until this process is killed.
fn be_the_victim() {
    postgres::administer("SELECT 1");
    let workplace = Workplace::new("victim");
    // The kernel does not kill this process with its parent, as is the case with the servers that Patroni
    // starts.
    let mut untethered = Command::new("sleep");
    let _server = Process::start(untethered.arg("600").current_dir(workplace.desk("server")));
    println!("\n{READY}");
    std::thread::sleep(PATIENCE);
}

#[test]
fn servers_end_with_a_killed_test() {
    if !knobs::has_postgres() {
        return;
    }
    if std::env::var_os(VICTIM).is_some() {
        return be_the_victim();
    }
    let folder = tempfile::tempdir().unwrap();
    // Databases belong to another user.
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let mut victim = process::command(std::env::current_exe().unwrap())
        .args(["servers_end_with_a_killed_test", "--nocapture"])
        .env(VICTIM, "1")
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let printed = BufReader::new(victim.stdout.take().unwrap());
    assert!(printed.lines().any(|line| line.unwrap() == READY), "the process did not start its servers");
    assert!(processes_in(folder.path()).len() > 2, "the process has no servers");
    victim.kill().unwrap();
    victim.wait().unwrap();
    let killed = Instant::now();
    let is_tidy = || {
        let remaining = std::fs::read_dir(folder.path()).unwrap().count();
        remaining == 0 && processes_in(folder.path()).is_empty()
    };
    while !is_tidy() {
        assert!(killed.elapsed() < PATIENCE, "servers outlive their test");
        std::thread::sleep(Duration::from_millis(50));
    }
}
