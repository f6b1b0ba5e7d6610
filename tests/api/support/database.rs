//! The database of one test, on the engine that the test's attribute names.

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

/// A database that is dropped with this value.
pub struct TestDatabase {
    engine: Engine,
    url: String,
}

impl TestDatabase {
    /// A migrated database with rounds and facilities. An embedded one is in the folder.
    pub fn migrated(folder: &Path) -> Self {
        Self::create(folder, true)
    }

    /// A database without any table.
    pub fn empty(folder: &Path) -> Self {
        Self::create(folder, false)
    }

    fn create(folder: &Path, from_template: bool) -> Self {
        let engine = Engine::of_current_test();
        let url = match engine {
            Engine::Sqlite => {
                let file = folder.join("todokede.sqlite3");
                if from_template {
                    std::fs::copy(template(engine), &file).unwrap();
                }
                format!("sqlite:{}", file.display())
            }
            Engine::Postgres => {
                let name = next_name();
                let template = if from_template { template(engine) } else { "template0" };
                postgres::administer(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
                postgres::url(&name)
            }
        };
        Self { engine, url }
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// The name of the database in PostgreSQL.
    pub fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap()
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens a connection that the service does not know of.
    pub fn connect(&self) -> Conn {
        connect(&source(&self.url)).unwrap()
    }

    /// The number that a query returns.
    pub fn count(&self, query: &str) -> i64 {
        count(&mut self.connect(), query)
    }

    /// Runs a statement outside the service.
    pub fn execute(&self, statement: &str) {
        execute(&mut self.connect(), statement).unwrap();
    }

    /// An instant as an SQL literal.
    pub fn instant(&self, at: chrono::DateTime<chrono::Utc>) -> String {
        match self.engine {
            Engine::Sqlite => at.timestamp_micros().to_string(),
            Engine::Postgres => format!("'{}'::timestamptz", at.to_rfc3339()),
        }
    }

    /// Adds a trigger that makes changes of a table fail. `event` is the kind of change, such as `BEFORE INSERT`;
    /// `condition` says for which rows. The trigger's message must not reach any caller.
    pub fn add_failing_trigger(&self, table: &str, event: &str, condition: &str) {
        self.execute(&match self.engine {
            Engine::Sqlite => format!(
                "CREATE TRIGGER failing {event} ON {table} WHEN {condition}
                 BEGIN SELECT RAISE(ABORT, 'a s3cret message'); END"
            ),
            Engine::Postgres => format!(
                "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'a s3cret message'; END $$;
                 CREATE TRIGGER failing {event} ON {table} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION fail()"
            ),
        });
    }

    /// Removes the trigger of [`Self::add_failing_trigger`].
    pub fn drop_failing_trigger(&self, table: &str) {
        self.execute(&match self.engine {
            Engine::Sqlite => "DROP TRIGGER failing".to_owned(),
            Engine::Postgres => format!("DROP TRIGGER failing ON {table}; DROP FUNCTION fail()"),
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

/// A URL as the service parses it.
pub fn source(url: &str) -> Source {
    let variables = BTreeMap::from([("DATABASE_URL".to_owned(), url.to_owned())]);
    Settings::from_variables(&variables).unwrap().database
}

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

/// The number that a query returns.
pub fn count(conn: &mut Conn, query: &str) -> i64 {
    let query = diesel::sql_query(format!("SELECT ({query}) AS count"));
    let row: Count = match conn {
        Conn::Sqlite(conn) => query.get_result(conn),
        Conn::Postgres(conn) => query.get_result(conn),
    }
    .unwrap();
    row.count
}

/// The database that tests copy: the path of a file, or the name of a database. It is created once per run. It
/// has no stored clock, because each test starts its own.
fn template(engine: Engine) -> &'static str {
    static FILE: OnceLock<(TempDir, String)> = OnceLock::new();
    static NAME: OnceLock<String> = OnceLock::new();
    match engine {
        Engine::Sqlite => &FILE.get_or_init(create_template_file).1,
        Engine::Postgres => NAME.get_or_init(create_template_database),
    }
}

fn create_template_file() -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("template.sqlite3").display().to_string();
    let mut conn = fill_database(folder.path(), &format!("sqlite:{file}"));
    execute(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    (folder, file)
}

fn create_template_database() -> String {
    let name = "prototype";
    postgres::administer(&format!("CREATE DATABASE {name} TEMPLATE template0"));
    drop(fill_database(tempfile::tempdir().unwrap().path(), &postgres::url(name)));
    // PostgreSQL copies a database only if it has no connections.
    postgres::administer(&format!(
        "ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    ));
    name.to_owned()
}

/// Fills a database by opening a service on it, and returns a connection.
fn fill_database(folder: &Path, url: &str) -> Conn {
    let settings = app::settings(folder, &[("DATABASE_URL", url)]);
    drop(std::thread::spawn(move || boot::open(settings).unwrap()).join().unwrap());
    let mut conn = connect(&source(url)).unwrap();
    execute(&mut conn, "DELETE FROM sandbox_clock").unwrap();
    conn
}
