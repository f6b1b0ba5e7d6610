//! The one writer: many jobs share a commit, none suffers from another, none is answered before it
//! is on disk.

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

type Told<T> = Receiver<Result<T, Error>>;

/// A writer with a table of its own.
struct Desk {
    writer: Writer,
    folder: TempDir,
}

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

fn put(conn: &mut Conn, value: i64) -> Result<i64, Error> {
    execute(conn, &format!("INSERT INTO lines (value) VALUES ({value})"))?;
    Ok(value)
}

impl Desk {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lines.sqlite3");
        execute(
            &mut connect(&Source::Sqlite(file.clone())).unwrap(),
            "CREATE TABLE lines (value INTEGER NOT NULL UNIQUE)",
        )
        .unwrap();
        Self { writer: Writer::start(&file).unwrap(), folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("lines.sqlite3")
    }

    fn connect(&self) -> Conn {
        connect(&Source::Sqlite(self.file())).unwrap()
    }

    /// What another connection sees.
    fn lines(&self) -> Vec<i64> {
        let Conn::Sqlite(mut conn) = self.connect() else { unreachable!() };
        let rows: Vec<Row> =
            diesel::sql_query("SELECT value FROM lines ORDER BY value").load(&mut conn).unwrap();
        rows.into_iter().map(|row| row.value).collect()
    }

    fn submit(&self, job: impl FnOnce(&mut Conn) -> Result<i64, Error> + Send + 'static) -> Told<i64> {
        self.writer.submit(Mode::Store, job).unwrap()
    }

    /// A job that begins a group and holds it open, so that what is submitted next joins it.
    fn hold(&self) -> (Sender<()>, Told<i64>) {
        let (go, wait) = channel::<()>();
        let (began, begins) = channel();
        let told = self.submit(move |conn| {
            began.send(()).unwrap();
            let _ = wait.recv();
            put(conn, 0)
        });
        begins.recv().unwrap();
        (go, told)
    }
}

fn answer(told: Told<i64>) -> Result<i64, Error> {
    told.blocking_recv().unwrap()
}

#[test]
fn a_failing_and_a_panicking_job_sink_nobody_else_in_their_group() {
    let desk = Desk::open();
    let (go, first) = desk.hold();
    let good = desk.submit(|conn| put(conn, 1));
    let refused = desk.submit(|conn| {
        put(conn, 2)?;
        Err(FilingRefusal::StatusForbids.into())
    });
    let broken = desk.submit(|conn| {
        put(conn, 3)?;
        put(conn, 1)
    });
    let panicking = desk.submit(|conn| {
        put(conn, 4)?;
        panic!("a job panics")
    });
    let deep = desk.submit(|conn| {
        put(conn, 5)?;
        todokede::db::engine::savepoint(conn, |conn| {
            put(conn, 6)?;
            panic!("a job panics in a part of its own")
        })
    });
    let last = desk.submit(|conn| put(conn, 7));
    go.send(()).unwrap();
    assert_eq!(answer(first).unwrap(), 0);
    assert_eq!(answer(good).unwrap(), 1);
    assert!(matches!(answer(refused), Err(Error::Refused(code)) if code == FilingRefusal::StatusForbids));
    for told in [broken, panicking, deep] {
        assert!(matches!(answer(told), Err(Error::Internal(_))));
    }
    assert_eq!(answer(last).unwrap(), 7);
    assert_eq!(desk.lines(), [0, 1, 7]);
    assert_eq!(answer(desk.submit(|conn| put(conn, 8))).unwrap(), 8, "the writer goes on");
}

#[test]
fn a_part_that_is_taken_back_leaves_the_rest_of_its_job() {
    let desk = Desk::open();
    let told = desk.submit(|conn| {
        put(conn, 1)?;
        let part: Result<i64, Error> = todokede::db::engine::savepoint(conn, |conn| {
            put(conn, 2)?;
            Err(Error::NotFound)
        });
        assert!(part.is_err());
        put(conn, 3)
    });
    answer(told).unwrap();
    assert_eq!(desk.lines(), [1, 3]);
}

#[test]
fn a_rehearsal_keeps_nothing_and_sees_what_it_did() {
    let desk = Desk::open();
    let (go, first) = desk.hold();
    let rehearsal = desk.writer.submit(Mode::Rehearse, |conn| {
        put(conn, 1)?;
        put(conn, 1).map_or(Ok(1), |_| Err(Error::internal("its own line is not there")))
    });
    let after = desk.submit(|conn| put(conn, 1));
    go.send(()).unwrap();
    answer(first).unwrap();
    assert_eq!(answer(rehearsal.unwrap()).unwrap(), 1);
    assert_eq!(answer(after).unwrap(), 1, "the place is still free");
    assert_eq!(desk.lines(), [0, 1]);
}

#[test]
fn nobody_is_answered_before_the_commit() {
    let desk = Desk::open();
    let (go, mut first) = desk.hold();
    let mut good = desk.submit(|conn| put(conn, 1));
    let (finish, wait) = channel::<()>();
    let (began, begins) = channel();
    let last = desk.submit(move |conn| {
        began.send(()).unwrap();
        let _ = wait.recv();
        put(conn, 2)
    });
    go.send(()).unwrap();
    begins.recv().unwrap();
    // Both jobs before it are done; neither is on disk, so neither is told.
    assert!(first.try_recv().is_err() && good.try_recv().is_err());
    assert!(desk.lines().is_empty());
    finish.send(()).unwrap();
    for told in [first, good, last] {
        answer(told).unwrap();
    }
    assert_eq!(desk.lines(), [0, 1, 2]);
}

#[test]
fn a_caller_that_goes_away_leaves_its_effect() {
    let desk = Desk::open();
    drop(desk.submit(|conn| put(conn, 1)));
    answer(desk.submit(|conn| put(conn, 2))).unwrap();
    assert_eq!(desk.lines(), [1, 2]);
}

#[test]
fn a_full_queue_says_so_at_once_and_drains() {
    let desk = Desk::open();
    let (go, first) = desk.hold();
    let mut waiting = Vec::new();
    let overload = loop {
        let value = i64::try_from(waiting.len()).unwrap() + 1;
        match desk.writer.submit(Mode::Store, move |conn| put(conn, value)) {
            Ok(told) => waiting.push(told),
            Err(error) => break error,
        }
        assert!(waiting.len() < 100_000, "the queue has no end");
    };
    assert!(matches!(overload, Error::Overloaded(_)), "{overload}");
    assert_eq!(waiting.len(), 1024);
    go.send(()).unwrap();
    answer(first).unwrap();
    for told in waiting {
        answer(told).unwrap();
    }
    assert_eq!(desk.lines().len(), 1025);
    answer(desk.submit(|conn| put(conn, -1))).unwrap();
}

#[test]
fn a_transaction_that_the_database_broke_off_is_told_and_the_writer_lives_on() {
    let desk = Desk::open();
    let (go, first) = desk.hold();
    let good = desk.submit(|conn| put(conn, 1));
    let refused = desk.submit(|conn| put(conn, 1).map_err(|_| FilingRefusal::DeclarationExists.into()));
    let rehearsal = desk.writer.submit(Mode::Rehearse, |conn| put(conn, 2)).unwrap();
    // What SQLite does by itself when the disk fails.
    let broken = desk.submit(|conn| {
        execute(conn, "ROLLBACK")?;
        Err(Error::internal("the disk is full"))
    });
    go.send(()).unwrap();
    for told in [first, good] {
        let unknown = answer(told);
        assert!(matches!(unknown, Err(Error::OutcomeUnknown)), "nothing of it is on disk");
    }
    // Neither has changed anything, and what they were told of others is not so.
    for told in [refused, rehearsal, broken] {
        assert!(matches!(answer(told), Err(Error::Unavailable(_))));
    }
    assert!(desk.lines().is_empty());
    assert_eq!(answer(desk.submit(|conn| put(conn, 2))).unwrap(), 2);
    assert_eq!(desk.lines(), [2]);
}

#[test]
fn a_full_disk_fails_what_does_not_fit_and_nothing_after_it() {
    let desk = Desk::open();
    let fill = desk.submit(|conn| {
        execute(conn, "PRAGMA max_page_count = 3; CREATE TABLE filler (text TEXT)")?;
        execute(conn, "INSERT INTO filler VALUES (hex(zeroblob(100000)))")?;
        Ok(0)
    });
    assert!(answer(fill).is_err());
    let more = desk.submit(|conn| {
        execute(conn, "PRAGMA max_page_count = 1000000")?;
        put(conn, 1)
    });
    assert_eq!(answer(more).unwrap(), 1);
    assert_eq!(desk.lines(), [1]);
}

#[test]
fn a_lock_held_elsewhere_is_waited_for() {
    let desk = Desk::open();
    let mut other = desk.connect();
    execute(&mut other, "BEGIN IMMEDIATE; INSERT INTO lines VALUES (1)").unwrap();
    let mut told = desk.submit(|conn| put(conn, 2));
    std::thread::sleep(Duration::from_millis(200));
    assert!(told.try_recv().is_err());
    execute(&mut other, "COMMIT").unwrap();
    answer(told).unwrap();
    assert_eq!(desk.lines(), [1, 2]);
}

#[test]
fn those_who_waited_for_a_lock_together_are_told_together() {
    let desk = Desk::open();
    let mut other = desk.connect();
    execute(&mut other, "BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let waiting: Vec<_> = (0..20).map(|value| desk.submit(move |conn| put(conn, value))).collect();
    for told in waiting {
        told.blocking_recv().unwrap_err();
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "five seconds for a lock, and not for each of twenty");
    execute(&mut other, "ROLLBACK").unwrap();
    assert_eq!(answer(desk.submit(|conn| put(conn, 1))).unwrap(), 1);
}

#[test]
fn a_file_that_was_taken_away_is_never_written_and_one_that_is_back_is() {
    let desk = Desk::open();
    answer(desk.submit(|conn| put(conn, 1))).unwrap();
    let elsewhere = desk.folder.path().join("elsewhere.sqlite3");
    std::fs::rename(desk.file(), &elsewhere).unwrap();
    desk.submit(|conn| put(conn, 2)).blocking_recv().unwrap_err();
    assert!(!desk.file().exists(), "nor is another one made");
    std::fs::rename(&elsewhere, desk.file()).unwrap();
    answer(desk.submit(|conn| put(conn, 3))).unwrap();
    assert_eq!(desk.lines(), [1, 3]);

    let (go, first) = desk.hold();
    std::fs::rename(desk.file(), &elsewhere).unwrap();
    go.send(()).unwrap();
    let told = answer(first);
    assert!(matches!(told, Err(Error::OutcomeUnknown)), "in the midst of it: {told:?}");
    std::fs::copy(&elsewhere, desk.file()).unwrap();
    answer(desk.submit(|conn| put(conn, 4))).unwrap();
    assert_eq!(desk.lines().last(), Some(&4), "a copy that took its place");
}
