//! Holds what an account states against the facility list.

use crate::db::{Conn, accounts, facilities, successions};
use crate::domain::account::{FacilityIdentity, ListedFacility};
use crate::domain::facility_code::FacilityCode;
use crate::domain::fault::Fault;
use crate::domain::postal_code::PostalCode;
use crate::error::{Error, FieldFault, ProblemCode};

/// Where the checked values stand in a form.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// The code's pointer.
    pub code: &'static str,
    /// The postal code's pointer.
    pub postal_code: &'static str,
}

/// The form of a registration and of an account.
pub const OF_FACILITY: Places = Places { code: "/facility/code", postal_code: "/facility/postal_code" };
/// The form of a succession.
pub const OF_SUCCESSOR: Places =
    Places { code: "/successor/facility_code", postal_code: "/successor/postal_code" };

/// Everything the list says against a code and a postal code. Either may be missing because it
/// could not be read; the other is checked all the same, so that all problems are told at once.
pub fn faults(
    conn: &mut Conn,
    places: Places,
    code: Option<&FacilityCode>,
    postal_code: Option<&PostalCode>,
) -> Result<Vec<FieldFault>, Error> {
    let Some(code) = code else { return Ok(Vec::new()) };
    let found = facilities::find(conn, code)?;
    Ok(match found {
        None => vec![FieldFault::new(places.code, Fault::FacilityNotListed)],
        Some(listed) => faults_of_listed(places, &listed, postal_code),
    })
}

/// The same for a facility that is in the list.
#[must_use]
pub fn faults_of_listed(
    places: Places,
    listed: &ListedFacility,
    postal_code: Option<&PostalCode>,
) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    if listed.delisted_at.is_some() {
        faults.push(FieldFault::new(places.code, Fault::FacilityDelisted));
    }
    if let Some(Err(fault)) = postal_code.map(|stated| listed.check_postal_code(stated)) {
        faults.push(FieldFault::new(places.postal_code, fault));
    }
    faults
}

/// Whether a facility may get an account of its own.
///
/// # Errors
/// [`ProblemCode::FacilityHasAccount`], [`ProblemCode::FacilitySucceeded`], or
/// [`ProblemCode::SuccessionRequired`] where an account of its former code exists (the letter's
/// second audience).
pub fn may_register(conn: &mut Conn, identity: &FacilityIdentity) -> Result<(), Error> {
    let code = match identity {
        FacilityIdentity::Applying { receipt, .. } => {
            return if accounts::has_receipt(conn, receipt)? {
                Err(ProblemCode::FacilityHasAccount.into())
            } else {
                Ok(())
            };
        }
        FacilityIdentity::Designated(code) => code,
    };
    if accounts::find_by_facility(conn, code)?.is_some() {
        return Err(ProblemCode::FacilityHasAccount.into());
    }
    if accounts::is_former(conn, code)? {
        return Err(ProblemCode::FacilitySucceeded.into());
    }
    if successions::find_live_to(conn, code)?.is_some() || has_predecessor(conn, code)? {
        return Err(ProblemCode::SuccessionRequired.into());
    }
    Ok(())
}

fn has_predecessor(conn: &mut Conn, code: &FacilityCode) -> Result<bool, Error> {
    let Some(listed) = facilities::find(conn, code)? else { return Ok(false) };
    let alike = facilities::list_alike_with_account(conn, &listed)?;
    Ok(alike.iter().any(|other| listed.continues(other)))
}
