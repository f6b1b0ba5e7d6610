//! Reads the database without the service.

use std::path::PathBuf;

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, RunQueryDsl as _};

/// The database in which the service stores its rows.
pub enum Book {
    /// A file of an embedded database.
    Sqlite(PathBuf),
    /// A database of PostgreSQL, by its URL.
    Postgres(String),
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(diesel::QueryableByName)]
struct Word {
    #[diesel(sql_type = Text)]
    integrity_check: String,
}

impl Book {
    /// How many rows a table has.
    pub fn rows(&self, table: &str) -> usize {
        let query = diesel::sql_query(format!("SELECT COUNT(*) AS number FROM {table}"));
        let row: Number = match self {
            Self::Sqlite(file) => query.get_result(&mut open(file)),
            Self::Postgres(url) => query.get_result(&mut diesel::PgConnection::establish(url).unwrap()),
        }
        .unwrap();
        usize::try_from(row.number).unwrap()
    }

    /// What is damaged in the file of the database.
    pub fn damage(&self) -> Vec<String> {
        match self {
            Self::Sqlite(file) => {
                let words: Vec<Word> =
                    diesel::sql_query("PRAGMA integrity_check").load(&mut open(file)).unwrap();
                words.into_iter().map(|word| word.integrity_check).filter(|word| word != "ok").collect()
            }
            // The files of PostgreSQL are not checked.
            Self::Postgres(_) => Vec::new(),
        }
    }
}

fn open(file: &std::path::Path) -> diesel::SqliteConnection {
    let mut conn = diesel::SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    conn.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
    conn
}
