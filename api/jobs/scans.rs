//! Scans of uploaded files as jobs. An attempt sends the file to the malware scanner, and stores the result in one
//! transaction. A refused file is deleted after that transaction, and only then is the job done, so that a file stays on
//! disk neither after a crash nor after an error of the disk.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use uuid::Uuid;

use super::queue::{Due, Lease, Queue, doubled_wait};
use super::runner::{JobKind, Limits};
use crate::blocking;
use crate::clock::Clock;
use crate::db::engine::Conn;
use crate::db::engine::pool::Database;
use crate::db::engine::writer::Mode;
use crate::db::store::filings::scans as stored;
pub use crate::db::store::filings::scans::WaitingScan;
use crate::domain::filings::uploads::UploadStatus;
use crate::domain::values::calendar::Instant;
use crate::domain::values::ids::{AccountId, UploadId};
use crate::error::{Error, chain};
use crate::files::Files;
use crate::ops::metrics::{Metrics, ScanOutcome};
use crate::security::scanner::{SCAN_TIMEOUT, ScanError, ScanResult, Scanner};
use crate::usecases::actor::SYSTEM;
use crate::usecases::filings::uploads::{self, Conclusion};
use crate::usecases::work::{Call, Policy, Work};

/// The longest wait between two attempts for a file that the scanner cannot examine. It is long, because the scanner may
/// crash on such a file and take a minute to load its signatures again.
const LONGEST_WAIT: chrono::Duration = chrono::Duration::hours(1);
/// A scan that takes longer than this counts as late. A stop waits as long for a scan, which another process repeats.
const USUAL_TIME: Duration = Duration::from_secs(5);
/// How long a file is leased at first. If the process dies, another one scans it after this time. A late scan gets a
/// longer lease. A scan that is done twice does no harm.
const FIRST_LEASE: chrono::Duration = chrono::Duration::seconds(15);
/// The longest pause after the scanner could not be reached. It is short, because people wait for their files.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Scans. The lane of a scan is its account, so that many files of one account do not delay those of others.
#[derive(Clone)]
pub struct Scans {
    /// The scanner.
    pub scanner: Scanner,
    /// The contents.
    pub files: Files,
    /// The database.
    pub database: Database,
    /// The clock.
    pub clock: Clock,
    /// The settings of use cases.
    pub policy: Policy,
    /// Wakes the worker that sends mails. It is notified when a file was refused.
    pub mails: Arc<Notify>,
    /// Counts the results.
    pub metrics: Arc<Metrics>,
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The scanner cannot be reached.
    ScannerUnreachable,
    /// The scanner cannot examine this file. The log has its answer.
    FileNotScanned,
    /// The file or the database cannot be used. The log has the cause.
    Storage,
    /// The service stopped during the attempt.
    Stopped,
}

/// A scan whose attempt failed. One that is done has no row any more, and nothing to store.
#[derive(Debug, Clone, Copy)]
pub struct Deferred {
    id: UploadId,
    attempts: i64,
    until: Instant,
}

impl Scans {
    async fn examine(self, scan: WaitingScan) -> Result<(), Failure> {
        if !scan.is_refused && !self.scan(&scan).await? {
            return Ok(());
        }
        self.delete_refused(scan.upload_id).await.map_err(|error| storage_failed(&error))
    }

    /// Scans a file and stores the result. Returns whether the file is to be deleted.
    async fn scan(&self, scan: &WaitingScan) -> Result<bool, Failure> {
        let (files, id) = (self.files.clone(), scan.upload_id);
        let content = blocking::run(move || files.read(id)).await.flatten();
        let content = content.map_err(|error| storage_failed(&error))?;
        let result = self.scanner.scan(&content).await.map_err(|error| scan_failed(&error))?;
        drop(content);
        let concluded = self.conclude_in_database(scan.clone(), result.clone()).await;
        let Conclusion { status, is_new } = concluded.map_err(|error| storage_failed(&error))?;
        match result {
            ScanResult::Malware(signature) if is_new => {
                tracing::warn!(target: "security", event = "upload.refused", %id, signature, "malware was found in an upload");
                self.metrics.scans(ScanOutcome::Refused);
            }
            ScanResult::Clean if is_new => self.metrics.scans(ScanOutcome::Clean),
            _ => {}
        }
        Ok(status == UploadStatus::Refused)
    }

    async fn conclude_in_database(&self, scan: WaitingScan, result: ScanResult) -> Result<Conclusion, Error> {
        let (call, policy) = (Call::internal(self.clock.now()), self.policy.clone());
        let conclude = move |conn: &mut Conn| {
            let mut work = Work::new(conn, &call, &SYSTEM, &policy);
            uploads::conclude_scan(&mut work, &scan, &result)
        };
        let concluded = self.database.write(Mode::Commit, conclude).await?;
        self.mails.notify_one();
        Ok(concluded)
    }

    async fn delete_refused(&self, id: UploadId) -> Result<(), Error> {
        let files = self.files.clone();
        blocking::run(move || files.remove(id)).await.flatten()?;
        self.database.write(Mode::Commit, move |conn| uploads::finish_refusal(conn, id)).await
    }
}

fn storage_failed(error: &Error) -> Failure {
    tracing::error!(error = %chain(error), "a scan could not be done yet");
    Failure::Storage
}

fn scan_failed(error: &ScanError) -> Failure {
    tracing::error!(error = %chain(error), "a file could not be scanned yet");
    match error {
        ScanError::Unreachable(_) => Failure::ScannerUnreachable,
        ScanError::Broken(_) | ScanError::TimedOut | ScanError::Refused(_) => Failure::FileNotScanned,
    }
}

impl JobKind for Scans {
    type Queue = WaitingScans;
    type Failure = Failure;

    const NAME: &'static str = "scans";
    /// Each scan holds its file in memory, up to 10 MiB. By default, clamd runs ten scans at once (`MaxThreads`), and
    /// several replicas may share it.
    const LIMITS: Limits = Limits { at_once: 4, per_lane: 2, late: 2, late_per_lane: 1 };

    fn usual_time(&self) -> Duration {
        USUAL_TIME
    }

    fn late_time(&self) -> Duration {
        SCAN_TIMEOUT
    }

    fn attempt(&self, scan: &WaitingScan) -> impl Future<Output = Result<(), Failure>> + Send + 'static {
        self.clone().examine(scan.clone())
    }

    fn unfinished() -> Failure {
        Failure::Stopped
    }

    fn is_outage(failure: Failure) -> bool {
        failure == Failure::ScannerUnreachable
    }

    fn code(failure: Failure) -> &'static str {
        match failure {
            Failure::ScannerUnreachable => "SCANNER_UNREACHABLE",
            Failure::FileNotScanned => "FILE_NOT_SCANNED",
            Failure::Storage => "STORAGE_FAILED",
            Failure::Stopped => "STOPPED",
        }
    }

    fn pause_after(outages: u32) -> Duration {
        Duration::from_secs(2_u64.saturating_pow(outages.saturating_sub(1).min(6))).min(LONGEST_PAUSE)
    }

    fn conclude(
        &self,
        scan: &WaitingScan,
        outcome: Result<(), Failure>,
        _: Duration,
        now: Instant,
    ) -> Option<Deferred> {
        let failure = outcome.err()?;
        self.metrics.scans(ScanOutcome::Deferred);
        let is_of_this_file = matches!(failure, Failure::FileNotScanned | Failure::Storage);
        let attempts = scan.attempts + i64::from(is_of_this_file);
        let wait =
            if is_of_this_file { doubled_wait(attempts, LONGEST_WAIT) } else { chrono::Duration::zero() };
        Some(Deferred { id: scan.upload_id, attempts, until: now + wait })
    }

    /// Scans never expire.
    fn expired(&self, _: usize) {}
}

/// The queue of the files that wait.
pub struct WaitingScans;

impl Queue for WaitingScans {
    type Id = UploadId;
    type Job = WaitingScan;
    type AttemptResult = Option<Deferred>;

    fn id(scan: &WaitingScan) -> UploadId {
        scan.upload_id
    }

    fn lane(scan: &WaitingScan) -> &str {
        &scan.account
    }

    fn list_due(
        conn: &mut Conn,
        now: Instant,
        except_lanes: &[String],
        limit: i64,
    ) -> Result<Vec<Due<UploadId>>, Error> {
        let except_for: Vec<AccountId> =
            except_lanes.iter().filter_map(|lane| AccountId::parse(lane).ok()).collect();
        let due = stored::list_due(conn, now, &except_for, limit)?;
        let due = due.into_iter().map(|(id, account)| Due {
            id,
            lane: account.to_string(),
            expires_at: Instant::MAX_UTC,
        });
        Ok(due.collect())
    }

    fn lease(
        conn: &mut Conn,
        ids: &[UploadId],
        lease: Lease,
        now: Instant,
    ) -> Result<Vec<WaitingScan>, Error> {
        let lease = Lease { until: lease.until.min(now + FIRST_LEASE), ..lease };
        stored::lease(conn, ids, lease, now)
    }

    fn extend(conn: &mut Conn, ids: &[UploadId], lease: Lease) -> Result<(), Error> {
        stored::extend_leases(conn, ids, lease)
    }

    /// No scan expires, because [`Due::expires_at`] is never reached.
    fn give_up_expired(_: &mut Conn, _: &[UploadId]) -> Result<(), Error> {
        Ok(())
    }

    fn store_results(
        conn: &mut Conn,
        holder: Uuid,
        results: &[Option<Deferred>],
        _: Instant,
    ) -> Result<(), Error> {
        for Deferred { id, attempts, until } in results.iter().flatten() {
            stored::defer(conn, *id, *attempts, holder, *until)?;
        }
        Ok(())
    }

    fn release_leases(conn: &mut Conn, holder: Uuid) -> Result<(), Error> {
        stored::release_leases(conn, holder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_a_second_to_half_a_minute() {
        let pauses: Vec<u64> = [0, 1, 2, 3, 5, 6, 7, 100, u32::MAX]
            .into_iter()
            .map(|n| Scans::pause_after(n).as_secs())
            .collect();
        assert_eq!(pauses, [1, 1, 2, 4, 16, 30, 30, 30, 30]);
    }
}
