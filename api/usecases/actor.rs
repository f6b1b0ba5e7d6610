//! The actor: the person or the part of the service that causes a transaction.

use uuid::Uuid;

use crate::domain::accounts::Account;
use crate::domain::accounts::AccountRefusal;
use crate::domain::identity::links::Link;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::SessionId;
use crate::error::Error;

/// Who causes a transaction.
#[derive(Debug, Clone)]
pub enum Actor {
    /// A caller without a session, who registers, logs in or follows a mailed link.
    Anonymous,
    /// The holder of a mailed link, who has no account yet.
    LinkHolder(Box<Link>),
    /// An account with an open session.
    Account(Box<Principal>),
    /// A part of the service itself. The text is its name in the audit log.
    System(&'static str),
}

/// The service itself, for scheduled work.
pub static SYSTEM: Actor = Actor::System("system");
/// The import of a facility list.
pub static IMPORT: Actor = Actor::System("import");

/// An account with an open session.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The account.
    pub account: Account,
    /// The session.
    pub session_id: SessionId,
    /// Until when the session may change what moves the account or its rights.
    pub authenticated_until: Instant,
}

impl Principal {
    /// Refuses a session whose password was not verified recently. What moves the account or its rights checks this: a
    /// person who finds an open session must not be able to do it.
    ///
    /// # Errors
    /// [`IdentityRefusal::ReauthenticationRequired`].
    pub fn ensure_recently_authenticated(&self, now: Instant) -> Result<(), Error> {
        if now > self.authenticated_until {
            return Err(IdentityRefusal::ReauthenticationRequired.into());
        }
        Ok(())
    }

    /// The account's facility code.
    ///
    /// # Errors
    /// [`AccountRefusal::FacilityNotDesignated`] if the account has no code yet.
    pub fn facility_code(&self) -> Result<&FacilityCode, Error> {
        self.account.identity.code().ok_or_else(|| AccountRefusal::FacilityNotDesignated.into())
    }
}

impl Actor {
    /// The account that the actor may act for. Every use case that reads or changes an account's data gets the
    /// account from here.
    ///
    /// # Errors
    /// [`IdentityRefusal::TokenMissing`] for an actor without a session; an internal error for a part of the service,
    /// which has no account.
    pub fn principal(&self) -> Result<&Principal, Error> {
        match self {
            Self::Account(principal) => Ok(principal),
            Self::Anonymous | Self::LinkHolder(_) => Err(IdentityRefusal::TokenMissing.into()),
            Self::System(part) => Err(Error::internal(format!("the actor {part} has no account"))),
        }
    }

    /// The mailed link that the actor holds.
    ///
    /// # Errors
    /// [`IdentityRefusal::LinkUnknown`] for every other actor.
    pub fn link(&self) -> Result<&Link, Error> {
        match self {
            Self::LinkHolder(link) => Ok(link),
            _ => Err(IdentityRefusal::LinkUnknown.into()),
        }
    }

    /// The owner of the actor's idempotency keys: an account, a mailed link, or nil for every other actor.
    #[must_use]
    pub fn key_owner(&self) -> Uuid {
        match self {
            Self::Account(principal) => principal.account.id.uuid(),
            Self::LinkHolder(link) => link.id.uuid(),
            Self::Anonymous | Self::System(_) => Uuid::nil(),
        }
    }

    /// The actor's name in the audit log: the id of an account, `stranger`, or the name of a part of the service.
    #[must_use]
    pub fn audit_name(&self) -> String {
        match self {
            Self::Account(principal) => principal.account.id.to_string(),
            Self::Anonymous | Self::LinkHolder(_) => "stranger".to_owned(),
            Self::System(part) => (*part).to_owned(),
        }
    }
}
