//! Checks the code and the postal code of a form against the facility list.

use crate::db::engine::Conn;
use crate::db::store::facilities;

use crate::domain::facilities::ListedFacility;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::FieldFault;
use crate::domain::values::postal_code::PostalCode;
use crate::error::Error;

/// The JSON pointers (RFC 6901) of the checked values in a form.
#[derive(Debug, Clone, Copy)]
pub struct Pointers {
    /// The code's pointer.
    pub code: &'static str,
    /// The postal code's pointer.
    pub postal_code: &'static str,
}

/// The pointers in the forms of a registration and of an account.
pub const FACILITY_POINTERS: Pointers =
    Pointers { code: "/facility/code", postal_code: "/facility/postal_code" };
/// The pointers in the form of a succession.
pub const SUCCESSOR_POINTERS: Pointers =
    Pointers { code: "/successor/facility_code", postal_code: "/successor/postal_code" };

/// The faults of a code and a postal code by the facility list. Either may be missing, for example because it
/// could not be read. Without a postal code only the code is checked, and without a code nothing is checked.
#[tracing::instrument(skip_all, level = "debug")]
pub fn faults(
    conn: &mut Conn,
    pointers: Pointers,
    code: Option<&FacilityCode>,
    postal_code: Option<&PostalCode>,
) -> Result<Vec<FieldFault>, Error> {
    let Some(code) = code else { return Ok(Vec::new()) };
    let found = facilities::find(conn, code)?;
    Ok(match found {
        None => vec![FieldFault::new(pointers.code, Fault::FacilityNotListed)],
        Some(listed) => faults_of_listed(pointers, &listed, postal_code),
    })
}

/// The same as [`faults`] for a facility that is in the list.
#[must_use]
pub fn faults_of_listed(
    pointers: Pointers,
    listed: &ListedFacility,
    postal_code: Option<&PostalCode>,
) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    if listed.delisted_at.is_some() {
        faults.push(FieldFault::new(pointers.code, Fault::FacilityDelisted));
    }
    if let Some(Err(fault)) = postal_code.map(|stated| listed.check_postal_code(stated)) {
        faults.push(FieldFault::new(pointers.postal_code, fault));
    }
    faults
}
