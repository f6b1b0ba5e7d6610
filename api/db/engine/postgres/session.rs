//! A connection of the pool. The pool drops a connection whose state is uncertain.

use diesel::connection::{CacheSize, Connection as _};
use diesel::{ConnectionError, PgConnection};
use secrecy::ExposeSecret as _;

use crate::db::engine::connection::{Conn, commit_unless_failed, is_broken, roll_back_to};
use crate::db::engine::source::{Pooler, Server};
use crate::error::{Error, chain};

/// One connection of the pool.
pub(super) struct Session {
    pub(super) conn: Conn,
    /// Whether the connection must not be used again.
    pub(super) is_lost: bool,
}

impl Session {
    /// Commits, and succeeds only if the server confirms it.
    pub(super) fn commit(&mut self) -> Result<(), Error> {
        let Err(error) = commit_unless_failed(&mut self.conn) else { return Ok(()) };
        roll_back_to(&mut self.conn, 0);
        self.is_lost = is_broken(&mut self.conn);
        if self.is_lost {
            tracing::error!(error = %chain(&error), "a commit was not confirmed");
            return Err(Error::OutcomeUnknown);
        }
        // The connection works, so the server has answered that it did not commit.
        Err(error.into())
    }

    /// Rolls the transaction back, unless the connection is lost, and returns the result.
    pub(super) fn end<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        self.is_lost |= matches!(result, Err(Error::Unavailable(_)));
        if !self.is_lost {
            roll_back_to(&mut self.conn, 0);
        }
        result
    }
}

/// Opens one connection.
pub(in crate::db) fn connect(server: &Server) -> Result<Conn, Error> {
    establish(server).map_err(|error| Error::Unavailable(error.into()))
}

fn establish(server: &Server) -> Result<Conn, ConnectionError> {
    let mut connection = PgConnection::establish(server.url.expose_secret())?;
    if server.pooler == Pooler::Transaction {
        connection.set_prepared_statement_cache_size(CacheSize::Disabled);
    }
    Ok(Conn::Postgres(connection))
}

/// Opens connections for the pool.
#[derive(Debug)]
pub(super) struct Manager(pub(super) Server);

impl r2d2::ManageConnection for Manager {
    type Connection = Session;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Session, ConnectionError> {
        Ok(Session { conn: establish(&self.0)?, is_lost: false })
    }

    fn is_valid(&self, _: &mut Session) -> Result<(), ConnectionError> {
        Ok(())
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.is_lost || std::thread::panicking() || is_broken(&mut session.conn)
    }
}

/// Logs why the pool cannot open a connection.
#[derive(Debug)]
pub(super) struct ConnectErrorLog;

impl r2d2::HandleError<ConnectionError> for ConnectErrorLog {
    fn handle_error(&self, error: ConnectionError) {
        tracing::warn!(error = %chain(&error), "the database cannot be reached");
    }
}
