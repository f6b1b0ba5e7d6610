//! Where the database is.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::domain::values::words::words;

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Source {
    /// An embedded database in this file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(Server),
}

/// A PostgreSQL server, or several of which one takes writes.
#[derive(Debug, Clone)]
pub struct Server {
    /// The connection URL with every option that libpq shall know; it may hold a password.
    pub url: SecretString,
    /// Connections at most.
    pub connections: u32,
    /// What stands between us and the server.
    pub pooler: Pooler,
}

words! {
    /// What stands between us and a PostgreSQL server.
    pub enum Pooler {
        /// Nothing: a connection is a session of the server.
        None = "none",
        /// pgbouncer in transaction mode: each transaction may meet another session, so nothing may be
        /// kept in one, prepared statements included.
        Transaction = "transaction",
    }
}
