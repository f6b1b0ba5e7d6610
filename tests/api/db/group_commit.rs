//! The writer thread of an embedded database. It commits many jobs in one transaction. A job that fails does
//! not affect the others, and no job gets its result before the commit.

use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use diesel::RunQueryDsl as _;
use diesel::sql_types::BigInt;
use tempfile::TempDir;
use todokede::db::engine::Conn;
use todokede::db::engine::pool::connect;
use todokede::db::engine::source::Source;
use todokede::db::engine::writer::{Mode, Writer};
use todokede::domain::filings::refusals::FilingRefusal;
use todokede::error::Error;
use tokio::sync::oneshot::Receiver;

use crate::support::database::execute;

/// The result of a submitted job, once the writer sends it.
type PendingResult<T> = Receiver<Result<T, Error>>;

/// A writer on a database with the table `numbers`.
struct WriterFixture {
    writer: Writer,
    folder: TempDir,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// Inserts a number, which must not be stored yet.
fn insert(conn: &mut Conn, value: i64) -> Result<i64, Error> {
    execute(conn, &format!("INSERT INTO numbers (value) VALUES ({value})"))?;
    Ok(value)
}

impl WriterFixture {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("numbers.sqlite3");
        execute(
            &mut connect(&Source::Sqlite(file.clone())).unwrap(),
            "CREATE TABLE numbers (value INTEGER NOT NULL UNIQUE)",
        )
        .unwrap();
        Self { writer: Writer::start(&file).unwrap(), folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("numbers.sqlite3")
    }

    fn connect(&self) -> Conn {
        connect(&Source::Sqlite(self.file())).unwrap()
    }

    /// The committed numbers, in order.
    fn committed(&self) -> Vec<i64> {
        let Conn::Sqlite(mut conn) = self.connect() else { unreachable!() };
        let rows: Vec<Row> =
            diesel::sql_query("SELECT value FROM numbers ORDER BY value").load(&mut conn).unwrap();
        rows.into_iter().map(|row| row.value).collect()
    }

    fn submit(
        &self,
        job: impl FnOnce(&mut Conn) -> Result<i64, Error> + Send + 'static,
    ) -> PendingResult<i64> {
        self.writer.submit(Mode::Commit, job).unwrap()
    }

    /// Submits a job that begins a group and then waits for the returned sender. Jobs that are submitted before
    /// the sender sends belong to the same group.
    fn begin_group(&self) -> (Sender<()>, PendingResult<i64>) {
        let (release, released) = channel::<()>();
        let (start, started) = channel();
        let pending = self.submit(move |conn| {
            start.send(()).unwrap();
            let _ = released.recv();
            insert(conn, 0)
        });
        started.recv().unwrap();
        (release, pending)
    }
}

/// Waits for the result of a job.
fn result(pending: PendingResult<i64>) -> Result<i64, Error> {
    pending.blocking_recv().unwrap()
}

#[test]
fn a_job_that_fails_or_panics_does_not_affect_the_other_jobs_of_its_group() {
    let fixture = WriterFixture::start();
    let (release, first) = fixture.begin_group();
    let good = fixture.submit(|conn| insert(conn, 1));
    let refused = fixture.submit(|conn| {
        insert(conn, 2)?;
        Err(FilingRefusal::StatusForbids.into())
    });
    let failing = fixture.submit(|conn| {
        insert(conn, 3)?;
        insert(conn, 1)
    });
    let panicking = fixture.submit(|conn| {
        insert(conn, 4)?;
        panic!("a job panics")
    });
    let panicking_in_savepoint = fixture.submit(|conn| {
        insert(conn, 5)?;
        todokede::db::engine::savepoint(conn, |conn| {
            insert(conn, 6)?;
            panic!("a job panics in a savepoint")
        })
    });
    let last = fixture.submit(|conn| insert(conn, 7));
    release.send(()).unwrap();
    assert_eq!(result(first).unwrap(), 0);
    assert_eq!(result(good).unwrap(), 1);
    assert!(matches!(result(refused), Err(Error::Refused(code)) if code == FilingRefusal::StatusForbids));
    for pending in [failing, panicking, panicking_in_savepoint] {
        assert!(matches!(result(pending), Err(Error::Internal(_))));
    }
    assert_eq!(result(last).unwrap(), 7);
    assert_eq!(fixture.committed(), [0, 1, 7]);
    assert_eq!(result(fixture.submit(|conn| insert(conn, 8))).unwrap(), 8, "the writer still runs");
}

#[test]
fn a_savepoint_that_is_rolled_back_leaves_the_rest_of_its_job() {
    let fixture = WriterFixture::start();
    let pending = fixture.submit(|conn| {
        insert(conn, 1)?;
        let savepoint: Result<i64, Error> = todokede::db::engine::savepoint(conn, |conn| {
            insert(conn, 2)?;
            Err(Error::NotFound)
        });
        assert!(savepoint.is_err());
        insert(conn, 3)
    });
    result(pending).unwrap();
    assert_eq!(fixture.committed(), [1, 3]);
}

#[test]
fn a_preview_sees_its_own_writes_and_stores_none() {
    let fixture = WriterFixture::start();
    let (release, first) = fixture.begin_group();
    let preview = fixture.writer.submit(Mode::RollBack, |conn| {
        insert(conn, 1)?;
        insert(conn, 1).map_or(Ok(1), |_| Err(Error::internal("the preview does not see its own row")))
    });
    let after = fixture.submit(|conn| insert(conn, 1));
    release.send(()).unwrap();
    result(first).unwrap();
    assert_eq!(result(preview.unwrap()).unwrap(), 1);
    assert_eq!(result(after).unwrap(), 1, "the preview stored its row");
    assert_eq!(fixture.committed(), [0, 1]);
}

#[test]
fn no_job_gets_its_result_before_the_commit() {
    let fixture = WriterFixture::start();
    let (release, mut first) = fixture.begin_group();
    let mut good = fixture.submit(|conn| insert(conn, 1));
    let (finish, finished) = channel::<()>();
    let (start, started) = channel();
    let last = fixture.submit(move |conn| {
        start.send(()).unwrap();
        let _ = finished.recv();
        insert(conn, 2)
    });
    release.send(()).unwrap();
    started.recv().unwrap();
    // The first two jobs have run, but are not committed.
    assert!(first.try_recv().is_err() && good.try_recv().is_err());
    assert!(fixture.committed().is_empty());
    finish.send(()).unwrap();
    for pending in [first, good, last] {
        result(pending).unwrap();
    }
    assert_eq!(fixture.committed(), [0, 1, 2]);
}

#[test]
fn a_job_whose_caller_does_not_wait_for_the_result_is_committed() {
    let fixture = WriterFixture::start();
    drop(fixture.submit(|conn| insert(conn, 1)));
    result(fixture.submit(|conn| insert(conn, 2))).unwrap();
    assert_eq!(fixture.committed(), [1, 2]);
}

#[test]
fn a_full_queue_refuses_jobs_at_once_and_the_queued_ones_still_run() {
    let fixture = WriterFixture::start();
    let (release, first) = fixture.begin_group();
    let mut queued = Vec::new();
    let overload = loop {
        let value = i64::try_from(queued.len()).unwrap() + 1;
        match fixture.writer.submit(Mode::Commit, move |conn| insert(conn, value)) {
            Ok(pending) => queued.push(pending),
            Err(error) => break error,
        }
        assert!(queued.len() < 100_000, "the queue has no limit");
    };
    assert!(matches!(overload, Error::Overloaded(_)), "{overload}");
    assert_eq!(queued.len(), 1024);
    release.send(()).unwrap();
    result(first).unwrap();
    for pending in queued {
        result(pending).unwrap();
    }
    assert_eq!(fixture.committed().len(), 1025);
    result(fixture.submit(|conn| insert(conn, -1))).unwrap();
}

#[test]
fn jobs_whose_transaction_the_database_rolled_back_get_errors_and_later_jobs_succeed() {
    let fixture = WriterFixture::start();
    let (release, first) = fixture.begin_group();
    let good = fixture.submit(|conn| insert(conn, 1));
    let refused = fixture.submit(|conn| insert(conn, 1).map_err(|_| FilingRefusal::DeclarationExists.into()));
    let preview = fixture.writer.submit(Mode::RollBack, |conn| insert(conn, 2)).unwrap();
    // SQLite itself rolls the transaction back when the disk fails.
    let failing = fixture.submit(|conn| {
        execute(conn, "ROLLBACK")?;
        Err(Error::internal("the disk is full"))
    });
    release.send(()).unwrap();
    for pending in [first, good] {
        let outcome = result(pending);
        assert!(matches!(outcome, Err(Error::OutcomeUnknown)), "{outcome:?}");
    }
    // These jobs stored nothing, and what they read of other jobs was rolled back.
    for pending in [refused, preview, failing] {
        assert!(matches!(result(pending), Err(Error::Unavailable(_))));
    }
    assert!(fixture.committed().is_empty());
    assert_eq!(result(fixture.submit(|conn| insert(conn, 2))).unwrap(), 2);
    assert_eq!(fixture.committed(), [2]);
}

#[test]
fn a_write_that_does_not_fit_on_the_disk_fails_and_later_writes_succeed() {
    let fixture = WriterFixture::start();
    let too_large = fixture.submit(|conn| {
        execute(conn, "PRAGMA max_page_count = 3; CREATE TABLE filler (text TEXT)")?;
        execute(conn, "INSERT INTO filler VALUES (hex(zeroblob(100000)))")?;
        Ok(0)
    });
    assert!(result(too_large).is_err());
    let later = fixture.submit(|conn| {
        execute(conn, "PRAGMA max_page_count = 1000000")?;
        insert(conn, 1)
    });
    assert_eq!(result(later).unwrap(), 1);
    assert_eq!(fixture.committed(), [1]);
}

#[test]
fn a_job_waits_for_a_lock_that_another_connection_holds() {
    let fixture = WriterFixture::start();
    let mut other = fixture.connect();
    execute(&mut other, "BEGIN IMMEDIATE; INSERT INTO numbers VALUES (1)").unwrap();
    let mut pending = fixture.submit(|conn| insert(conn, 2));
    std::thread::sleep(Duration::from_millis(200));
    assert!(pending.try_recv().is_err());
    execute(&mut other, "COMMIT").unwrap();
    result(pending).unwrap();
    assert_eq!(fixture.committed(), [1, 2]);
}

#[test]
fn jobs_that_wait_for_the_same_lock_fail_together_after_one_timeout() {
    let fixture = WriterFixture::start();
    let mut other = fixture.connect();
    execute(&mut other, "BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    let waiting: Vec<_> = (0..20).map(|value| fixture.submit(move |conn| insert(conn, value))).collect();
    for pending in waiting {
        pending.blocking_recv().unwrap_err();
    }
    assert!(started.elapsed() < Duration::from_secs(30), "the jobs waited five seconds one after the other");
    execute(&mut other, "ROLLBACK").unwrap();
    assert_eq!(result(fixture.submit(|conn| insert(conn, 1))).unwrap(), 1);
}

#[test]
fn a_database_file_that_was_moved_away_is_not_written_until_it_is_back() {
    let fixture = WriterFixture::start();
    result(fixture.submit(|conn| insert(conn, 1))).unwrap();
    let elsewhere = fixture.folder.path().join("elsewhere.sqlite3");
    std::fs::rename(fixture.file(), &elsewhere).unwrap();
    fixture.submit(|conn| insert(conn, 2)).blocking_recv().unwrap_err();
    assert!(!fixture.file().exists(), "no new file must be created");
    std::fs::rename(&elsewhere, fixture.file()).unwrap();
    result(fixture.submit(|conn| insert(conn, 3))).unwrap();
    assert_eq!(fixture.committed(), [1, 3]);

    let (release, first) = fixture.begin_group();
    std::fs::rename(fixture.file(), &elsewhere).unwrap();
    release.send(()).unwrap();
    let outcome = result(first);
    assert!(matches!(outcome, Err(Error::OutcomeUnknown)), "moved within a transaction: {outcome:?}");
    std::fs::copy(&elsewhere, fixture.file()).unwrap();
    result(fixture.submit(|conn| insert(conn, 4))).unwrap();
    assert_eq!(fixture.committed().last(), Some(&4), "a copy of the file is written");
}
