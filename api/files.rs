//! The bytes of attachments, beside the database. A file appears under its name only when all of
//! it is on disk, so that a crash leaves either the whole file or none.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::ids::UploadId;
use crate::error::Error;

/// The folder of attachments. Clones share it.
#[derive(Debug, Clone)]
pub struct Files {
    folder: Arc<Path>,
}

impl Files {
    /// Opens the folder, making it where it is missing.
    ///
    /// # Errors
    /// An internal error if it cannot be made.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::internal)?;
        Ok(Self::at(folder))
    }

    /// The folder as it is, to be read from.
    #[must_use]
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.into() }
    }

    /// Stores a file's bytes durably: written aside, synced, renamed, the folder synced.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the disk is full, read-only or away: it may be mended by the next time. Nothing
    /// refers to what may be left under the file's name then.
    pub fn store(&self, id: UploadId, content: &[u8]) -> Result<(), Error> {
        let place = self.place(id);
        let aside = place.with_extension(format!("part-{:016x}", rand::random::<u64>()));
        let stored = write_durably(&aside, content).and_then(|()| fs::rename(&aside, &place));
        if stored.is_err() {
            // What was written aside is of no use; that it cannot be removed either changes nothing.
            let _ = fs::remove_file(&aside);
        }
        stored.and_then(|()| sync_folder(&place)).map_err(|error| unavailable(&place, &error))
    }

    /// Reads a file's bytes.
    ///
    /// # Errors
    /// An internal error if the file is missing, [`Error::Unavailable`] if the disk does not give it.
    pub fn read(&self, id: UploadId) -> Result<Vec<u8>, Error> {
        let place = self.place(id);
        fs::read(&place).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::internal(format!("{id}: {error}")),
            _ => unavailable(&place, &error),
        })
    }

    /// Whether there are bytes of this file.
    #[must_use]
    pub fn has(&self, id: UploadId) -> bool {
        self.place(id).is_file()
    }

    /// Removes a file's bytes; where there are none, nothing is to be done.
    ///
    /// # Errors
    /// An internal error if they cannot be removed.
    pub fn remove(&self, id: UploadId) -> Result<(), Error> {
        match fs::remove_file(self.place(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::internal(error)),
            _ => Ok(()),
        }
    }

    /// Files are spread over folders by the id's last two characters.
    fn place(&self, id: UploadId) -> PathBuf {
        let name = id.to_string();
        let shelf: String = name.chars().rev().take(2).collect();
        self.folder.join(shelf).join(name)
    }
}

fn unavailable(place: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("the folder of attachments: {}: {error}", place.display()).into())
}

fn write_durably(file: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
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
    fn a_file_is_read_back_whole_by_its_owner_alone_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let id = UploadId::from_uuid(Uuid::new_v4());
        files.store(id, b"%PDF-1.7 first").unwrap();
        files.store(id, b"%PDF-1.7 again").unwrap();
        assert_eq!(files.read(id).unwrap(), b"%PDF-1.7 again");
        let left = fs::read_dir(files.place(id).parent().unwrap()).unwrap().count();
        assert_eq!(left, 1);
        assert_eq!(fs::metadata(files.place(id)).unwrap().permissions().mode() & 0o777, 0o600);
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
    fn a_disk_that_fails_is_trouble_of_the_moment_and_its_reason_is_kept() {
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
