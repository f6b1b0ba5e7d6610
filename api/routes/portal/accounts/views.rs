//! An account as answers show it.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::accounts::{Account, FacilityIdentity, FormerFacility, Profile};
use crate::domain::values::facility_code::FacilityKind;
use crate::http::rehearsal::{MailPreview, mail_previews};
use crate::http::timestamp::Timestamp;
use crate::routes::forms::parties::{ContactForm, FounderForm};
use crate::usecases::work::Queued;

/// The facility as the account shows it.
#[derive(Serialize, ToSchema)]
pub struct FacilityResponse {
    /// The facility code, once the facility has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        nullable = false,
        min_length = 10,
        max_length = 10,
        pattern = "^[0-9]{10}$",
        example = "1312345676"
    )]
    pub code: Option<String>,
    /// The receipt number of the application, while the facility has no code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 20)]
    pub designation_receipt: Option<String>,
    /// The kind of facility.
    pub kind: FacilityKind,
    /// Name, as it was sent.
    #[schema(max_length = 100, example = "架空さくら診療所")]
    pub name: String,
    /// Reading in full-width katakana.
    #[schema(max_length = 100, example = "カクウサクラシンリョウジョ")]
    pub name_kana: String,
    /// Postal code.
    #[schema(max_length = 8, pattern = "^[0-9]{3}-[0-9]{4}$", example = "100-0000")]
    pub postal_code: String,
    /// Address, as it was sent.
    #[schema(max_length = 200, example = "東京都千代田区架空町１－１")]
    pub address: String,
    /// Telephone, digits only.
    #[schema(max_length = 11, pattern = "^0[0-9]{9,10}$", example = "0300001234")]
    pub phone: String,
}

impl FacilityResponse {
    fn of(identity: &FacilityIdentity, profile: &Profile) -> Self {
        let facility = &profile.facility;
        Self {
            code: identity.code().map(ToString::to_string),
            designation_receipt: identity.code().is_none().then(|| identity.shown()),
            kind: identity.kind(),
            name: facility.name.to_string(),
            name_kana: facility.name_kana.to_string(),
            postal_code: facility.postal_code.to_string(),
            address: facility.address.to_string(),
            phone: facility.phone.to_string(),
        }
    }
}

/// A facility the account spoke for before a succession: read-only history.
#[derive(Serialize, ToSchema)]
pub struct FormerFacilityResponse {
    /// The facility as it was.
    pub facility: FacilityResponse,
    /// When its rights and duties passed on.
    pub until: Timestamp,
}

/// An account (アカウント).
#[derive(Serialize, ToSchema)]
pub struct AccountResponse {
    /// Its id; it stays the same through successions.
    #[schema(max_length = 30, example = "acc_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The login id.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub email: String,
    /// The facility it speaks for now.
    pub facility: FacilityResponse,
    /// Who opened it.
    pub founder: FounderForm,
    /// Whom to ask.
    pub contact: ContactForm,
    /// The facilities it spoke for before, oldest first.
    #[schema(max_items = 100)]
    pub former_facilities: Vec<FormerFacilityResponse>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
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

/// The confirmation screen of a registration: what would be stored.
#[derive(Serialize, ToSchema)]
pub struct AccountPreview {
    /// The login id.
    #[schema(max_length = 254, example = "reception@clinic.example")]
    pub email: String,
    /// The facility.
    pub facility: FacilityResponse,
    /// Who opened it.
    pub founder: FounderForm,
    /// Whom to ask.
    pub contact: ContactForm,
    /// The mails that would go.
    #[schema(max_items = 10)]
    pub mails: Vec<MailPreview>,
}

impl AccountPreview {
    /// Shows an account that is not stored.
    #[must_use]
    pub fn of(account: &Account, queued: &[Queued]) -> Self {
        Self {
            email: account.email.to_string(),
            facility: FacilityResponse::of(&account.identity, &account.profile),
            founder: FounderForm::of(&account.profile.founder),
            contact: ContactForm::of(&account.profile.contact),
            mails: mail_previews(queued),
        }
    }
}
