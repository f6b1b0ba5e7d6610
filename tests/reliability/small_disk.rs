//! A small disk that can be filled to its last block.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::prerequisites;

/// A small file system in memory.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts a file system of `size` MiB. Returns `None`, and reports the test as skipped, if this machine does not
    /// allow mounting.
    pub fn mount(size: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={size}m,mode=0777");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(folder.path());
        let mounted = command.output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder));
        }
        prerequisites::skip("this machine does not allow mounting");
        None
    }

    /// The folder where the file system is mounted.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes until the file system is full.
    pub fn fill(&self) {
        let mut filler = File::create(self.path().join("filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
    }

    /// Frees the space that [`Self::fill`] took.
    pub fn clear(&self) {
        std::fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // `--lazy`, because a server may still have files open there.
        let unmounted = Command::new("umount").arg("--lazy").arg(self.path()).status();
        assert!(
            unmounted.unwrap().success() || std::thread::panicking(),
            "the file system could not be unmounted"
        );
    }
}
