//! Which facilities may get an account of their own.

use crate::db::engine::Conn;
use crate::db::store::filings::successions;
use crate::db::store::{accounts, facilities};
use crate::domain::accounts::AccountRefusal;
use crate::domain::accounts::FacilityIdentity;
use crate::domain::values::facility_code::FacilityCode;
use crate::error::Error;

/// Refuses a facility that may not get an account of its own.
///
/// # Errors
/// - [`AccountRefusal::FacilityHasAccount`] if it has an account.
/// - [`AccountRefusal::FacilitySucceeded`] if its rights and duties passed to another code.
/// - [`AccountRefusal::SuccessionRequired`] if its code is the successor of a live succession, or if an account of its
///   former code seems to exist. The ministry's letter of 2023-02-03 asks such facilities to file a succession.
#[tracing::instrument(skip_all, level = "debug")]
pub fn ensure_eligible(conn: &mut Conn, identity: &FacilityIdentity) -> Result<(), Error> {
    let code = match identity {
        FacilityIdentity::Applying { receipt, kind, prefecture } => {
            return if accounts::exists_by_receipt(conn, receipt, *kind, *prefecture)? {
                Err(AccountRefusal::FacilityHasAccount.into())
            } else {
                Ok(())
            };
        }
        FacilityIdentity::Designated(code) => code,
    };
    if accounts::find_by_facility(conn, code)?.is_some() {
        return Err(AccountRefusal::FacilityHasAccount.into());
    }
    if accounts::exists_former(conn, code)? {
        return Err(AccountRefusal::FacilitySucceeded.into());
    }
    if successions::find_live_to(conn, code)?.is_some() || has_predecessor(conn, code)? {
        return Err(AccountRefusal::SuccessionRequired.into());
    }
    Ok(())
}

/// Whether the facility list has a facility with an account that seems to be the same facility under an older code.
fn has_predecessor(conn: &mut Conn, code: &FacilityCode) -> Result<bool, Error> {
    let Some(listed) = facilities::find(conn, code)? else { return Ok(false) };
    let similar_facilities = facilities::list_similar_with_account(conn, &listed)?;
    Ok(similar_facilities.iter().any(|other| listed.may_succeed(other)))
}
