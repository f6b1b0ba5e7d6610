//! Locks that let only one transaction at a time decide about a thing.
//!
//! An embedded database needs none, because it has one writer. On PostgreSQL, transactions run concurrently, and a
//! decision that reads several rows would not see what another transaction is about to write. Unique indexes settle
//! most of these races. These locks settle the rest, and let a repeated request wait for the first one's answer.

use diesel::connection::SimpleConnection as _;
use sha2::{Digest as _, Sha256};

use super::connection::Conn;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::AccountId;
use crate::error::Error;

/// A thing that only one transaction at a time may decide about.
#[derive(Debug, Clone, Copy)]
pub enum Lock<'a> {
    /// An account: its data, its filings, its idempotency keys.
    Account(AccountId),
    /// A token of a mailed link or of a session, by its hash.
    Token(&'a [u8]),
    /// Which account a facility code belongs to, now and after a succession.
    Facility(&'a FacilityCode),
    /// Which account a login address belongs to.
    Address(&'a EmailAddress),
    /// The facility list as a whole: one import at a time.
    FacilityList,
    /// Which mails are sent next: one claim at a time.
    Outbox,
}

impl Lock<'_> {
    /// The lock's number. Two things may share a number by chance, and then wait for each other.
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

/// Waits for the locks and holds them until the transaction ends. To prevent deadlocks, locks of one call are taken
/// in one order, and a transaction locks its account before any facility.
///
/// # Errors
/// [`Error::Unavailable`] if another transaction keeps a lock for too long.
pub fn acquire(conn: &mut Conn, locks: &[Lock<'_>]) -> Result<(), Error> {
    let Conn::Postgres(connection) = conn else { return Ok(()) };
    let mut numbers: Vec<i64> = locks.iter().map(|lock| lock.number()).collect();
    numbers.sort_unstable();
    // The numbers are safe to write into the text. A statement with parameters would be prepared first, which
    // costs another round trip.
    let statement_for = |number| format!("SELECT pg_advisory_xact_lock({number});");
    connection.batch_execute(&numbers.into_iter().map(statement_for).collect::<String>())?;
    Ok(())
}
