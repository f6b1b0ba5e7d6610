//! The same stories on the other database.

use std::process::Command;

use crate::support::database::{WHICH, is_postgres};
use crate::support::{postgres, required};

/// Runs this binary again on a PostgreSQL server of its own, where the machine has the programs of
/// one. `TEST_DATABASE=postgres cargo test --test api NAME` runs a part of it.
#[test]
fn the_whole_suite_holds_on_postgresql() {
    if is_postgres() {
        return;
    }
    if postgres::programs().is_none() {
        return required::skip("this machine has no initdb and no postgres");
    }
    let again = Command::new(std::env::current_exe().unwrap()).env(WHICH, "postgres").output().unwrap();
    let told = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success(), "on PostgreSQL:\n{told}\n{}", String::from_utf8_lossy(&again.stderr));
}
