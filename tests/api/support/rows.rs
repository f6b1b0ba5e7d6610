//! Reads and changes rows of the database, for what a test cannot do through the service:
//! `app.rows("outbox").with("state", "SENT").count()`.

use std::fmt::{Display, Write as _};

use chrono::{DateTime, Utc};

use super::TestApp;
use super::database::TestDatabase;
use super::production::Production;

/// The rows of a table that meet every condition so far.
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
    /// Those with this value in a column.
    pub fn with(self, column: &str, value: impl Display) -> Self {
        self.and(&format!("{column} = {}", quoted(value)))
    }

    /// Those with nothing in a column.
    pub fn without(self, column: &str) -> Self {
        self.and(&format!("{column} IS NULL"))
    }

    /// Those with anything in a column.
    pub fn with_any(self, column: &str) -> Self {
        self.and(&format!("{column} IS NOT NULL"))
    }

    /// Those whose column contains a text.
    pub fn containing(self, column: &str, text: &str) -> Self {
        self.like(column, &format!("%{text}%"))
    }

    /// Those whose column matches a pattern, in which `%` stands for anything.
    pub fn like(self, column: &str, pattern: &str) -> Self {
        self.and(&format!("{column} LIKE {}", quoted(pattern)))
    }

    /// Those with a later instant in a column.
    pub fn after(self, column: &str, instant: DateTime<Utc>) -> Self {
        let instant = self.database.instant(instant);
        self.and(&format!("{column} > {instant}"))
    }

    /// How many rows there are.
    pub fn count(&self) -> i64 {
        let Self { database, table, conditions } = self;
        database.count(&format!("SELECT COUNT(*) FROM {table} WHERE {conditions}"))
    }

    /// Sets a column of all these rows in the database, without the service.
    pub fn set(&self, column: &str, value: impl Display) {
        let Self { database, table, conditions } = self;
        database.execute(&format!("UPDATE {table} SET {column} = {} WHERE {conditions}", quoted(value)));
    }

    /// Sets a column of all these rows to null, without the service.
    pub fn clear(&self, column: &str) {
        let Self { database, table, conditions } = self;
        database.execute(&format!("UPDATE {table} SET {column} = NULL WHERE {conditions}"));
    }

    /// Deletes all these rows, without the service.
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
