//! The code that a succession names as its successor: whether it is free, and what follows for the succession.

use crate::db::engine::Conn;
use crate::db::store::filings::successions;
use crate::db::store::{accounts, facilities};
use crate::domain::facilities::ListedFacility;
use crate::domain::filings::refusals::FilingRefusal;
use crate::domain::filings::reviews::ReviewMode;
use crate::domain::filings::successions::{Succession, SuccessionEvent, SuccessionStatus};
use crate::domain::values::facility_code::FacilityCode;
use crate::error::Error;
use crate::usecases::work::Work;

/// What the account, if there is one, of a successor's code means for a succession.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claim {
    /// No account has the code. Undecided successions that name it do not count: their filers may have mistyped it.
    Free,
    /// Another facility was succeeded by the code. Both may have merged into one facility, which staff decide.
    Merging,
}

/// Looks up the account of a successor's code.
///
/// # Errors
/// [`FilingRefusal::SuccessorHasAccount`] if the code was registered, [`FilingRefusal::SuccessorIsPredecessor`] if its own
/// rights passed to another code, or are about to.
pub(super) fn claim(conn: &mut Conn, code: &FacilityCode) -> Result<Claim, Error> {
    if accounts::find_by_facility(conn, code)?.is_some() {
        let came_by_succession = successions::find_change_date_to(conn, code)?.is_some();
        return if came_by_succession {
            Ok(Claim::Merging)
        } else {
            Err(FilingRefusal::SuccessorHasAccount.into())
        };
    }
    if accounts::exists_former(conn, code)? || successions::find_live_from(conn, code)?.is_some() {
        return Err(FilingRefusal::SuccessorIsPredecessor.into());
    }
    Ok(Claim::Free)
}

/// The successor in the facility list; `None` if it is missing or delisted.
pub(super) fn find_listed(conn: &mut Conn, succession: &Succession) -> Result<Option<ListedFacility>, Error> {
    let listed = facilities::find(conn, &succession.form.successor.facility_code)?;
    Ok(listed.filter(|listed| listed.delisted_at.is_none()))
}

/// Gives a submitted or waiting succession its next status.
pub(super) fn advance(work: &mut Work<'_>, succession: &mut Succession, claim: Claim) -> Result<(), Error> {
    let listed = find_listed(work.conn, succession)?;
    let event = match (listed, claim, work.policy.review) {
        (None, Claim::Free, _) => SuccessionEvent::Wait,
        (Some(listed), Claim::Free, ReviewMode::Automatic) if is_plausible(work, succession, &listed)? => {
            SuccessionEvent::Accept
        }
        _ => SuccessionEvent::TakeUp,
    };
    if let Some(status) = succession.status.after(event) {
        succession.status = status;
    }
    if succession.status == SuccessionStatus::Accepted {
        succession.accepted_at = Some(work.now());
    }
    Ok(())
}

/// Whether the facility list suggests that the successor continues the predecessor. What the account states about itself
/// does not count: its owner could state the data of a facility whose code it wants.
fn is_plausible(
    work: &mut Work<'_>,
    succession: &Succession,
    successor: &ListedFacility,
) -> Result<bool, Error> {
    let predecessor = facilities::find(work.conn, &succession.predecessor_code)?;
    Ok(predecessor.is_some_and(|predecessor| successor.shares_data_with(&predecessor)))
}
