//! The files of attachments, outside the database. A file gets its name only when it is completely on disk, so that a
//! crash leaves either the whole file or none.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Duration;

use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::folders;

/// The start of the extension of a file that is being written.
const TEMPORARY_EXTENSION: &str = "part-";
/// A temporary file that is older than this was left by a process that was killed.
const ABANDONED_AFTER: Duration = Duration::days(1);

/// The folder of attachments. Clones share it.
#[derive(Debug, Clone)]
pub struct Files {
    folder: Arc<Path>,
}

impl Files {
    /// Opens the folder, and creates it if it is missing.
    ///
    /// # Errors
    /// An internal error if it cannot be created.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        folders::create_private(folder).map_err(Error::internal)?;
        Ok(Self::at(folder))
    }

    /// The folder, for reading. It is not created.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.into() }
    }

    /// Stores a file durably: it is written under a temporary name, synced and renamed, and its folder is synced.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the disk is full, read-only or missing, which may be temporary. If a file is left
    /// under the name, no row refers to it.
    pub fn store(&self, id: UploadId, content: &[u8]) -> Result<(), Error> {
        let path = self.path(id);
        let temporary = path.with_extension(format!("{TEMPORARY_EXTENSION}{:016x}", rand::random::<u64>()));
        let stored = write_durably(&temporary, content).and_then(|()| fs::rename(&temporary, &path));
        if stored.is_err() {
            // The result is an error anyway, whether or not the temporary file can be removed.
            let _ = fs::remove_file(&temporary);
        }
        stored.and_then(|()| sync_folder(&path)).map_err(|error| unavailable(&path, &error))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// An internal error if the file is missing, [`Error::Unavailable`] if the disk fails.
    pub fn read(&self, id: UploadId) -> Result<Vec<u8>, Error> {
        let path = self.path(id);
        fs::read(&path).map_err(|error| read_error(&path, &error))
    }

    /// Opens a file for reading, and returns it with its length in bytes.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn open_file(&self, id: UploadId) -> Result<(File, u64), Error> {
        let path = self.path(id);
        let opened = File::open(&path).and_then(|file| {
            let length = file.metadata()?.len();
            Ok((file, length))
        });
        opened.map_err(|error| read_error(&path, &error))
    }

    /// Whether the file exists.
    #[must_use]
    pub fn exists(&self, id: UploadId) -> bool {
        self.path(id).is_file()
    }

    /// Removes a file if it exists.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it cannot be removed.
    pub fn remove(&self, id: UploadId) -> Result<(), Error> {
        let path = self.path(id);
        if_exists(fs::remove_file(&path)).map(drop).map_err(|error| unavailable(&path, &error))
    }

    /// Removes temporary files that are older than a day, which killed processes left, and returns their number. `now`
    /// is the machine's time, not a sandbox's, because it is compared with the times of the file system.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the folder cannot be read or a file in it cannot be removed.
    pub fn sweep(&self, now: Instant) -> Result<usize, Error> {
        sweep(&self.folder, now - ABANDONED_AFTER).map_err(|error| unavailable(&self.folder, &error))
    }

    /// The path of a file. Files are spread over folders by the last two characters of their ids.
    fn path(&self, id: UploadId) -> PathBuf {
        let name = id.to_string();
        let subfolder: String = name.chars().rev().take(2).collect();
        self.folder.join(subfolder).join(name)
    }
}

/// Sweeps a folder and its subfolders.
fn sweep(folder: &Path, before: Instant) -> io::Result<usize> {
    let mut swept = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_temporary =
            path.extension().is_some_and(|end| end.to_string_lossy().starts_with(TEMPORARY_EXTENSION));
        if entry.file_type()?.is_dir() {
            swept += sweep(&path, before)?;
        } else if is_temporary && is_older(&path, before)? {
            swept += usize::from(if_exists(fs::remove_file(&path))?.is_some());
        }
    }
    Ok(swept)
}

fn is_older(file: &Path, before: Instant) -> io::Result<bool> {
    let written = if_exists(fs::metadata(file).and_then(|about| about.modified()))?;
    Ok(written.is_some_and(|written| Instant::from(written) < before))
}

/// Returns `None` for a missing file: it was renamed meanwhile, or another replica sweeps the same folder.
fn if_exists<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

/// The error of a file that cannot be read. A missing file is a defect, because its row says that it exists.
fn read_error(path: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::internal(format!("{}: {error}", path.display())),
        _ => unavailable(path, error),
    }
}

fn unavailable(path: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("the folder of attachments: {}: {error}", path.display()).into())
}

fn write_durably(file: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        folders::create_private(folder)?;
    }
    let mut out = File::options().write(true).create(true).truncate(true).mode(0o600).open(file)?;
    out.write_all(content)?;
    out.sync_all()
}

fn sync_folder(file: &Path) -> io::Result<()> {
    for folder in file.ancestors().skip(1).take(2) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_stored_file_is_readable_by_its_owner_only_and_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let id = UploadId::from_uuid(Uuid::new_v4());
        files.store(id, b"%PDF-1.7 first").unwrap();
        files.store(id, b"%PDF-1.7 again").unwrap();
        assert_eq!(files.read(id).unwrap(), b"%PDF-1.7 again");
        let (file, length) = files.open_file(id).unwrap();
        assert_eq!((io::read_to_string(file).unwrap().as_str(), length), ("%PDF-1.7 again", 14));
        let left = fs::read_dir(files.path(id).parent().unwrap()).unwrap().count();
        assert_eq!(left, 1);
        assert_eq!(fs::metadata(files.path(id)).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_file_that_was_never_stored_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let id = UploadId::from_uuid(Uuid::nil());
        let error = files.read(id).unwrap_err();
        assert!(matches!(error, Error::Internal(_)) && error.reason().contains(&id.to_string()), "{error:?}");
    }

    #[test]
    fn only_temporary_files_older_than_a_day_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let id = UploadId::from_uuid(Uuid::new_v4());
        files.store(id, b"%PDF-1.7").unwrap();
        let path = files.path(id);
        let written = Instant::UNIX_EPOCH + Duration::days(10_000);
        let left =
            [path.with_extension("part-0123456789abcdef"), path.with_extension("part-fedcba9876543210")];
        for (file, at) in [(&path, 0), (&left[0], 0), (&left[1], 1)] {
            let file = File::options().append(true).create(true).open(file).unwrap();
            file.set_modified((written + Duration::seconds(at)).into()).unwrap();
        }
        assert_eq!(files.sweep(written + ABANDONED_AFTER).unwrap(), 0);
        assert_eq!(files.sweep(written + ABANDONED_AFTER + Duration::milliseconds(500)).unwrap(), 1);
        assert!(!left[0].exists() && left[1].exists() && files.exists(id));
        assert!(Files::at(&path).sweep(written).is_err(), "no folder");
    }

    #[test]
    fn a_disk_error_is_temporary_and_its_reason_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let (file, dangling) = (folder.path().join("file"), folder.path().join("dangling"));
        fs::write(&file, "no folder").unwrap();
        std::os::unix::fs::symlink("nowhere", &dangling).unwrap();
        let id = UploadId::from_uuid(Uuid::nil());
        let read = Files::at(&file).read(id).map(drop);
        for failed in [read, Files::at(&file).store(id, b"%PDF"), Files::at(&dangling).store(id, b"%PDF")] {
            let error = failed.unwrap_err();
            assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
            assert!(error.reason().contains("attachments: /"), "{error:?}");
        }
    }
}
