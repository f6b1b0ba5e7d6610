//! Who acts: known at the beginning of a transaction, and asked by every use case for its authority.

use uuid::Uuid;

use crate::domain::accounts::Account;
use crate::domain::accounts::AccountRefusal;
use crate::domain::identity::links::Link;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::SessionId;
use crate::error::Error;

/// Who acts.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Somebody without a session: registers, logs in, follows a mailed link.
    Stranger,
    /// Whoever holds a mailed link, before there is an account.
    LinkHolder(Box<Link>),
    /// An account whose session lives.
    Account(Box<Principal>),
    /// The service itself, by the name that the audit log gives to its part.
    System(&'static str),
}

/// The service itself, where no request and no person caused the work.
pub static SYSTEM: Actor = Actor::System("system");
/// The import of a facility list.
pub static IMPORT: Actor = Actor::System("import");

/// An account whose session lives.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The account.
    pub account: Account,
    /// The session.
    pub session_id: SessionId,
}

impl Principal {
    /// The account's facility code.
    ///
    /// # Errors
    /// [`AccountRefusal::FacilityNotDesignated`] while there is none.
    pub fn facility_code(&self) -> Result<&FacilityCode, Error> {
        self.account.identity.code().ok_or_else(|| AccountRefusal::FacilityNotDesignated.into())
    }
}

impl Actor {
    /// The account that the actor may act for. Every use case about something of an account asks here.
    ///
    /// # Errors
    /// [`IdentityRefusal::TokenMissing`] for whoever has no session; an internal error for the service itself,
    /// which acts for nobody.
    pub fn authority(&self) -> Result<&Principal, Error> {
        match self {
            Self::Account(principal) => Ok(principal),
            Self::Stranger | Self::LinkHolder(_) => Err(IdentityRefusal::TokenMissing.into()),
            Self::System(part) => Err(Error::internal(format!("{part} acts for no account"))),
        }
    }

    /// The link that the actor holds.
    ///
    /// # Errors
    /// [`IdentityRefusal::LinkUnknown`] for everybody else.
    pub fn link(&self) -> Result<&Link, Error> {
        match self {
            Self::LinkHolder(link) => Ok(link),
            _ => Err(IdentityRefusal::LinkUnknown.into()),
        }
    }

    /// Whose idempotency keys the actor's are: strangers share none with anybody known.
    #[must_use]
    pub fn key_owner(&self) -> Uuid {
        match self {
            Self::Account(principal) => principal.account.id.uuid(),
            Self::LinkHolder(link) => link.id.uuid(),
            Self::Stranger | Self::System(_) => Uuid::nil(),
        }
    }

    /// The actor's name in the audit log.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Account(principal) => principal.account.id.to_string(),
            Self::Stranger | Self::LinkHolder(_) => "stranger".to_owned(),
            Self::System(part) => (*part).to_owned(),
        }
    }
}
