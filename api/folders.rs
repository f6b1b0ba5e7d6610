//! Folders that only the service's user may enter, because their files contain personal data or keys.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

/// Creates a folder and the folders above it, where they are missing. The mode of a folder that exists is not changed.
///
/// # Errors
/// The error of the operating system.
pub fn create_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_the_owner_may_enter_a_new_folder_and_an_existing_one_is_not_changed() {
        let existing = tempfile::tempdir().unwrap();
        std::fs::set_permissions(existing.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let mode = |folder: &Path| folder.metadata().unwrap().permissions().mode() & 0o777;
        let (above, below) = (existing.path().join("a"), existing.path().join("a/b"));
        create_private(&below).unwrap();
        create_private(&below).unwrap();
        create_private(existing.path()).unwrap();
        assert_eq!((mode(existing.path()), mode(&above), mode(&below)), (0o755, 0o700, 0o700));
    }
}
