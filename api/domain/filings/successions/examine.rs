//! The rules for a succession that need no database.

use chrono::{Duration, NaiveDate};

use super::SuccessionReason;
use crate::domain::values::facility_code::{FacilityCode, FacilityKind};
use crate::domain::values::fault::Fault;
use crate::domain::values::postal_code::PostalCode;

/// The maximum number of days between the filing of a succession and the day of the change.
pub const MAX_DAYS_AHEAD: i64 = 366;

/// The parts of a succession's form that are checked by rules and against the facility list. A part that could not be
/// read is `None`; the other parts are checked nevertheless, so that one answer names all faults.
#[derive(Debug, Clone, Copy)]
pub struct SuccessionParts<'a> {
    /// The new code.
    pub successor_code: Option<&'a FacilityCode>,
    /// The postal code under the new code.
    pub successor_postal_code: Option<&'a PostalCode>,
    /// Why the code changes.
    pub reason: Option<SuccessionReason>,
    /// Whether the form has an explanation of the reason.
    pub has_detail: bool,
    /// The day of the change.
    pub change_date: Option<NaiveDate>,
}

impl SuccessionParts<'_> {
    /// The faults of the parts, with their JSON pointers. `after` is the date of the succession that gave the
    /// predecessor its code, if there was one.
    #[must_use]
    pub fn examine(
        &self,
        predecessor: &FacilityCode,
        after: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Vec<(&'static str, Fault)> {
        let code = self.successor_code.and_then(|code| fault_of_code(code, predecessor));
        let reason = self.fault_of_reason(predecessor.kind());
        let date = self.change_date.and_then(|date| fault_of_date(date, after, today));
        let places = [("/successor/facility_code", code), ("/change_date", date)];
        let found = places.into_iter().filter_map(|(place, fault)| Some((place, fault?)));
        found.chain(reason).collect()
    }

    fn fault_of_reason(&self, kind: FacilityKind) -> Option<(&'static str, Fault)> {
        match self.reason? {
            SuccessionReason::FranchiseChange if kind != FacilityKind::Pharmacy => {
                Some(("/reason", Fault::NotApplicable))
            }
            SuccessionReason::Other if !self.has_detail => {
                Some(("/reason_detail", Fault::ReasonDetailRequired))
            }
            _ => None,
        }
    }
}

fn fault_of_code(code: &FacilityCode, predecessor: &FacilityCode) -> Option<Fault> {
    if code == predecessor {
        Some(Fault::OwnFacilityCode)
    } else {
        (code.kind() != predecessor.kind()).then_some(Fault::KindMismatch)
    }
}

fn fault_of_date(date: NaiveDate, after: Option<NaiveDate>, today: NaiveDate) -> Option<Fault> {
    let latest = today.checked_add_signed(Duration::days(MAX_DAYS_AHEAD)).unwrap_or(NaiveDate::MAX);
    if date > latest {
        return Some(Fault::DateTooLate { limit: latest });
    }
    after.filter(|after| date <= *after).map(|after| Fault::OutOfOrder { after })
}
