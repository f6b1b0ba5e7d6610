//! What these tests start ends with them, however they end.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{self, Process};
use crate::workplace::{Workplace, processes_in};
use crate::{knobs, postgres};

/// Tells this binary that it is run to be killed.
const VICTIM: &str = "KILLED_BY_A_TEST";
/// What it prints when its servers run.
const READY: &str = "ready to be killed";
/// How long may be tidied up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts a server of either kind, and waits for the end.
fn be_the_victim() {
    postgres::administer("SELECT 1");
    let workplace = Workplace::new("victim");
    // It is not tethered, as the servers are not that Patroni starts.
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
    let told = BufReader::new(victim.stdout.take().unwrap());
    assert!(told.lines().any(|line| line.unwrap() == READY), "the victim did not get ready");
    assert!(processes_in(folder.path()).len() > 2, "the victim has no servers");
    victim.kill().unwrap();
    victim.wait().unwrap();
    let killed = Instant::now();
    let is_tidy = || {
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        left == 0 && processes_in(folder.path()).is_empty()
    };
    while !is_tidy() {
        assert!(killed.elapsed() < PATIENCE, "servers outlive their test");
        std::thread::sleep(Duration::from_millis(50));
    }
}
