//! The database of one test, of the engine that the test names.

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

use super::{Engine, app, postgres};

/// A database that ends with its test.
pub struct TestDatabase {
    engine: Engine,
    url: String,
}

impl TestDatabase {
    /// A migrated database with rounds and facilities, in a folder if it is embedded.
    pub fn ready(folder: &Path) -> Self {
        Self::made(folder, true)
    }

    /// A database without any table.
    pub fn blank(folder: &Path) -> Self {
        Self::made(folder, false)
    }

    fn made(folder: &Path, is_ready: bool) -> Self {
        let engine = Engine::of_this_test();
        let url = match engine {
            Engine::Sqlite => {
                let file = folder.join("todokede.sqlite3");
                if is_ready {
                    std::fs::copy(template(engine), &file).unwrap();
                }
                format!("sqlite:{}", file.display())
            }
            Engine::Postgres => {
                let name = next_name();
                let template = if is_ready { template(engine) } else { "template0" };
                postgres::administer(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
                postgres::url(&name)
            }
        };
        Self { engine, url }
    }

    /// The engine of the database.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Its name in PostgreSQL.
    pub fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }

    /// Its URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection that does not go through the service.
    pub fn connect(&self) -> Conn {
        connect(&source(&self.url)).unwrap()
    }

    /// The number that a query gives.
    pub fn count(&self, query: &str) -> i64 {
        count(&mut self.connect(), query)
    }

    /// Runs a statement that does not go through the service.
    pub fn execute(&self, statement: &str) {
        execute(&mut self.connect(), statement).unwrap();
    }

    /// An instant as a literal of this database.
    pub fn instant(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        match self.engine {
            Engine::Sqlite => at.timestamp_micros().to_string(),
            Engine::Postgres => format!("'{}'::timestamptz", at.to_rfc3339()),
        }
    }

    /// Adds a trigger that makes changes of a table fail: those of the kind `when`, to rows that meet the
    /// condition `which`. No caller may see its message.
    pub fn break_table(&self, table: &str, when: &str, which: &str) {
        self.execute(&match self.engine {
            Engine::Sqlite => format!(
                "CREATE TRIGGER broken {when} ON {table} WHEN {which}
                 BEGIN SELECT RAISE(ABORT, 's3cret of the house'); END"
            ),
            Engine::Postgres => format!(
                "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 's3cret of the house'; END $$;
                 CREATE TRIGGER broken {when} ON {table} FOR EACH ROW WHEN ({which}) EXECUTE FUNCTION broken()"
            ),
        });
    }

    /// Removes the trigger of [`Self::break_table`].
    pub fn mend_table(&self, table: &str) {
        self.execute(&match self.engine {
            Engine::Sqlite => "DROP TRIGGER broken".to_owned(),
            Engine::Postgres => format!("DROP TRIGGER broken ON {table}; DROP FUNCTION broken()"),
        });
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if self.engine == Engine::Postgres {
            postgres::administer(&format!("DROP DATABASE {} WITH (FORCE)", self.name()));
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

/// The number that a query gives.
pub fn count(conn: &mut Conn, query: &str) -> i64 {
    let query = diesel::sql_query(format!("SELECT ({query}) AS count"));
    let row: Count = match conn {
        Conn::Sqlite(conn) => query.get_result(conn),
        Conn::Postgres(conn) => query.get_result(conn),
    }
    .unwrap();
    row.count
}

/// The database from which those of the tests are copied, made once: a file, or the name of a database. It
/// has no clock yet, as each test starts its own.
fn template(engine: Engine) -> &'static str {
    static FILE: OnceLock<(TempDir, String)> = OnceLock::new();
    static NAME: OnceLock<String> = OnceLock::new();
    match engine {
        Engine::Sqlite => &FILE.get_or_init(template_file).1,
        Engine::Postgres => NAME.get_or_init(template_database),
    }
}

fn template_file() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("template.sqlite3").display().to_string();
    let mut conn = filled(folder.path(), &format!("sqlite:{file}"));
    execute(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    (folder, file)
}

fn template_database() -> String {
    let name = "prototype";
    postgres::administer(&format!("CREATE DATABASE {name} TEMPLATE template0"));
    drop(filled(tempfile::tempdir().unwrap().path(), &postgres::url(name)));
    // Only a database that nobody is connected to can be copied.
    postgres::administer(&format!(
        "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    ));
    name.to_owned()
}

/// Fills a database by starting a service on it.
fn filled(folder: &Path, url: &str) -> Conn {
    let settings = app::settings(folder, &[("DATABASE_URL", url)]);
    drop(std::thread::spawn(move || boot::open(settings).unwrap()).join().unwrap());
    let mut conn = connect(&source(url)).unwrap();
    execute(&mut conn, "DELETE FROM sandbox_clock").unwrap();
    conn
}
