//! Checks the code and the postal code of a form against the facility list.

use crate::db::engine::Conn;
use crate::db::store::facilities;

use crate::domain::facilities::ListedFacility;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::FieldFault;
use crate::domain::values::postal_code::PostalCode;
use crate::error::Error;

/// The places of the checked values in a form.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// The code's pointer.
    pub code: &'static str,
    /// The postal code's pointer.
    pub postal_code: &'static str,
}

/// The places in the forms of a registration and of an account.
pub const OF_FACILITY: Places = Places { code: "/facility/code", postal_code: "/facility/postal_code" };
/// The places in the form of a succession.
pub const OF_SUCCESSOR: Places =
    Places { code: "/successor/facility_code", postal_code: "/successor/postal_code" };

/// The faults of a code and a postal code by the facility list. Either may be missing, for example because it
/// could not be read. Without a postal code only the code is checked, and without a code nothing is checked.
#[tracing::instrument(skip_all, level = "debug")]
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

/// The same as [`faults`] for a facility that is in the list.
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
