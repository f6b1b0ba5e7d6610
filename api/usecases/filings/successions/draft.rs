//! A succession that may not be complete, held against the rules and the facility list, so that one
//! answer names all faults.

use chrono::NaiveDate;

use crate::db::store::facilities;
use crate::db::store::filings::successions;
use crate::domain::filings::successions::{Parts, SuccessionForm, SuccessionReason};
use crate::domain::values::calendar::japan_day;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::faults::{Draft, Faults};
use crate::domain::values::postal_code::PostalCode;
use crate::error::Error;
use crate::usecases::actor::Principal;
use crate::usecases::facilities::check::{self, OF_SUCCESSOR};
use crate::usecases::work::Work;

/// What could be read of a succession.
#[derive(Debug, Clone)]
pub struct SuccessionDraft {
    /// The new code.
    pub successor_code: Option<FacilityCode>,
    /// The postal code under the new code.
    pub successor_postal_code: Option<PostalCode>,
    /// Why the code changes.
    pub reason: Option<SuccessionReason>,
    /// Whether an explanation was given.
    pub has_detail: bool,
    /// The day of the change.
    pub change_date: Option<NaiveDate>,
    /// The whole, if every part could be read.
    pub form: Option<SuccessionForm>,
}

impl SuccessionDraft {
    /// The parts that rules speak of.
    const fn parts(&self) -> Parts<'_> {
        Parts {
            successor_code: self.successor_code.as_ref(),
            successor_postal_code: self.successor_postal_code.as_ref(),
            reason: self.reason,
            has_detail: self.has_detail,
            change_date: self.change_date,
        }
    }
}

/// The form of a draft without faults.
///
/// # Errors
/// [`Error::Invalid`] with every fault.
pub(super) fn examined(
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
    parts: Parts<'_>,
    faults: &mut Faults,
) -> Result<(), Error> {
    let code = principal.facility_code()?;
    let after = successions::find_date_of_arrival(work.conn, code)?;
    for (pointer, fault) in parts.examine(code, after, japan_day(work.now())) {
        faults.add(pointer, fault);
    }
    let Some(successor) = parts.successor_code else { return Ok(()) };
    // A code the list does not have yet is no fault: the succession waits for it.
    if let Some(listed) = facilities::find(work.conn, successor)? {
        faults.extend(check::faults_of_listed(OF_SUCCESSOR, &listed, parts.successor_postal_code));
    }
    Ok(())
}
