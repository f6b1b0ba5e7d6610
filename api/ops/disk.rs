//! Free space on the disks that the service writes to.

use std::path::Path;

use rustix::fs::StatVfsMountFlags;

use crate::error::Error;

/// How many bytes are free on the file system of a folder. If the folder does not exist yet, its nearest existing
/// parent is used.
///
/// # Errors
/// An internal error if the file system does not report it, or is mounted read-only.
pub fn free_bytes(folder: &Path) -> Result<u64, Error> {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let statistics = rustix::fs::statvfs(existing).map_err(Error::internal)?;
    if statistics.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(Error::internal("the file system is mounted read-only"));
    }
    // `f_bavail` leaves out the blocks that are reserved for root.
    Ok(statistics.f_bavail.saturating_mul(statistics.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_bytes_are_reported_also_for_a_folder_that_does_not_exist() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(folder.path()).unwrap() > 0);
        assert!(free_bytes(&folder.path().join("not/yet")).unwrap() > 0);
        assert!(free_bytes(Path::new("nowhere")).unwrap() > 0);
    }
}
