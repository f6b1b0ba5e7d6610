//! The location of the database and how to connect to it.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::domain::values::coded_enum::coded_enum;

/// The location of the database.
#[derive(Debug, Clone)]
pub enum Source {
    /// An embedded database in this file.
    Sqlite(PathBuf),
    /// A PostgreSQL server.
    Postgres(Server),
}

/// A PostgreSQL server, or several servers of which one accepts writes.
#[derive(Debug, Clone)]
pub struct Server {
    /// The connection URL with all options for libpq. It may contain a password.
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
        /// pgbouncer in transaction mode. Each transaction may run in another session, so the service keeps no state
        /// and no prepared statements in a session.
        Transaction = "transaction",
    }
}
