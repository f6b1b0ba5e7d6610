//! The disks, and the folder of attachments on one of them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{Report, Verdict};
use crate::config::Settings;
use crate::db::engine::source::Source;
use crate::ops::disk::free_bytes;

const MIB: u64 = 1024 * 1024;
/// Below this a busy day, or one large log of the database, fills the disk.
const SCARCE: u64 = 2048 * MIB;
/// Below this the next attachments and commits may fail.
const FULL: u64 = 200 * MIB;

pub(super) fn examine(settings: &Settings, report: &mut Report) {
    if matches!(settings.database, Source::Sqlite(_)) {
        examine_space(&settings.data, report);
    }
    let folder = &settings.uploads;
    match fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = "is missing and made when the service starts: if there are attachments, mount or restore them";
            return report.add(Verdict::Warn, "uploads", format!("{} {message}", folder.display()));
        }
        Err(error) => return report.add(Verdict::Fail, "uploads", format!("{}: {error}", folder.display())),
        Ok(_) => {}
    }
    match try_to_write(folder) {
        Ok(()) => report.add(Verdict::Ok, "uploads", format!("{} can be written", folder.display())),
        Err(error) => {
            let mend = match error.kind() {
                io::ErrorKind::ReadOnlyFilesystem => "mount its file system for writing",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room",
                _ => "give the folder to the service's user",
            };
            report.add(
                Verdict::Fail,
                "uploads",
                format!("{} cannot be written, {error}: {mend}", folder.display()),
            );
        }
    }
    let disk = |folder: &Path| fs::metadata(folder).map(|about| about.dev()).ok();
    if disk(folder) != disk(&settings.data) || matches!(settings.database, Source::Postgres(_)) {
        examine_space(folder, report);
    }
}

fn examine_space(folder: &Path, report: &mut Report) {
    match free_bytes(folder) {
        Ok(free) => {
            let (verdict, mend) = judge(free);
            report.add(verdict, "disk", format!("{} has {} MiB free{mend}", folder.display(), free / MIB));
        }
        Err(error) => report.add(Verdict::Fail, "disk", format!("{}: {}", folder.display(), error.reason())),
    }
}

const fn judge(free: u64) -> (Verdict, &'static str) {
    if free < FULL {
        (Verdict::Fail, ": make room now, or commits and attachments fail")
    } else if free < SCARCE {
        (Verdict::Warn, ": make room soon")
    } else {
        (Verdict::Ok, "")
    }
}

fn try_to_write(folder: &Path) -> io::Result<()> {
    let file = folder.join(format!("doctor-{:016x}", rand::random::<u64>()));
    let mut out = OpenOptions::new().write(true).create_new(true).open(&file)?;
    let written = out.write_all(b"written by todokede doctor").and_then(|()| out.sync_all());
    written.and(fs::remove_file(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_warns_before_it_fails() {
        for (free, verdict) in [
            (0, Verdict::Fail),
            (FULL - 1, Verdict::Fail),
            (FULL, Verdict::Warn),
            (SCARCE - 1, Verdict::Warn),
            (SCARCE, Verdict::Ok),
            (u64::MAX, Verdict::Ok),
        ] {
            assert_eq!(judge(free).0, verdict, "{free}");
        }
    }
}
