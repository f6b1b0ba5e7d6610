//! The bytes of attachments, beside the database. A file appears under its name only when all of
//! it is on disk, so that a crash leaves either the whole file or none.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Duration;

use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::UploadId;
use crate::error::Error;

/// What a file's name ends with while it is being written.
const ASIDE: &str = "part-";
/// No file is on its way for as long as this: whoever wrote it was killed.
const LEFT: Duration = Duration::days(1);

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
        let aside = place.with_extension(format!("{ASIDE}{:016x}", rand::random::<u64>()));
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
        fs::read(&place).map_err(|error| unread(&place, &error))
    }

    /// Opens a file to be read piece by piece, and says how long it is, in bytes.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn opened(&self, id: UploadId) -> Result<(File, u64), Error> {
        let place = self.place(id);
        let opened = File::open(&place).and_then(|file| {
            let length = file.metadata()?.len();
            Ok((file, length))
        });
        opened.map_err(|error| unread(&place, &error))
    }

    /// Whether there are bytes of this file.
    #[must_use]
    pub fn has(&self, id: UploadId) -> bool {
        self.place(id).is_file()
    }

    /// Removes a file's bytes; where there are none, nothing is to be done.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if they cannot be removed.
    pub fn remove(&self, id: UploadId) -> Result<(), Error> {
        let place = self.place(id);
        if_there(fs::remove_file(&place)).map(drop).map_err(|error| unavailable(&place, &error))
    }

    /// Removes what kills left of files that were being written, and says how many there were. `now` is the
    /// machine's time, which files bear.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the folder cannot be read, or something in it not removed.
    pub fn sweep(&self, now: Instant) -> Result<usize, Error> {
        sweep(&self.folder, now - LEFT).map_err(|error| unavailable(&self.folder, &error))
    }

    /// Files are spread over folders by the id's last two characters.
    fn place(&self, id: UploadId) -> PathBuf {
        let name = id.to_string();
        let shelf: String = name.chars().rev().take(2).collect();
        self.folder.join(shelf).join(name)
    }
}

/// Sweeps a folder and those in it.
fn sweep(folder: &Path, before: Instant) -> io::Result<usize> {
    let mut swept = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_aside = path.extension().is_some_and(|end| end.to_string_lossy().starts_with(ASIDE));
        if entry.file_type()?.is_dir() {
            swept += sweep(&path, before)?;
        } else if is_aside && is_older(&path, before)? {
            swept += usize::from(if_there(fs::remove_file(&path))?.is_some());
        }
    }
    Ok(swept)
}

fn is_older(file: &Path, before: Instant) -> io::Result<bool> {
    let written = if_there(fs::metadata(file).and_then(|about| about.modified()))?;
    Ok(written.is_some_and(|written| Instant::from(written) < before))
}

/// Nothing of a file that has gone: it was written to its end, or another replica sweeps the same folder.
fn if_there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result.map(Some),
    }
}

/// Why a file cannot be read that is said to be there.
fn unread(place: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::internal(format!("{}: {error}", place.display())),
        _ => unavailable(place, error),
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
        let (file, length) = files.opened(id).unwrap();
        assert_eq!((io::read_to_string(file).unwrap().as_str(), length), ("%PDF-1.7 again", 14));
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
    fn what_a_kill_left_is_swept_once_it_is_a_day_old_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let id = UploadId::from_uuid(Uuid::new_v4());
        files.store(id, b"%PDF-1.7").unwrap();
        let place = files.place(id);
        let written = Instant::UNIX_EPOCH + Duration::days(10_000);
        let left =
            [place.with_extension("part-0123456789abcdef"), place.with_extension("part-fedcba9876543210")];
        for (file, at) in [(&place, 0), (&left[0], 0), (&left[1], 1)] {
            let file = File::options().append(true).create(true).open(file).unwrap();
            file.set_modified((written + Duration::seconds(at)).into()).unwrap();
        }
        assert_eq!(files.sweep(written + LEFT).unwrap(), 0);
        assert_eq!(files.sweep(written + LEFT + Duration::milliseconds(500)).unwrap(), 1);
        assert!(!left[0].exists() && left[1].exists() && files.has(id));
        assert!(Files::at(&place).sweep(written).is_err(), "no folder");
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
