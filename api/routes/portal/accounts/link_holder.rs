//! The caller of the operation that creates an account: the holder of the token of a registration link.

use crate::db::engine::Conn;
use crate::db::engine::locks::{self, Lock};
use crate::db::store::identity::links;
use crate::domain::identity::links::LinkPurpose;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::calendar::Instant;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::facility_code::FacilityCode;
use crate::error::Error;
use crate::http::caller::Caller;
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::actor::Actor;

/// The holder of a link. The address and the facility code are those that the new account would have.
#[derive(Clone)]
pub(super) struct LinkHolder {
    token: OpaqueToken,
    email: EmailAddress,
    code: Option<FacilityCode>,
}

impl LinkHolder {
    pub(super) const fn of(token: OpaqueToken, email: EmailAddress, code: Option<FacilityCode>) -> Self {
        Self { token, email, code }
    }
}

impl Caller for LinkHolder {
    /// The locks make three kinds of requests run one after the other: repeated requests, requests with other links of
    /// the same address, and other registrations of the same facility.
    fn lock(&self, conn: &mut Conn) -> Result<(), Error> {
        let hash = self.token.hash();
        let mut locks_to_hold = vec![Lock::Token(&hash), Lock::Address(&self.email)];
        locks_to_hold.extend(self.code.as_ref().map(Lock::Facility));
        locks::acquire(conn, &locks_to_hold)
    }

    fn actor(&self, conn: &mut Conn, _: Instant) -> Result<Actor, Error> {
        let link = links::find(conn, LinkPurpose::Registration, &self.token.hash())?;
        Ok(Actor::LinkHolder(Box::new(link.ok_or(IdentityRefusal::LinkUnknown)?)))
    }
}
