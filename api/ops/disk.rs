//! Room on the disks that the service writes to.

use std::path::Path;

use rustix::fs::StatVfsMountFlags;

use crate::error::Error;

/// How many bytes the service may still write where a folder is. A folder that is not there yet is
/// asked for by the nearest one above it.
///
/// # Errors
/// An internal error if the file system does not tell, or is mounted read-only.
pub fn free_bytes(folder: &Path) -> Result<u64, Error> {
    let there = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    let statistics = rustix::fs::statvfs(there).map_err(Error::internal)?;
    if statistics.f_flag.contains(StatVfsMountFlags::RDONLY) {
        return Err(Error::internal("the file system is mounted read-only"));
    }
    // Blocks that only root may use do not count.
    Ok(statistics.f_bavail.saturating_mul(statistics.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_room_and_so_has_one_that_is_still_to_be_made() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(folder.path()).unwrap() > 0);
        assert!(free_bytes(&folder.path().join("not/yet")).unwrap() > 0);
        assert!(free_bytes(Path::new("nowhere")).unwrap() > 0);
    }
}
