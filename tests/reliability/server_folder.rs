//! A temporary folder for servers that start other processes. When the test ends, the processes are killed and the
//! folder is removed.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::process;

/// Waits until its standard input is closed. Then kills every process whose working directory is the folder or a
/// subfolder, and removes the folder.
const SCRIPT: &str = r#"
trap '' INT TERM HUP
cat >/dev/null
for _ in 1 2 3 4 5 6 7 8 9; do
  for process in /proc/[0-9]*; do
    case $(readlink "$process/cwd") in
      "$1" | "$1"/*) kill -KILL "${process#/proc/}" ;;
    esac
  done
  rm -rf "$1" && [ ! -e "$1" ] && break
  sleep 0.2
done
"#;

/// A temporary folder of the database user. When this value is dropped or the test process is killed, [`SCRIPT`]
/// kills every process whose working directory is this folder or a subfolder, and removes the folder.
pub struct ServerFolder {
    folder: PathBuf,
    /// Runs [`SCRIPT`]. Its standard input stays open until this value is dropped.
    script: Child,
}

impl ServerFolder {
    pub fn new(name: &str) -> Self {
        let prefix = format!("todokede-{name}-");
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir().unwrap().keep();
        give_to_database_user(&folder);
        let script = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { folder, script }
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// Creates a subfolder for one of the servers.
    pub fn subfolder(&self, name: &str) -> PathBuf {
        let folder = self.folder.join(name);
        std::fs::create_dir(&folder).unwrap();
        give_to_database_user(&folder);
        folder
    }
}

impl Drop for ServerFolder {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}

/// Makes the database user the owner of a folder.
fn give_to_database_user(folder: &Path) {
    if let Some(user) = process::database_user() {
        assert!(Command::new("chown").arg(user).arg(folder).status().unwrap().success());
    }
}

/// Kills every process whose working directory is this folder or a subfolder. Repeats this until there is none,
/// because a process may start another one before it is killed.
pub fn kill_all_in(folder: &Path) {
    loop {
        let found = processes_in(folder);
        if found.is_empty() {
            return;
        }
        process::signal("KILL", &found);
    }
}

/// The ids of the processes whose working directory is this folder or a subfolder. A process that has ended has no
/// working directory.
pub fn processes_in(folder: &Path) -> Vec<u32> {
    let is_inside = |process: &Path| -> io::Result<bool> {
        Ok(std::fs::read_link(process.join("cwd"))?.starts_with(folder))
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|process: &u32| is_inside(&Path::new("/proc").join(process.to_string())).unwrap_or(false))
        .collect()
}
