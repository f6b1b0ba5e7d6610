//! The address of the database.

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
    /// The connection URL with every option for libpq. It may hold a password.
    pub url: SecretString,
    /// Connections at most.
    pub connections: u32,
    /// The pooler between the service and the server.
    pub pooler: Pooler,
}

words! {
    /// The pooler between the service and a PostgreSQL server.
    pub enum Pooler {
        /// Nothing: a connection is a session of the server.
        None = "none",
        /// pgbouncer in transaction mode. Each transaction may run in another session, so no state may be kept in
        /// a session, and no prepared statement either.
        Transaction = "transaction",
    }
}
