//! Checks the disks and the folder of attachments.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::{DoctorReport, Verdict};
use crate::config::Settings;
use crate::db::engine::source::Source;
use crate::ops::disk::free_bytes;

const MIB: u64 = 1024 * 1024;
/// Below this a busy day or a large write-ahead log can fill the disk.
const WARN_BELOW: u64 = 2048 * MIB;
/// Below this the next attachments and commits may fail.
const FAIL_BELOW: u64 = 200 * MIB;

pub(super) fn examine(settings: &Settings, report: &mut DoctorReport) {
    if matches!(settings.database, Source::Sqlite(_)) {
        examine_space(&settings.data, report);
    }
    let folder = &settings.uploads;
    match fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let message = "does not exist, and the service will create it: if there are attachments, mount or \
                           restore the folder";
            return report.add(Verdict::Warn, "uploads", format!("{} {message}", folder.display()));
        }
        Err(error) => return report.add(Verdict::Fail, "uploads", format!("{}: {error}", folder.display())),
        Ok(_) => {}
    }
    match try_to_write(folder) {
        Ok(()) => report.add(Verdict::Ok, "uploads", format!("{} can be written", folder.display())),
        Err(error) => {
            let advice = match error.kind() {
                io::ErrorKind::ReadOnlyFilesystem => "mount its file system read-write",
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free disk space",
                _ => "let the service's user write to the folder",
            };
            report.add(
                Verdict::Fail,
                "uploads",
                format!("{} cannot be written, {error}: {advice}", folder.display()),
            );
        }
    }
    let disk = |folder: &Path| fs::metadata(folder).map(|about| about.dev()).ok();
    if disk(folder) != disk(&settings.data) || matches!(settings.database, Source::Postgres(_)) {
        examine_space(folder, report);
    }
}

fn examine_space(folder: &Path, report: &mut DoctorReport) {
    match free_bytes(folder) {
        Ok(free) => {
            let (verdict, advice) = judge(free);
            report.add(verdict, "disk", format!("{} has {} MiB free{advice}", folder.display(), free / MIB));
        }
        Err(error) => report.add(Verdict::Fail, "disk", format!("{}: {}", folder.display(), error.reason())),
    }
}

const fn judge(free: u64) -> (Verdict, &'static str) {
    if free < FAIL_BELOW {
        (Verdict::Fail, ": free disk space now, or commits and attachments will fail")
    } else if free < WARN_BELOW {
        (Verdict::Warn, ": free disk space soon")
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
            (FAIL_BELOW - 1, Verdict::Fail),
            (FAIL_BELOW, Verdict::Warn),
            (WARN_BELOW - 1, Verdict::Warn),
            (WARN_BELOW, Verdict::Ok),
            (u64::MAX, Verdict::Ok),
        ] {
            assert_eq!(judge(free).0, verdict, "{free}");
        }
    }
}
