//! Successions (承継届出): a facility gets a new facility code, and all rights and duties pass from the old code to the
//! new one. The old code is the predecessor (承継元), the new code the successor (承継先).

use chrono::{Duration, NaiveDate};
use serde::{Deserialize, Serialize};

use super::reviews::Review;
use crate::domain::accounts::{Contact, Founder};
use crate::domain::values::calendar::{Instant, japan_day};
use crate::domain::values::coded_enum::coded_enum;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::ids::{AccountId, SuccessionId};
use crate::domain::values::phone::PhoneNumber;
use crate::domain::values::postal_code::PostalCode;
use crate::domain::values::receipt_number::ReceiptNumber;
use crate::domain::values::text::{Address, FacilityName, Paragraph, PersonName};

mod examine;
mod status;

pub use examine::{MAX_DAYS_AHEAD, SuccessionParts};
pub use status::{SuccessionEvent, SuccessionStatus};

/// How many days certificates of the old code stay usable after the acceptance. Source: the portal.
pub const CERTIFICATE_DAYS: i64 = 120;
/// How many days a facility has to correct a returned succession. No official source has this limit.
pub const CORRECTION_DAYS: i64 = 30;

coded_enum! {
    /// Why the facility code changes. `FOUNDER_CHANGE`: another founder, for example from parent to child (開設者変更).
    /// `INCORPORATION_CHANGE`: a person's facility becomes a corporation's, or the reverse (法人化・個人化).
    /// `SAME_CORPORATION`: within one corporation (同一法人内). `RELOCATION`: another address (所在地変更).
    /// `FRANCHISE_CHANGE`: a pharmacy's franchise partner changes (フランチャイズ契約先の変更). `OTHER`: another reason
    /// (その他), which `reason_detail` explains.
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum SuccessionReason {
        /// Another founder, e.g. from parent to child (開設者変更).
        FounderChange = "FOUNDER_CHANGE",
        /// A person's facility becomes a corporation's, or the reverse (法人化・個人化).
        IncorporationChange = "INCORPORATION_CHANGE",
        /// A change within one corporation (同一法人内).
        SameCorporation = "SAME_CORPORATION",
        /// A new address (所在地変更).
        Relocation = "RELOCATION",
        /// A pharmacy has a new franchise partner and continues to dispense (フランチャイズ契約先の変更).
        FranchiseChange = "FRANCHISE_CHANGE",
        /// Another reason (その他), which must be explained.
        Other = "OTHER",
    }
}

/// The facility under its new code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Successor {
    /// The new code.
    pub facility_code: FacilityCode,
    /// Name, as sent.
    pub name: FacilityName,
    /// Postal code.
    pub postal_code: PostalCode,
    /// Address, as sent.
    pub address: Address,
    /// Telephone number.
    pub phone: PhoneNumber,
}

/// The postal address for the guidance (今後の手続きに関するご案内), which is posted after the acceptance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuidanceAddress {
    /// Postal code.
    pub postal_code: PostalCode,
    /// Address, as sent.
    pub address: Address,
    /// Addressee.
    pub name: PersonName,
}

/// The form of a succession.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuccessionForm {
    /// The facility under its new code.
    pub successor: Successor,
    /// The founder of the facility under its new code.
    pub successor_founder: Founder,
    /// Why the code changes.
    pub reason: SuccessionReason,
    /// The explanation; required with [`SuccessionReason::Other`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason_detail: Option<Paragraph>,
    /// The day of the change.
    pub change_date: NaiveDate,
    /// The postal address for the guidance.
    pub guidance_address: GuidanceAddress,
    /// The person to contact.
    pub contact: Contact,
}

/// A succession in its present state.
#[derive(Debug, Clone)]
pub struct Succession {
    /// Its id.
    pub id: SuccessionId,
    /// The account that filed it. With the acceptance, the account gets the new code.
    pub account_id: AccountId,
    /// The old code (承継元).
    pub predecessor_code: FacilityCode,
    /// The number by which filer and staff refer to it.
    pub receipt_number: ReceiptNumber,
    /// Its status.
    pub status: SuccessionStatus,
    /// The form, which contains the new code (承継先).
    pub form: SuccessionForm,
    /// The result of the review, if there is one.
    pub review: Option<Review>,
    /// Increases with every change.
    pub version: i64,
    /// When it was filed.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// When it was accepted, so that rights and duties passed.
    pub accepted_at: Option<Instant>,
}

impl Succession {
    /// The succession as it is on a day: if it was returned and its due date has passed, it has lapsed, and keeps nobody
    /// from anything. It is stored so when the facility files again.
    #[must_use]
    pub fn as_of(self, today: NaiveDate) -> Self {
        let is_overdue = self.review.as_ref().and_then(|review| review.due).is_some_and(|due| due < today);
        match self.status.after(SuccessionEvent::Lapse) {
            Some(status) if is_overdue => Self { status, version: self.version + 1, ..self },
            _ => self,
        }
    }

    /// The last day on which certificates of the old code are usable; `None` before the acceptance.
    #[must_use]
    pub fn certificates_until(&self) -> Option<NaiveDate> {
        self.accepted_at.and_then(|at| japan_day(at).checked_add_signed(Duration::days(CERTIFICATE_DAYS)))
    }
}
