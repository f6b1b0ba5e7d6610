//! A declaration of the transitional measure (猶予届出) and its states.

use serde::{Deserialize, Serialize};

use super::reviews::Review;
use super::transitional_measures::Statement;
use crate::domain::values::calendar::Instant;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::{AccountId, DeclarationId, UploadId};
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::domain::values::words::words;

/// The maximum number of other codes in a declaration.
pub const MAX_OTHER_CODES: u64 = 20;
/// The maximum number of attachments of a declaration.
pub const MAX_ATTACHMENTS: u64 = 10;

words! {
    /// The status of a declaration. `RECEIVED`: filed. `UNDER_REVIEW`: staff review it. `RETURNED`: sent back to be
    /// corrected (返戻). `ACCEPTED`: accepted (受理); the facility is excused. `REJECTED`: not accepted (不受理).
    /// `WITHDRAWN`: withdrawn by the facility (取下げ).
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum DeclarationStatus {
        /// Filed and stored.
        Received = "RECEIVED",
        /// Staff are looking at it.
        UnderReview = "UNDER_REVIEW",
        /// Sent back for correction (返戻).
        Returned = "RETURNED",
        /// Accepted (受理): the facility is excused.
        Accepted = "ACCEPTED",
        /// Not accepted (不受理).
        Rejected = "REJECTED",
        /// Taken back by the facility (取下げ).
        Withdrawn = "WITHDRAWN",
    }
}

/// What can happen to a declaration.
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
    /// It is accepted.
    Accept,
    /// It is rejected.
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

    /// Whether the declaration counts as the facility's one declaration of its round.
    #[must_use]
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Rejected | Self::Withdrawn)
    }
}

/// What a facility declares: one revision of a declaration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeclarationContent {
    /// The reason, with its category's own fields.
    pub statement: Statement,
    /// Other codes of the same premises that the circumstances also concern.
    pub other_facility_codes: Vec<FacilityCode>,
    /// The uploads that go with it.
    pub attachment_ids: Vec<UploadId>,
    /// The filer's own reference, given back as it came.
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
    /// The round it is filed in.
    pub round: String,
    /// The number to read out on the telephone.
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

/// One revision of a declaration. It is kept as history and not changed.
#[derive(Debug, Clone)]
pub struct DeclarationRevision {
    /// The number, from 1.
    pub revision: i64,
    /// The code under which it was filed.
    pub facility_code: FacilityCode,
    /// What was declared.
    pub content: DeclarationContent,
    /// Who filed it.
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
