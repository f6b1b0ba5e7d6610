//! Which facilities may get an account of their own.

use crate::db::engine::Conn;
use crate::db::store::filings::successions;
use crate::db::store::{accounts, facilities};
use crate::domain::accounts::AccountRefusal;
use crate::domain::accounts::FacilityIdentity;
use crate::domain::values::facility_code::FacilityCode;
use crate::error::Error;

/// Whether a facility may get an account of its own.
///
/// # Errors
/// [`AccountRefusal::FacilityHasAccount`], [`AccountRefusal::FacilitySucceeded`], or
/// [`AccountRefusal::SuccessionRequired`] if an account of its former code exists. The ministry's letter has
/// such facilities as its second audience.
#[tracing::instrument(skip_all, level = "debug")]
pub fn may_register(conn: &mut Conn, identity: &FacilityIdentity) -> Result<(), Error> {
    let code = match identity {
        FacilityIdentity::Applying { receipt, .. } => {
            return if accounts::exists_by_receipt(conn, receipt)? {
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

fn has_predecessor(conn: &mut Conn, code: &FacilityCode) -> Result<bool, Error> {
    let Some(listed) = facilities::find(conn, code)? else { return Ok(false) };
    let similar_facilities = facilities::list_alike_with_account(conn, &listed)?;
    Ok(similar_facilities.iter().any(|other| listed.continues(other)))
}
