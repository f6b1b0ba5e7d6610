//! Backup and restore of an installation with SQLite. Both copy the database file and the folder of attachments.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::db::engine::backup as database;
use crate::db::store::filings::uploads;
use crate::domain::filings::uploads::digest::to_hex;
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::files::Files;
use crate::folders;

/// The paths of the database and the attachments of an installation or of a backup.
#[derive(Debug, Clone)]
pub struct Installation {
    /// The database's file.
    pub database: PathBuf,
    /// The folder of attachments.
    pub uploads: PathBuf,
}

impl Installation {
    /// A backup: `FILE`, and `FILE.uploads` beside it.
    #[must_use]
    pub fn of_backup(file: &Path) -> Self {
        Self { database: file.to_owned(), uploads: with_suffix(file, ".uploads") }
    }
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// How many attachments were copied.
    pub attachments: usize,
    /// Attachments in the database whose file is missing or does not have the digest that the database states.
    pub damaged: Vec<UploadId>,
}

/// Copies a snapshot of an installation, even while the service writes to it. The new database gets its name last: if
/// it exists, the copy is complete.
///
/// Attachments are copied after the database. The service stores an attachment before its row, and never changes it
/// afterwards, so the attachments of all copied rows exist.
///
/// # Errors
/// An internal error if the target has a database already, if the source is missing or damaged, or if the disk is full.
/// After an error there is no new database. Damaged attachments are no error, because the copy is useful without them.
pub fn copy(from: &Installation, to: &Installation) -> Result<Copied, Error> {
    refuse_existing(&to.database)?;
    let temporary = with_suffix(&to.database, &format!(".part-{:016x}", rand::random::<u64>()));
    let copied = copy_database(&from.database, &temporary)
        .and_then(|stored| copy_attachments(&stored, from, to))
        .and_then(|copied| publish(&temporary, &to.database).map(|()| copied));
    if copied.is_err() {
        // The result is an error anyway, whether or not the incomplete copy can be removed.
        let _ = fs::remove_file(&temporary);
    }
    copied
}

/// Refuses to overwrite a database. Also refuses if only its journal exists, because SQLite would apply it to the new
/// file.
fn refuse_existing(file: &Path) -> Result<(), Error> {
    for existing in [file.to_owned(), with_suffix(file, "-wal"), with_suffix(file, "-journal")] {
        if existing.try_exists().map_err(|error| with_path(&existing, &error))? {
            return Err(Error::internal(format!(
                "{} exists already: move it away first",
                existing.display()
            )));
        }
    }
    Ok(())
}

/// Copies the database to a temporary name, checks the copy, and lists its attachments.
fn copy_database(from: &Path, temporary: &Path) -> Result<Vec<(UploadId, String)>, Error> {
    let mut original = database::open_unchanged(from)?;
    if let Some(folder) = temporary.parent() {
        folders::create_private(folder).map_err(|error| with_path(folder, &error))?;
    }
    // The copy contains password hashes and addresses, so other users must not be able to read it, not even while it is
    // written.
    let copy_file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temporary);
    let copy_file = copy_file.map_err(|error| with_path(temporary, &error))?;
    database::copy_into(&mut original, temporary)?;
    let mut copy = database::open_unchanged(temporary)?;
    if let Some(damage) = database::find_damage(&mut copy)?.first() {
        return Err(Error::internal(format!("{}: the database is damaged: {damage}", from.display())));
    }
    let stored = uploads::list_on_disk(&mut copy)?;
    drop(copy);
    copy_file.sync_all().map_err(|error| with_path(temporary, &error))?;
    Ok(stored)
}

fn copy_attachments(
    stored: &[(UploadId, String)],
    from: &Installation,
    to: &Installation,
) -> Result<Copied, Error> {
    let (source, target) = (Files::at(&from.uploads), Files::open(&to.uploads)?);
    let mut copied = Copied { attachments: 0, damaged: Vec::new() };
    for (id, sha256) in stored {
        match source.read(*id) {
            Ok(content) if to_hex(&Sha256::digest(&content)) == *sha256 => {
                target.store(*id, &content)?;
                copied.attachments += 1;
            }
            _ => copied.damaged.push(*id),
        }
    }
    Ok(copied)
}

/// Renames the copy to its final name, and makes the rename durable.
fn publish(temporary: &Path, file: &Path) -> Result<(), Error> {
    fs::rename(temporary, file).map_err(|error| with_path(file, &error))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| with_path(folder, &error))
}

/// The path with a suffix added to its name.
fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Adds the path to an error.
fn with_path(path: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("{}: {error}", path.display()))
}
