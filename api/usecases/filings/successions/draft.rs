//! A succession that may be incomplete. All its readable parts are checked against the rules and the facility list,
//! so that one answer names all faults.

use chrono::NaiveDate;

use crate::db::store::facilities;
use crate::db::store::filings::successions;
use crate::domain::filings::successions::{SuccessionForm, SuccessionParts, SuccessionReason};
use crate::domain::values::calendar::japan_day;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::faults::{Draft, Faults};
use crate::domain::values::postal_code::PostalCode;
use crate::error::Error;
use crate::usecases::actor::Principal;
use crate::usecases::facilities::check::{self, SUCCESSOR_POINTERS};
use crate::usecases::work::Work;

/// The parts of a succession that could be read.
#[derive(Debug, Clone)]
pub struct SuccessionDraft {
    /// The new code.
    pub successor_code: Option<FacilityCode>,
    /// The postal code of the facility under the new code.
    pub successor_postal_code: Option<PostalCode>,
    /// Why the code changes.
    pub reason: Option<SuccessionReason>,
    /// Whether the form has an explanation of the reason.
    pub has_detail: bool,
    /// The day of the change.
    pub change_date: Option<NaiveDate>,
    /// The whole form, if every part could be read.
    pub form: Option<SuccessionForm>,
}

impl SuccessionDraft {
    /// The parts that the rules check.
    const fn parts(&self) -> SuccessionParts<'_> {
        SuccessionParts {
            successor_code: self.successor_code.as_ref(),
            successor_postal_code: self.successor_postal_code.as_ref(),
            reason: self.reason,
            has_detail: self.has_detail,
            change_date: self.change_date,
        }
    }
}

/// Checks a draft and returns its form.
///
/// # Errors
/// [`Error::Invalid`] with every fault.
pub(super) fn checked_form(
    work: &mut Work<'_>,
    principal: &Principal,
    mut draft: Draft<SuccessionDraft>,
) -> Result<SuccessionForm, Error> {
    draft.examine(|draft, faults| examine(work, principal, draft.parts(), faults))?;
    Ok(draft.finish(|draft| draft.form)?)
}

fn examine(
    work: &mut Work<'_>,
    principal: &Principal,
    parts: SuccessionParts<'_>,
    faults: &mut Faults,
) -> Result<(), Error> {
    let predecessor = principal.facility_code()?;
    let last_change = successions::find_change_date_to(work.conn, predecessor)?;
    for (pointer, fault) in parts.examine(predecessor, last_change, japan_day(work.now())) {
        faults.add(pointer, fault);
    }
    let Some(successor) = parts.successor_code else { return Ok(()) };
    // If the list does not have the code yet, the succession waits for the code.
    if let Some(listed) = facilities::find(work.conn, successor)? {
        faults.extend(check::faults_of_listed(SUCCESSOR_POINTERS, &listed, parts.successor_postal_code));
    }
    Ok(())
}
