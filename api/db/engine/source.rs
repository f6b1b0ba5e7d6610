//! The address of the database.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::domain::values::coded_enum::coded_enum;

/// Where the database is.
#[derive(Debug, Clone)]
pub enum Source {
    /// An embedded database in this file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(Server),
}

/// A PostgreSQL server, or several of which one accepts writes.
#[derive(Debug, Clone)]
pub struct Server {
    /// The connection URL with every option for libpq. It may contain a password.
    pub url: SecretString,
    /// The maximum number of connections.
    pub connections: u32,
    /// The pooler between the service and the server.
    pub pooler: Pooler,
}

coded_enum! {
    /// The pooler between the service and a PostgreSQL server.
    pub enum Pooler {
        /// No pooler: a connection is a session of the server.
        None = "none",
        /// pgbouncer in transaction mode. Each transaction may run in another session, so a session must not
        /// keep any state or prepared statement.
        Transaction = "transaction",
    }
}
