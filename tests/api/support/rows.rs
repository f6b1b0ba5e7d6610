//! Counts and changes rows of the database without the service:
//! `app.rows("outbox").with("state", "SENT").count()`.

use std::fmt::{Display, Write as _};

use chrono::{DateTime, Utc};

use super::TestApp;
use super::database::TestDatabase;
use super::production::Production;

/// The rows of a table that meet all conditions added so far.
#[derive(Clone)]
pub struct Rows<'a> {
    database: &'a TestDatabase,
    table: &'static str,
    conditions: String,
}

impl TestDatabase {
    /// All rows of a table.
    pub fn rows(&self, table: &'static str) -> Rows<'_> {
        Rows { database: self, table, conditions: "1 = 1".to_owned() }
    }
}

impl TestApp {
    /// All rows of a table.
    pub fn rows(&self, table: &'static str) -> Rows<'_> {
        self.database.rows(table)
    }
}

impl Production {
    /// All rows of a table.
    pub fn rows(&self, table: &'static str) -> Rows<'_> {
        self.database.rows(table)
    }
}

impl Rows<'_> {
    /// Adds a condition: the column has this value.
    pub fn with(self, column: &str, value: impl Display) -> Self {
        self.and(&format!("{column} = {}", quoted(value)))
    }

    /// Adds a condition: the column is null.
    pub fn with_null(self, column: &str) -> Self {
        self.and(&format!("{column} IS NULL"))
    }

    /// Adds a condition: the column is not null.
    pub fn with_non_null(self, column: &str) -> Self {
        self.and(&format!("{column} IS NOT NULL"))
    }

    /// Adds a condition: the column contains a text.
    pub fn containing(self, column: &str, text: &str) -> Self {
        self.like(column, &format!("%{text}%"))
    }

    /// Adds a condition: the column matches a pattern of SQL's `LIKE`.
    pub fn like(self, column: &str, pattern: &str) -> Self {
        self.and(&format!("{column} LIKE {}", quoted(pattern)))
    }

    /// Adds a condition: the column has a later instant.
    pub fn after(self, column: &str, instant: DateTime<Utc>) -> Self {
        let instant = self.database.instant(instant);
        self.and(&format!("{column} > {instant}"))
    }

    /// How many rows there are.
    pub fn count(&self) -> i64 {
        let Self { database, table, conditions } = self;
        database.count(&format!("SELECT COUNT(*) FROM {table} WHERE {conditions}"))
    }

    /// Sets a column of these rows.
    pub fn set(&self, column: &str, value: impl Display) {
        let Self { database, table, conditions } = self;
        database.execute(&format!("UPDATE {table} SET {column} = {} WHERE {conditions}", quoted(value)));
    }

    /// Sets a column of these rows to an instant.
    pub fn set_instant(&self, column: &str, at: DateTime<Utc>) {
        let Self { database, table, conditions } = self;
        let at = database.instant(at);
        database.execute(&format!("UPDATE {table} SET {column} = {at} WHERE {conditions}"));
    }

    /// Sets a column of these rows to null.
    pub fn set_null(&self, column: &str) {
        let Self { database, table, conditions } = self;
        database.execute(&format!("UPDATE {table} SET {column} = NULL WHERE {conditions}"));
    }

    /// Deletes these rows.
    pub fn delete(&self) {
        let Self { database, table, conditions } = self;
        database.execute(&format!("DELETE FROM {table} WHERE {conditions}"));
    }

    fn and(mut self, condition: &str) -> Self {
        let _ = write!(self.conditions, " AND {condition}");
        self
    }
}

fn quoted(value: impl Display) -> String {
    format!("'{}'", value.to_string().replace('\'', "''"))
}
