//! Declarations of the transitional measure (猶予届出). A facility declares why it cannot meet the duty yet, and is
//! excused from the duty for some time. A corrected declaration is a new revision.

use serde::{Deserialize, Serialize};

use super::reviews::Review;
use super::transitional_measures::Statement;
use crate::domain::values::calendar::Instant;
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::{AccountId, DeclarationId, UploadId};
use crate::domain::values::receipt_number::ReceiptNumber;

/// The maximum number of other facility codes in a declaration.
pub const MAX_OTHER_CODES: u64 = 20;
/// The maximum number of attachments of a declaration.
pub const MAX_ATTACHMENTS: u64 = 10;

coded_enum! {
    /// The status of a declaration. `RECEIVED`: filed. `UNDER_REVIEW`: staff review it. `RETURNED`: sent back to be
    /// corrected (返戻). `ACCEPTED`: accepted (受理); the facility is excused. `REJECTED`: not accepted (不受理).
    /// `WITHDRAWN`: withdrawn by the facility (取下げ).
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum DeclarationStatus {
        /// Filed and stored.
        Received = "RECEIVED",
        /// Staff review it.
        UnderReview = "UNDER_REVIEW",
        /// Sent back for correction (返戻).
        Returned = "RETURNED",
        /// Accepted (受理): the facility is excused.
        Accepted = "ACCEPTED",
        /// Not accepted (不受理).
        Rejected = "REJECTED",
        /// Withdrawn by the facility (取下げ).
        Withdrawn = "WITHDRAWN",
    }
}

/// An event that changes the status of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeclarationEvent {
    /// The facility files a new revision.
    Revise,
    /// The facility withdraws it.
    Withdraw,
    /// Staff begin their review.
    TakeUp,
    /// Staff send it back for correction.
    Return,
    /// Staff or the service accept it.
    Accept,
    /// Staff reject it.
    Reject,
}

impl DeclarationStatus {
    /// The status after an event; `None` if the status does not allow the event. While staff review a
    /// declaration, it cannot be revised, but it can be withdrawn and filed again.
    #[must_use]
    pub const fn after(self, event: DeclarationEvent) -> Option<Self> {
        use DeclarationEvent as Event;
        match (self, event) {
            (Self::Received | Self::Returned | Self::Accepted, Event::Revise) => Some(Self::Received),
            (Self::Received | Self::UnderReview | Self::Returned | Self::Accepted, Event::Withdraw) => {
                Some(Self::Withdrawn)
            }
            (Self::Received, Event::TakeUp) => Some(Self::UnderReview),
            (Self::UnderReview, Event::Return) => Some(Self::Returned),
            (Self::Received | Self::UnderReview, Event::Accept) => Some(Self::Accepted),
            (Self::UnderReview | Self::Returned, Event::Reject) => Some(Self::Rejected),
            _ => None,
        }
    }

    /// Whether the declaration is live. A facility has at most one live declaration in a round.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Rejected | Self::Withdrawn)
    }
}

/// The content of one revision of a declaration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclarationContent {
    /// The reason: its category and the members that belong to the category.
    pub statement: Statement,
    /// Facility codes of other facilities on the same premises to which the reason applies, too.
    pub other_facility_codes: Vec<FacilityCode>,
    /// The uploads that are attached.
    pub attachment_ids: Vec<UploadId>,
    /// The filer's own reference, returned unchanged.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_reference: Option<String>,
}

/// A declaration in its present state.
#[derive(Debug, Clone)]
pub struct Declaration {
    /// Its id.
    pub id: DeclarationId,
    /// The facility that it belongs to now.
    pub facility_code: FacilityCode,
    /// The round in which it is filed.
    pub round: String,
    /// The number by which filer and staff refer to it.
    pub receipt_number: ReceiptNumber,
    /// Its status.
    pub status: DeclarationStatus,
    /// The current revision's number, from 1.
    pub revision: i64,
    /// The current revision.
    pub content: DeclarationContent,
    /// Whether it was filed after the deadline.
    pub late: bool,
    /// The result of the review, if there is one.
    pub review: Option<Review>,
    /// Increases with every change.
    pub version: i64,
    /// When it was first filed.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

/// A stored revision of a declaration. It never changes.
#[derive(Debug, Clone)]
pub struct DeclarationRevision {
    /// The number, from 1.
    pub revision: i64,
    /// The facility code under which it was filed.
    pub facility_code: FacilityCode,
    /// Its content.
    pub content: DeclarationContent,
    /// The account that filed it.
    pub filed_by: AccountId,
    /// When it was filed.
    pub filed_at: Instant,
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeclarationEvent as Event;
    use DeclarationStatus as Status;

    const EVENTS: [Event; 6] =
        [Event::Revise, Event::Withdraw, Event::TakeUp, Event::Return, Event::Accept, Event::Reject];

    #[test]
    fn every_status_allows_exactly_the_events_of_the_table() {
        let table = [
            (
                Status::Received,
                [
                    Some(Status::Received),
                    Some(Status::Withdrawn),
                    Some(Status::UnderReview),
                    None,
                    Some(Status::Accepted),
                    None,
                ],
            ),
            (
                Status::UnderReview,
                [
                    None,
                    Some(Status::Withdrawn),
                    None,
                    Some(Status::Returned),
                    Some(Status::Accepted),
                    Some(Status::Rejected),
                ],
            ),
            (
                Status::Returned,
                [Some(Status::Received), Some(Status::Withdrawn), None, None, None, Some(Status::Rejected)],
            ),
            (Status::Accepted, [Some(Status::Received), Some(Status::Withdrawn), None, None, None, None]),
            (Status::Rejected, [None; 6]),
            (Status::Withdrawn, [None; 6]),
        ];
        assert_eq!(table.len(), Status::ALL.len());
        for (status, expected) in table {
            assert_eq!(EVENTS.map(|event| status.after(event)), expected, "{status:?}");
        }
    }

    #[test]
    fn a_declaration_that_is_not_live_allows_no_event() {
        for status in Status::ALL.iter().filter(|status| !status.is_live()) {
            assert!(EVENTS.iter().all(|event| status.after(*event).is_none()), "{status:?}");
        }
    }
}
