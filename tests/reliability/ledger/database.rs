//! Reads the service's database directly.

use std::path::PathBuf;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, RunQueryDsl as _};

/// The service's database.
pub enum Database {
    /// The file of an embedded database.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL database.
    Postgres(String),
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(diesel::QueryableByName)]
struct CheckResult {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

impl Database {
    /// The number of rows of a table.
    pub fn count_rows(&self, table: &str) -> usize {
        let query = diesel::sql_query(format!("SELECT COUNT(*) AS count FROM {table}"));
        let row: Count = match self {
            Self::Sqlite(file) => query.get_result(&mut open(file)),
            Self::Postgres(url) => query.get_result(&mut diesel::PgConnection::establish(url).unwrap()),
        }
        .unwrap();
        usize::try_from(row.count).unwrap()
    }

    /// The damage that SQLite finds in the file. PostgreSQL is not checked.
    pub fn damage(&self) -> Vec<String> {
        match self {
            Self::Sqlite(file) => {
                let results: Vec<CheckResult> =
                    diesel::sql_query("PRAGMA integrity_check").load(&mut open(file)).unwrap();
                results.into_iter().map(|row| row.integrity_check).filter(|result| result != "ok").collect()
            }
            Self::Postgres(_) => Vec::new(),
        }
    }
}

fn open(file: &std::path::Path) -> diesel::SqliteConnection {
    let mut conn = diesel::SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
    conn
}
