//! A small disk that can be filled to its last block.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::required;

/// A file system of its own in memory.
pub struct ScarceDisk(TempDir);

impl ScarceDisk {
    /// Mounts one of so many MiB. Where the machine lets nobody mount, the test is skipped.
    pub fn mount(size: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}m,mode=0777");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path());
        let tried = command.output();
        if tried.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        required::skip("this machine mounts no file system for us");
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes until nothing more goes on it.
    pub fn fill(&self) {
        let mut ballast = File::create(self.path().join("ballast")).unwrap();
        while ballast.write_all(&[0; 4096]).is_ok() {}
    }

    /// Gives back what [`Self::fill`] took.
    pub fn clear(&self) {
        std::fs::remove_file(self.path().join("ballast")).unwrap();
    }
}

impl Drop for ScarceDisk {
    fn drop(&mut self) {
        // Lazily, since a server of the test's may still have files open there.
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(unmounted.unwrap().success() || std::thread::panicking(), "it stays mounted");
    }
}
