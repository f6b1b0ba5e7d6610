//! Checks the parts of the service on which `/readyz` depends: database, schema, disks. Reads how much waits in the
//! queues, for the operator's port.
//!
//! The lag of a queue never makes the service unready: late mails are no reason to refuse filings, and all replicas
//! would become unready at the same time. The checks of `/readyz` do not even read the queues, so that its time does not
//! depend on them.

mod commit_probe;
mod details;
mod single_slot;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use futures_util::future::join_all;
use tokio::sync::Mutex;

use super::readiness::commit_probe::CommitProbe;
pub use super::readiness::details::Details;
use super::readiness::single_slot::SingleSlot;

use super::disk;
use crate::clock::Clock;
use crate::db::engine::migrations::{self, SchemaDifference};
use crate::db::engine::pool::Database;
use crate::db::engine::writer::Mode;
use crate::db::store::health::{self, Backlog};
use crate::error::{Error, chain};

/// How long a report is reused, so that frequent probes do not load the database.
const MAX_AGE: Duration = Duration::from_secs(1);
/// The timeout of the check of a disk.
const DISK_TIMEOUT: Duration = Duration::from_secs(3);
/// The timeout of the check of the database, which may wait in the queue of writes. It is shorter than the 5 seconds
/// that a filing may wait in that queue and that a balancer waits for the report (`timeout check` in
/// deploy/haproxy.cfg).
const DATABASE_TIMEOUT: Duration = Duration::from_secs(4);
/// The minimum timeout of a test commit, even if the other checks of the database have used up the time.
const MIN_COMMIT_TIMEOUT: Duration = Duration::from_millis(500);

/// A folder that the service writes to.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Its name in the report: `database` or `uploads`.
    pub name: &'static str,
    /// Its path.
    pub path: PathBuf,
}

/// Checks the parts of the service, at most once a second.
pub struct Readiness {
    database: Database,
    clock: Clock,
    commit_probe: Arc<CommitProbe>,
    folders: Vec<(Folder, SingleSlot)>,
    disk_floor: u64,
    last: Mutex<Option<(Stopwatch, Arc<ReadinessReport>)>>,
    last_backlog: Mutex<Option<(Stopwatch, Option<Backlog>)>>,
}

/// The result of the checks.
#[derive(Debug)]
pub struct ReadinessReport {
    /// Whether the database accepts writes.
    pub is_writable: bool,
    /// How the schema differs from the schema of this build; `None` if it cannot be read.
    pub schema: Option<SchemaDifference>,
    /// The name and the free bytes of each folder; `None` if they are unknown or the file system is read-only.
    pub disks: Vec<(&'static str, Option<u64>)>,
    /// How many bytes must be free in each folder.
    pub disk_floor: u64,
}

impl ReadinessReport {
    /// Whether this build can work with the schema: no migration is missing, and the schema is at most one migration
    /// ahead, as during an upgrade in which replicas are replaced one by one.
    #[must_use]
    pub fn fits_schema(&self) -> bool {
        self.schema.is_some_and(|schema| schema.missing == 0 && schema.ahead <= 1)
    }

    /// Whether this many free bytes are enough.
    #[must_use]
    pub fn has_room(&self, free: Option<u64>) -> bool {
        free.is_some_and(|free| free >= self.disk_floor)
    }

    /// Whether the service can serve.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.is_writable && self.fits_schema() && self.disks.iter().all(|(_, free)| self.has_room(*free))
    }
}

impl Readiness {
    /// Creates the checks of a database and of folders, each of which must have `disk_floor` bytes free.
    #[must_use]
    pub fn new(database: Database, clock: Clock, folders: Vec<Folder>, disk_floor: u64) -> Self {
        let folders = folders.into_iter().map(|folder| (folder, SingleSlot::default())).collect();
        Self {
            database,
            clock,
            commit_probe: Arc::default(),
            folders,
            disk_floor,
            last: Mutex::new(None),
            last_backlog: Mutex::new(None),
        }
    }

    /// Returns the last report if it is less than a second old, otherwise a new one. Concurrent callers share the
    /// report.
    pub async fn report(&self) -> Arc<ReadinessReport> {
        let mut last = self.last.lock().await;
        if let Some((_, report)) = last.as_ref().filter(|(seen, _)| seen.elapsed() < MAX_AGE) {
            return Arc::clone(report);
        }
        let report = Arc::new(self.check().await);
        *last = Some((Stopwatch::now(), Arc::clone(&report)));
        report
    }

    /// Returns what waits in the queues, at most a second old; `None` if it cannot be read.
    pub async fn backlog(&self) -> Option<Backlog> {
        let mut last = self.last_backlog.lock().await;
        if let Some((_, backlog)) = last.as_ref().filter(|(seen, _)| seen.elapsed() < MAX_AGE) {
            return *backlog;
        }
        let deadline = tokio::time::Instant::now() + DATABASE_TIMEOUT;
        let now = self.clock.now();
        // As a write job, for the same reason as the checks of the database.
        let read = self.database.write(Mode::RollBack, move |conn| health::backlog(conn, now));
        let backlog = before_deadline(deadline, read).await;
        *last = Some((Stopwatch::now(), backlog));
        backlog
    }

    async fn check(&self) -> ReadinessReport {
        let disks = join_all(self.folders.iter().map(|(folder, slot)| free_space(folder, slot)));
        let ((is_writable, schema), disks) = tokio::join!(self.check_database(), disks);
        ReadinessReport { is_writable, schema, disks, disk_floor: self.disk_floor }
    }

    /// Returns whether the database accepts writes and, if it can be read, the state of its schema.
    async fn check_database(&self) -> (bool, Option<SchemaDifference>) {
        let deadline = tokio::time::Instant::now() + DATABASE_TIMEOUT;
        let (commit_probe, is_server) = (Arc::clone(&self.commit_probe), self.database.is_server());
        // The checks run as one write job. As a read they would fail when many reads are rejected, although the
        // service still accepts filings.
        let check = self.database.write(Mode::RollBack, move |conn| {
            let seen = migrations::compare_schema(conn)?;
            if is_server {
                commit_probe.give_up_lost(conn)?;
            }
            Ok((seen, health::try_to_write(conn).inspect_err(log_unwritable).is_ok()))
        });
        let (seen, written) = before_deadline(deadline, check).await.unzip();
        let mut is_writable = written.unwrap_or(false);
        if is_writable && is_server {
            let left = deadline.saturating_duration_since(tokio::time::Instant::now());
            let commit = self.commit_probe.try_one(&self.database, left.max(MIN_COMMIT_TIMEOUT));
            is_writable = commit.await.inspect_err(log_unwritable).is_ok();
        }
        (is_writable, seen)
    }
}

async fn before_deadline<T>(
    deadline: tokio::time::Instant,
    check: impl Future<Output = Result<T, Error>>,
) -> Option<T> {
    match tokio::time::timeout_at(deadline, check).await {
        Ok(Ok(done)) => Some(done),
        Ok(Err(error)) => {
            tracing::error!(error = %chain(&error), "not ready: the database cannot be checked");
            None
        }
        Err(_) => {
            tracing::error!("not ready: the database did not answer in time");
            None
        }
    }
}

fn log_unwritable(error: &Error) {
    tracing::error!(error = %chain(error), "not ready: the database cannot be written");
}

/// The name and the free bytes of a folder. The check may hang, for example on a network file system.
async fn free_space(folder: &Folder, slot: &SingleSlot) -> (&'static str, Option<u64>) {
    let path = folder.path.clone();
    let free = slot.run(DISK_TIMEOUT, move || disk::free_bytes(&path)).await;
    let reason = match free {
        Some(Ok(free)) => return (folder.name, Some(free)),
        Some(Err(error)) => chain(&error).to_string(),
        None => "the file system does not answer".to_owned(),
    };
    tracing::error!(reason, folder = folder.name, "not ready: the free space of a disk is unknown");
    (folder.name, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: ReadinessReport = ReadinessReport {
        is_writable: true,
        schema: Some(SchemaDifference { missing: 0, ahead: 0 }),
        disks: Vec::new(),
        disk_floor: 100,
    };

    #[test]
    fn each_failed_part_makes_the_service_unready_but_a_backlog_does_not() {
        assert!(READY.is_ready());
        assert!(!ReadinessReport { is_writable: false, ..READY }.is_ready());
        let day = chrono::Duration::days(1);
        let late = Backlog {
            waiting: 1_000,
            lag: day,
            link_requests: 1_000,
            link_requests_lag: day,
            scans: 1_000,
            scans_lag: day,
        };
        assert!(Details::of(&READY, Some(late), false).is_ready());
        assert!(!Details::of(&READY, None, true).is_ready(), "a service that stops");
        for (free, ready) in [(Some(100), true), (Some(99), false), (None, false)] {
            let disks = vec![("database", Some(1_000)), ("uploads", free)];
            assert_eq!(ReadinessReport { disks, ..READY }.is_ready(), ready, "{free:?}");
        }
    }

    #[test]
    fn a_schema_may_be_one_migration_ahead_but_not_behind() {
        for (missing, ahead, ready) in
            [(0, 0, true), (0, 1, true), (0, 2, false), (1, 0, false), (1, 1, false)]
        {
            let report = ReadinessReport { schema: Some(SchemaDifference { missing, ahead }), ..READY };
            assert_eq!(report.is_ready(), ready, "{missing} missing, {ahead} ahead");
        }
        assert!(!ReadinessReport { schema: None, ..READY }.is_ready());
    }
}
