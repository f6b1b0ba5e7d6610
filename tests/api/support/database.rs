//! The database of one test: an embedded one, or one of PostgreSQL when the suite runs on that.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use tempfile::TempDir;
use todokede::boot;
use todokede::config::Settings;
use todokede::db::engine::Conn;
use todokede::db::engine::pool::connect;
use todokede::db::engine::source::Source;

use super::app;
use super::postgres;

/// Tells this binary which database its tests are to use: nothing, or `postgres`.
pub const WHICH: &str = "TEST_DATABASE";

/// Whether this run of the suite is on PostgreSQL.
pub fn is_postgres() -> bool {
    std::env::var_os(WHICH).is_some_and(|which| which == "postgres")
}

/// A database that ends with its test.
pub struct TestDatabase {
    url: String,
    name: Option<String>,
}

impl TestDatabase {
    /// A migrated database with rounds and facilities, in a folder if it is embedded.
    pub fn ready(folder: &Path) -> Self {
        Self::made(folder, Some(template()))
    }

    /// A database without any table.
    pub fn blank(folder: &Path) -> Self {
        Self::made(folder, None)
    }

    fn made(folder: &Path, template: Option<&str>) -> Self {
        if !is_postgres() {
            let file = folder.join("todokede.sqlite3");
            if let Some(template) = template {
                std::fs::copy(template, &file).unwrap();
            }
            return Self { url: format!("sqlite:{}", file.display()), name: None };
        }
        let name = next_name();
        let template = template.unwrap_or("template0");
        postgres::administer(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { url: postgres::url(&name), name: Some(name) }
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection past the service.
    pub fn connect(&self) -> Conn {
        connect(&source(&self.url)).unwrap()
    }

    /// A number, by a query.
    pub fn count(&self, query: &str) -> i64 {
        count(&mut self.connect(), query)
    }

    /// Changes the database behind the service's back.
    pub fn execute(&self, statement: &str) {
        execute(&mut self.connect(), statement).unwrap();
    }

    /// An instant as this database's queries write it.
    pub fn instant(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        match self.name {
            Some(_) => format!("'{}'::timestamptz", at.to_rfc3339()),
            None => at.timestamp_micros().to_string(),
        }
    }

    /// Lets a table refuse what a trigger catches, with a message nobody outside may see.
    pub fn break_table(&self, table: &str, when: &str, which: &str) {
        self.execute(&if is_postgres() {
            format!(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 's3cret of the house'; END $$;
                 CREATE TRIGGER broken {when} ON {table} FOR EACH ROW WHEN ({which}) EXECUTE FUNCTION broken()"
            )
        } else {
            format!(
                "CREATE TRIGGER broken {when} ON {table} WHEN {which}
                 BEGIN SELECT RAISE(ABORT, 's3cret of the house'); END"
            )
        });
    }

    /// Takes that back.
    pub fn mend_table(&self, table: &str) {
        self.execute(&if is_postgres() {
            format!("DROP TRIGGER broken ON {table}; DROP FUNCTION broken()")
        } else {
            "DROP TRIGGER broken".to_owned()
        });
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(name) = &self.name {
            postgres::administer(&format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn next_name() -> String {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    format!("test_{}", NAMES.fetch_add(1, Ordering::Relaxed))
}

/// A URL as the service reads it.
pub fn source(url: &str) -> Source {
    let variables = BTreeMap::from([("DATABASE_URL".to_owned(), url.to_owned())]);
    Settings::from_variables(&variables).unwrap().database
}

/// Runs statements.
pub fn execute(conn: &mut Conn, statements: &str) -> Result<(), todokede::error::Error> {
    match conn {
        Conn::Sqlite(conn) => conn.batch_execute(statements),
        Conn::Postgres(conn) => conn.batch_execute(statements),
    }
    .map_err(Into::into)
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

/// A number, by a query.
pub fn count(conn: &mut Conn, query: &str) -> i64 {
    let query = diesel::sql_query(format!("SELECT ({query}) AS count"));
    let row: Count = match conn {
        Conn::Sqlite(conn) => query.get_result(conn),
        Conn::Postgres(conn) => query.get_result(conn),
    }
    .unwrap();
    row.count
}

/// What every test's database is a copy of, made once: a file, or the name of a database. It has no
/// clock yet: each test starts its own.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<(TempDir, String)> = OnceLock::new();
    let make = || {
        let folder = tempfile::tempdir().unwrap();
        let (url, what) = if is_postgres() {
            postgres::administer("CREATE DATABASE prototype TEMPLATE template0");
            (postgres::url("prototype"), "prototype".to_owned())
        } else {
            let file = folder.path().join("template.sqlite3").display().to_string();
            (format!("sqlite:{file}"), file)
        };
        let settings = app::settings(folder.path(), &[("DATABASE_URL", &url)]);
        drop(std::thread::spawn(move || boot::open(settings).unwrap()).join().unwrap());
        let mut conn = connect(&source(&url)).unwrap();
        execute(&mut conn, "DELETE FROM sandbox_clock").unwrap();
        if is_postgres() {
            // Only a database that nobody is connected to can be copied.
            postgres::administer(
                "ALTER DATABASE prototype WITH ALLOW_CONNECTIONS false; \
                 SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'prototype'",
            );
        } else {
            execute(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        }
        (folder, what)
    };
    &TEMPLATE.get_or_init(make).1
}
