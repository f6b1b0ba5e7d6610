//! A file system that belongs to one test.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::prerequisites;

/// A file system in memory.
pub struct Disk(TempDir);

impl Disk {
    /// Mounts a file system of 1 GiB, which is enough free space for a service to be ready. Returns `None`, and
    /// reports the test as skipped, if this machine does not allow mounting.
    pub fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = mount("size=1g,mode=0777", folder.path());
        if mounted {
            return Some(Self(folder));
        }
        prerequisites::skip("this machine does not allow mounting");
        None
    }

    /// The folder where the file system is mounted.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes the file system read-only.
    pub fn make_read_only(&self) {
        assert!(mount("remount,ro", self.path()));
    }

    /// Makes the file system writable again.
    pub fn make_writable(&self) {
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
        // `--lazy`, because the service may still have files open there.
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(
            unmounted.unwrap().success() || std::thread::panicking(),
            "the file system could not be unmounted"
        );
    }
}
