//! Advisory locks of PostgreSQL, by which transactions that decide about the same account, code or token run one after
//! the other.
//!
//! An embedded database needs no locks, because it has one writer. On PostgreSQL, transactions run concurrently, and a
//! decision that reads several rows does not see uncommitted rows of other transactions. Unique indexes prevent most of
//! these races. The locks prevent the rest, and let a repeated request wait for the answer of the first one.

use diesel::connection::SimpleConnection as _;
use sha2::{Digest as _, Sha256};

use super::connection::Conn;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::AccountId;
use crate::error::Error;

/// What a lock protects.
#[derive(Debug, Clone, Copy)]
pub enum Lock<'a> {
    /// An account: its data, its filings, its idempotency keys.
    Account(AccountId),
    /// The token of a registration link, by its hash.
    Token(&'a [u8]),
    /// The assignment of a facility code to an account, by registration, designation or succession.
    Facility(&'a FacilityCode),
    /// The assignment of a login address to an account.
    Address(&'a EmailAddress),
    /// The whole facility list, so that one import runs at a time.
    FacilityList,
    /// The outbox, so that one process at a time leases mails.
    Outbox,
    /// The requests for mailed links, so that one process at a time leases them.
    LinkRequests,
    /// The contents that wait for the malware scanner, so that one process at a time leases them.
    Scans,
}

impl Lock<'_> {
    /// The number of the advisory lock. Two locks may have the same number by chance; their holders then wait for each
    /// other without need.
    fn number(self) -> i64 {
        let named = |kind: &str, value: &[u8]| Sha256::new().chain_update(kind).chain_update(value);
        let digest = match self {
            Self::Account(id) => named("account", id.uuid().as_bytes()),
            Self::Token(hash) => named("token", hash),
            Self::Facility(code) => named("facility", code.as_str().as_bytes()),
            Self::Address(email) => named("address", email.key().as_bytes()),
            Self::FacilityList => named("facility list", &[]),
            Self::Outbox => named("outbox", &[]),
            Self::LinkRequests => named("link requests", &[]),
            Self::Scans => named("scans", &[]),
        };
        let digest = digest.finalize();
        digest.iter().take(8).fold(0, |number, byte| (number << 8) | i64::from(*byte))
    }
}

/// Waits for the locks and holds them until the transaction ends. To prevent deadlocks, the locks of one call are
/// acquired in the order of their numbers, and a transaction locks its account before any facility code or address.
///
/// # Errors
/// [`Error::Unavailable`] if another transaction keeps a lock for too long.
pub fn acquire(conn: &mut Conn, locks: &[Lock<'_>]) -> Result<(), Error> {
    let Conn::Postgres(connection) = conn else { return Ok(()) };
    let mut numbers: Vec<i64> = locks.iter().map(|lock| lock.number()).collect();
    numbers.sort_unstable();
    // Numbers in the text of a statement are safe. A statement with parameters would be prepared first, which takes
    // another round trip.
    let statement_for = |number| format!("SELECT pg_advisory_xact_lock({number});");
    connection.batch_execute(&numbers.into_iter().map(statement_for).collect::<String>())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use uuid::Uuid;

    #[test]
    fn locks_of_different_things_have_different_numbers() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let (email, code) = (EmailAddress::parse("a@b.example"), FacilityCode::parse("1312345676"));
        let (email, code) = (email.unwrap(), code.unwrap());
        let locks = [
            Lock::Account(AccountId::from_uuid(one)),
            Lock::Account(AccountId::from_uuid(other)),
            // The bytes of the first account's id.
            Lock::Token(one.as_bytes()),
            Lock::Token(code.as_str().as_bytes()),
            Lock::Token(b"a@b.example"),
            Lock::Token(b""),
            Lock::Facility(&code),
            Lock::Address(&email),
            Lock::FacilityList,
            Lock::Outbox,
            Lock::LinkRequests,
            Lock::Scans,
        ];
        let numbers: HashSet<i64> = locks.iter().map(|lock| lock.number()).collect();
        assert_eq!(numbers.len(), locks.len());
    }
}
