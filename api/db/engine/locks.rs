//! Locks that keep decisions about one thing in a row, until the transaction ends.
//!
//! An embedded database has one writer, which is lock enough. On PostgreSQL transactions run side by
//! side, and a decision that reads several rows would not see what another is about to write. Unique
//! indexes referee most such races; these locks referee the rest and let equal requests wait for the
//! first one's answer.

use diesel::connection::SimpleConnection as _;
use sha2::{Digest as _, Sha256};

use super::connection::Conn;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::AccountId;
use crate::error::Error;

/// Something that only one transaction at a time decides about.
#[derive(Debug, Clone, Copy)]
pub enum Lock<'a> {
    /// An account: its data, its filings, its idempotency keys.
    Account(AccountId),
    /// A token of a mailed link or of a session, by its hash.
    Token(&'a [u8]),
    /// Who speaks for a facility code, and who is to.
    Facility(&'a FacilityCode),
    /// Who logs in with an address.
    Address(&'a EmailAddress),
    /// The facility list as a whole: one import at a time.
    FacilityList,
    /// Which mails are sent next: one claim at a time.
    Outbox,
}

impl Lock<'_> {
    /// A number for the lock. Two things may share one by chance and then wait for each other.
    fn number(self) -> i64 {
        let named = |kind: &str, value: &[u8]| Sha256::new().chain_update(kind).chain_update(value);
        let digest = match self {
            Self::Account(id) => named("account", id.uuid().as_bytes()),
            Self::Token(hash) => named("token", hash),
            Self::Facility(code) => named("facility", code.as_str().as_bytes()),
            Self::Address(email) => named("address", email.key().as_bytes()),
            Self::FacilityList => named("facility list", &[]),
            Self::Outbox => named("outbox", &[]),
        };
        let digest = digest.finalize();
        digest.iter().take(8).fold(0, |number, byte| (number << 8) | i64::from(*byte))
    }
}

/// Waits for the locks and holds them until the transaction ends. Locks asked for together are taken
/// in one order, so that two such callers never wait for each other; whoever holds an account asks
/// for facilities after it, never the other way round.
///
/// # Errors
/// [`Error::Unavailable`] if another transaction keeps a lock for too long.
pub fn hold(conn: &mut Conn, locks: &[Lock<'_>]) -> Result<(), Error> {
    let Conn::Postgres(connection) = conn else { return Ok(()) };
    let mut numbers: Vec<i64> = locks.iter().map(|lock| lock.number()).collect();
    numbers.sort_unstable();
    // As text and not as parameters: these are numbers of ours, and a statement with parameters is
    // prepared first, which is another round trip.
    let take = |number| format!("SELECT pg_advisory_xact_lock({number});");
    connection.batch_execute(&numbers.into_iter().map(take).collect::<String>())?;
    Ok(())
}
