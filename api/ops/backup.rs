//! Backup and restore of an installation with an embedded database: the database's file and the folder of
//! attachments, both the same way in either direction.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::db::engine::backup as database;
use crate::db::store::filings::uploads;
use crate::domain::filings::uploads::to_hex;
use crate::domain::values::ids::UploadId;
use crate::error::Error;
use crate::files::Files;

/// A database and its attachments.
#[derive(Debug, Clone)]
pub struct Place {
    /// The database's file.
    pub database: PathBuf,
    /// The folder of attachments.
    pub uploads: PathBuf,
}

impl Place {
    /// A backup: `FILE`, and `FILE.uploads` beside it.
    #[must_use]
    pub fn of_backup(file: &Path) -> Self {
        Self { database: file.to_owned(), uploads: beside(file, ".uploads") }
    }
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// Attachments with all their bytes.
    pub attachments: usize,
    /// Attachments of the database whose bytes are missing or are not the ones that were announced.
    pub damaged: Vec<UploadId>,
}

/// Copies an installation, as it is at one instant, while a service may be writing to it. The new database
/// appears under its name last: where it is, all that could be copied is on disk.
///
/// Attachments are copied after the database. Each is stored before its row says so and never changes
/// afterwards, so whatever the copied rows speak of is there.
///
/// # Errors
/// An internal error if there is a database already at the new place, if the old one is missing or damaged,
/// or if the disk is full; the new database is not there then. Damaged attachments are no error: what is
/// whole is worth keeping.
pub fn copy(from: &Place, to: &Place) -> Result<Copied, Error> {
    refuse_taken(&to.database)?;
    let aside = beside(&to.database, &format!(".part-{:016x}", rand::random::<u64>()));
    let copied = copy_database(&from.database, &aside)
        .and_then(|stored| copy_attachments(&stored, from, to))
        .and_then(|copied| publish(&aside, &to.database).map(|()| copied));
    if copied.is_err() {
        // Half a copy is of no use; that it cannot be removed either changes nothing.
        let _ = fs::remove_file(&aside);
    }
    copied
}

/// A database is never written over. Neither is a log without one: SQLite would play it into the new file.
fn refuse_taken(file: &Path) -> Result<(), Error> {
    for taken in [file.to_owned(), beside(file, "-wal"), beside(file, "-journal")] {
        if taken.try_exists().map_err(|error| named(&taken, &error))? {
            return Err(Error::internal(format!("{} is there already: move it away first", taken.display())));
        }
    }
    Ok(())
}

/// Copies the database aside, checks the copy and names the attachments it speaks of.
fn copy_database(from: &Path, aside: &Path) -> Result<Vec<(UploadId, String)>, Error> {
    let mut original = database::open_unchanged(from)?;
    if let Some(folder) = aside.parent() {
        fs::create_dir_all(folder).map_err(|error| named(folder, &error))?;
    }
    // Password hashes and addresses are in it: nobody else may read it, not even while it is being written.
    let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(aside);
    let out = out.map_err(|error| named(aside, &error))?;
    database::copy_into(&mut original, aside)?;
    let mut copy = database::open_unchanged(aside)?;
    if let Some(damage) = database::find_damage(&mut copy)?.first() {
        return Err(Error::internal(format!("{}: the database is damaged: {damage}", from.display())));
    }
    let stored = uploads::list_stored(&mut copy)?;
    drop(copy);
    out.sync_all().map_err(|error| named(aside, &error))?;
    Ok(stored)
}

fn copy_attachments(stored: &[(UploadId, String)], from: &Place, to: &Place) -> Result<Copied, Error> {
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

fn publish(aside: &Path, file: &Path) -> Result<(), Error> {
    fs::rename(aside, file).map_err(|error| named(file, &error))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| named(folder, &error))
}

/// The path with something at the end of its name.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn named(path: &Path, error: &std::io::Error) -> Error {
    Error::internal(format!("{}: {error}", path.display()))
}
