//! The status of a succession, and the events that each status allows.

use serde::{Deserialize, Serialize};

use crate::domain::values::coded_enum::coded_enum;

coded_enum! {
    /// The status of a succession. `SUBMITTED`: filed. `WAITING_FOR_MASTER`: waits until the facility list has the new
    /// code. `UNDER_REVIEW`: staff review it. `RETURNED`: sent back to be corrected (返戻). `ACCEPTED`: accepted (受理);
    /// the account has the new code. `GUIDANCE_SENT`: the letter about the further procedure was posted. `COMPLETED`:
    /// complete. `REJECTED`: not accepted (不受理). `WITHDRAWN`: withdrawn by the facility (取下げ). `LAPSED`: returned, and
    /// not corrected by its due date (失効).
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum SuccessionStatus {
        /// Filed and stored.
        Submitted = "SUBMITTED",
        /// The facility list does not have the successor's code yet. An import of the code carries the succession on.
        WaitingForMaster = "WAITING_FOR_MASTER",
        /// Staff review it.
        UnderReview = "UNDER_REVIEW",
        /// Sent back for correction (返戻).
        Returned = "RETURNED",
        /// Accepted (受理): the account has the new code.
        Accepted = "ACCEPTED",
        /// The guidance was posted.
        GuidanceSent = "GUIDANCE_SENT",
        /// Nothing is left to do.
        Completed = "COMPLETED",
        /// Not accepted (不受理).
        Rejected = "REJECTED",
        /// Withdrawn by the facility (取下げ).
        Withdrawn = "WITHDRAWN",
        /// Returned, and not corrected by its due date (失効).
        Lapsed = "LAPSED",
    }
}

/// An event that changes the status of a succession.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SuccessionEvent {
    /// The facility corrects it.
    Revise,
    /// The facility withdraws it.
    Withdraw,
    /// The successor's code is not in the facility list.
    Wait,
    /// Staff begin their review.
    TakeUp,
    /// Staff or the service send it back for correction.
    Return,
    /// Staff or the service accept it.
    Accept,
    /// Staff reject it.
    Reject,
    /// The guidance was posted.
    SendGuidance,
    /// Nothing is left to do.
    Complete,
    /// The due date of the correction has passed.
    Lapse,
}

impl SuccessionStatus {
    /// The status after an event; `None` if the status does not allow the event. As on the portal, an accepted
    /// succession cannot be withdrawn, because its rights and duties have passed.
    #[must_use]
    pub const fn after(self, event: SuccessionEvent) -> Option<Self> {
        use SuccessionEvent as Event;
        match (self, event) {
            (Self::Submitted | Self::WaitingForMaster | Self::Returned, Event::Revise) => {
                Some(Self::Submitted)
            }
            (
                Self::Submitted | Self::WaitingForMaster | Self::UnderReview | Self::Returned,
                Event::Withdraw,
            ) => Some(Self::Withdrawn),
            (Self::Submitted, Event::Wait) => Some(Self::WaitingForMaster),
            (Self::Submitted | Self::WaitingForMaster, Event::TakeUp) => Some(Self::UnderReview),
            (Self::Submitted | Self::WaitingForMaster | Self::UnderReview, Event::Return) => {
                Some(Self::Returned)
            }
            (Self::Submitted | Self::WaitingForMaster | Self::UnderReview, Event::Accept) => {
                Some(Self::Accepted)
            }
            (Self::UnderReview | Self::Returned, Event::Reject) => Some(Self::Rejected),
            (Self::Returned, Event::Lapse) => Some(Self::Lapsed),
            (Self::Accepted, Event::SendGuidance) => Some(Self::GuidanceSent),
            (Self::Accepted | Self::GuidanceSent, Event::Complete) => Some(Self::Completed),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SuccessionEvent as Event;
    use super::SuccessionStatus as Status;

    const EVENTS: [Event; 10] = [
        Event::Revise,
        Event::Withdraw,
        Event::Wait,
        Event::TakeUp,
        Event::Return,
        Event::Accept,
        Event::Reject,
        Event::SendGuidance,
        Event::Complete,
        Event::Lapse,
    ];

    #[test]
    fn every_status_allows_exactly_the_events_of_the_table() {
        use Event::{Accept, Complete, Lapse, Reject, Return, Revise, SendGuidance, TakeUp, Wait, Withdraw};
        let table: [(Status, &[(Event, Status)]); 10] = [
            (
                Status::Submitted,
                &[
                    (Revise, Status::Submitted),
                    (Withdraw, Status::Withdrawn),
                    (Wait, Status::WaitingForMaster),
                    (TakeUp, Status::UnderReview),
                    (Return, Status::Returned),
                    (Accept, Status::Accepted),
                ],
            ),
            (
                Status::WaitingForMaster,
                &[
                    (Revise, Status::Submitted),
                    (Withdraw, Status::Withdrawn),
                    (TakeUp, Status::UnderReview),
                    (Return, Status::Returned),
                    (Accept, Status::Accepted),
                ],
            ),
            (
                Status::UnderReview,
                &[
                    (Withdraw, Status::Withdrawn),
                    (Return, Status::Returned),
                    (Accept, Status::Accepted),
                    (Reject, Status::Rejected),
                ],
            ),
            (
                Status::Returned,
                &[
                    (Revise, Status::Submitted),
                    (Withdraw, Status::Withdrawn),
                    (Reject, Status::Rejected),
                    (Lapse, Status::Lapsed),
                ],
            ),
            (Status::Accepted, &[(SendGuidance, Status::GuidanceSent), (Complete, Status::Completed)]),
            (Status::GuidanceSent, &[(Complete, Status::Completed)]),
            (Status::Completed, &[]),
            (Status::Rejected, &[]),
            (Status::Withdrawn, &[]),
            (Status::Lapsed, &[]),
        ];
        for (status, allowed) in table {
            for event in EVENTS {
                let expected = allowed.iter().find(|(taken, _)| *taken == event).map(|(_, next)| *next);
                assert_eq!(status.after(event), expected, "{status:?} {event:?}");
            }
        }
    }

    #[test]
    fn no_event_reverses_a_succession_that_has_taken_effect() {
        let has_taken_effect =
            |status| matches!(status, Status::Accepted | Status::GuidanceSent | Status::Completed);
        for status in Status::ALL.iter().copied().filter(|status| has_taken_effect(*status)) {
            for next in EVENTS.into_iter().filter_map(|event| status.after(event)) {
                assert!(has_taken_effect(next), "{status:?} to {next:?}");
            }
        }
    }
}
