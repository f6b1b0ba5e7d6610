//! The answers with an account.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::accounts::{Account, FacilityIdentity, FormerFacility, Profile};
use crate::domain::values::facility_code::FacilityKind;
use crate::http::preview::{MailPreview, mail_previews};
use crate::http::timestamp::Timestamp;
use crate::routes::forms::parties::{ContactForm, FounderForm};
use crate::routes::forms::warnings::WarningResponse;
use crate::usecases::work::QueuedMail;

/// The facility of an account.
#[derive(Serialize, ToSchema)]
pub struct FacilityResponse {
    /// The facility code (医療機関等コード). Absent while the facility has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        min_length = 10,
        max_length = 10,
        pattern = "^[0-9]{10}$",
        example = "1312345676"
    )]
    pub code: Option<String>,
    /// The receipt number of the application for designation. Present only while the facility has no code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20)]
    pub designation_receipt: Option<String>,
    /// The kind of facility.
    pub kind: FacilityKind,
    /// The name, as it was sent.
    #[schema(max_length = 100, example = "架空さくら診療所")]
    pub name: String,
    /// The reading of the name, in full-width katakana.
    #[schema(max_length = 100, example = "カクウサクラシンリョウジョ")]
    pub name_kana: String,
    /// The postal code.
    #[schema(max_length = 8, pattern = "^[0-9]{3}-[0-9]{4}$", example = "100-0000")]
    pub postal_code: String,
    /// The address, as it was sent.
    #[schema(max_length = 200, example = "東京都千代田区架空町１－１")]
    pub address: String,
    /// The telephone number, digits only.
    #[schema(max_length = 11, pattern = "^0[0-9]{9,10}$", example = "0300001234")]
    pub phone: String,
}

impl FacilityResponse {
    fn of(identity: &FacilityIdentity, profile: &Profile) -> Self {
        let facility = &profile.facility;
        Self {
            code: identity.code().map(ToString::to_string),
            designation_receipt: identity.code().is_none().then(|| identity.number()),
            kind: identity.kind(),
            name: facility.name.to_string(),
            name_kana: facility.name_kana.to_string(),
            postal_code: facility.postal_code.to_string(),
            address: facility.address.to_string(),
            phone: facility.phone.to_string(),
        }
    }
}

/// The facility of an account before a succession. It cannot be changed.
#[derive(Serialize, ToSchema)]
pub struct FormerFacilityResponse {
    /// The data of the facility at the time of the succession.
    pub facility: FacilityResponse,
    /// When its rights and duties passed to the new facility code.
    pub until: Timestamp,
}

/// An account (アカウント).
#[derive(Serialize, ToSchema)]
pub struct AccountResponse {
    /// The account's id. A succession does not change it.
    #[schema(max_length = 30, example = "acc_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The e-mail address, which is the login id.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub email: String,
    /// The current facility.
    pub facility: FacilityResponse,
    /// The founder of the facility.
    pub founder: FounderForm,
    /// The person to contact.
    pub contact: ContactForm,
    /// The facility's data under its former codes, oldest first.
    #[schema(max_items = 100)]
    pub former_facilities: Vec<FormerFacilityResponse>,
    /// When the account was created.
    pub created_at: Timestamp,
    /// When the account was last changed.
    pub updated_at: Timestamp,
}

impl AccountResponse {
    /// Shows an account.
    #[must_use]
    pub fn of(account: &Account, former: &[FormerFacility]) -> Self {
        let former_facilities = former.iter().map(|former| FormerFacilityResponse {
            facility: FacilityResponse::of(
                &FacilityIdentity::Designated(former.facility_code.clone()),
                &former.profile,
            ),
            until: former.until.into(),
        });
        Self {
            id: account.id.to_string(),
            email: account.email.to_string(),
            facility: FacilityResponse::of(&account.identity, &account.profile),
            founder: FounderForm::of(&account.profile.founder),
            contact: ContactForm::of(&account.profile.contact),
            former_facilities: former_facilities.collect(),
            created_at: account.created_at.into(),
            updated_at: account.updated_at.into(),
        }
    }
}

/// An account as it would be created or changed, for the confirmation screen.
#[derive(Serialize, ToSchema)]
pub struct AccountPreview {
    /// The e-mail address, which is the login id.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub email: String,
    /// The facility.
    pub facility: FacilityResponse,
    /// The founder of the facility.
    pub founder: FounderForm,
    /// The person to contact.
    pub contact: ContactForm,
    /// The mails that would be sent.
    #[schema(max_items = 10)]
    pub mails: Vec<MailPreview>,
    /// What looks like a mistake. The form is accepted all the same.
    #[schema(max_items = 10)]
    pub warnings: Vec<WarningResponse>,
}

impl AccountPreview {
    /// Shows an account that is not stored.
    #[must_use]
    pub fn of(account: &Account, queued: &[QueuedMail]) -> Self {
        Self {
            email: account.email.to_string(),
            facility: FacilityResponse::of(&account.identity, &account.profile),
            founder: FounderForm::of(&account.profile.founder),
            contact: ContactForm::of(&account.profile.contact),
            mails: mail_previews(queued),
            warnings: WarningResponse::list(&account.profile.founder.warnings("/founder")),
        }
    }
}
