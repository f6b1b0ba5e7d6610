//! A folder for servers that start processes of their own.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::process;

/// Waits until its input is closed, then kills every process that works in the folder, and removes it.
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

/// A temporary folder that belongs to the user who runs databases. When this value is dropped or the test
/// process is killed, every process whose working directory is this folder or one below is killed, and the
/// folder is removed.
pub struct Workplace {
    folder: PathBuf,
    /// Runs [`SCRIPT`]. Its input stays open until this value is dropped.
    script: Child,
}

impl Workplace {
    pub fn new(name: &str) -> Self {
        let prefix = format!("todokede-{name}-");
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir().unwrap().keep();
        give_away(&folder);
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

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A folder below, for one of the servers.
    pub fn desk(&self, name: &str) -> PathBuf {
        let desk = self.folder.join(name);
        std::fs::create_dir(&desk).unwrap();
        give_away(&desk);
        desk
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}

fn give_away(folder: &Path) {
    if let Some(user) = process::database_user() {
        assert!(Command::new("chown").arg(user).arg(folder).status().unwrap().success());
    }
}

/// Kills every process that works in a folder, and repeats that until none is left that could start another.
pub fn kill_all_in(folder: &Path) {
    loop {
        let found = processes_in(folder);
        if found.is_empty() {
            return;
        }
        process::signal("KILL", &found);
    }
}

/// The processes whose working directory is this folder or one below. A process that ended has none.
pub fn processes_in(folder: &Path) -> Vec<u32> {
    let works_there = |process: &Path| -> io::Result<bool> {
        Ok(std::fs::read_link(process.join("cwd"))?.starts_with(folder))
    };
    std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|process: &u32| works_there(&Path::new("/proc").join(process.to_string())).unwrap_or(false))
        .collect()
}
