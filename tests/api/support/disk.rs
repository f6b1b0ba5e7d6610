//! A disk of a test's own.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::required;

/// A file system in memory.
pub struct Disk(TempDir);

impl Disk {
    /// Mounts one with room for what a service wants free. Where the machine lets nobody mount, the test is
    /// skipped.
    pub fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let tried = mount("size=1g,mode=0777", folder.path());
        if tried {
            return Some(Self(folder));
        }
        required::skip("this machine mounts no file system for us");
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// From now on it is read, and not written.
    pub fn forbid_writing(&self) {
        assert!(mount("remount,ro", self.path()));
    }

    /// Takes that back.
    pub fn allow_writing(&self) {
        assert!(mount("remount,rw", self.path()));
    }
}

fn mount(options: &str, folder: &Path) -> bool {
    let mut command = Command::new("mount");
    command.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder);
    command.output().is_ok_and(|output| output.status.success())
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily, since the service may still have files open there.
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(unmounted.unwrap().success() || std::thread::panicking(), "it stays mounted");
    }
}
