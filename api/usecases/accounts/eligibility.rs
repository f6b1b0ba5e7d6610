//! Which facilities may get an account of their own.

use crate::db::engine::Conn;
use crate::db::store::filings::successions;
use crate::db::store::{accounts, facilities};
use crate::domain::accounts::AccountRefusal;
use crate::domain::accounts::FacilityIdentity;
use crate::domain::audit::AuditAction;
use crate::domain::facilities::Resemblance;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::{AccountId, SuccessionId};
use crate::error::Error;
use crate::usecases::work::Work;

/// What staff may want to look at after a registration that nothing forbids.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// Codes with an account that are no longer listed, under the same name or the same address.
    former_codes: Vec<FacilityCode>,
    /// Undecided successions that name the code as their successor.
    successions: Vec<SuccessionId>,
}

impl Hints {
    /// Writes the hints, if there are any, to the audit log. The log has no other data of the facilities than their codes.
    pub fn audit(&self, work: &mut Work<'_>, account: AccountId) -> Result<(), Error> {
        if *self == Self::default() {
            return Ok(());
        }
        let successions: Vec<String> = self.successions.iter().map(ToString::to_string).collect();
        let details = serde_json::json!({ "former_codes": self.former_codes, "successions": successions });
        work.audit(AuditAction::AccountMayNeedSuccession, &account, Some(details))
    }
}

/// Refuses a facility that may not get an account of its own.
///
/// # Errors
/// - [`AccountRefusal::FacilityHasAccount`] if it has an account.
/// - [`AccountRefusal::FacilitySucceeded`] if its rights and duties passed to another code.
/// - [`AccountRefusal::SuccessionRequired`] if an account of its former code seems to exist. The ministry's letter of
///   2023-02-03 asks such facilities to file a succession.
#[tracing::instrument(skip_all, level = "debug")]
pub fn ensure_eligible(conn: &mut Conn, identity: &FacilityIdentity) -> Result<Hints, Error> {
    let code = match identity {
        FacilityIdentity::Applying { receipt, kind, prefecture } => {
            return if accounts::exists_by_receipt(conn, receipt, *kind, *prefecture)? {
                Err(AccountRefusal::FacilityHasAccount.into())
            } else {
                Ok(Hints::default())
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
    compare_with_former(conn, code)
}

/// Compares the facility with those in the facility list that have an account and may be the same under an older code.
fn compare_with_former(conn: &mut Conn, code: &FacilityCode) -> Result<Hints, Error> {
    let successions = successions::list_live_to(conn, code)?;
    let mut hints = Hints { former_codes: Vec::new(), successions };
    let Some(listed) = facilities::find(conn, code)? else { return Ok(hints) };
    for other in facilities::list_similar_with_account(conn, &listed)? {
        match listed.resemblance(&other) {
            Resemblance::Same => return Err(AccountRefusal::SuccessionRequired.into()),
            Resemblance::Hint => hints.former_codes.push(other.code),
            Resemblance::None => {}
        }
    }
    Ok(hints)
}
