//! The request bodies of an account: registration, change, change of the password.

use serde::Deserialize;
use serde::de::IgnoredAny;
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::accounts::{Account, FacilityIdentity, Profile};
use crate::domain::identity::passwords;
use crate::domain::values::designation_receipt::DesignationReceipt;
use crate::domain::values::email::EmailAddress;
use crate::domain::values::facility_code::{FacilityCode, FacilityKind};
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::kana::Kana;
use crate::domain::values::prefecture::Prefecture;
use crate::domain::values::text::{Address, FacilityName, MAX_CODE_INPUT};
use crate::http::body::SecretText;
use crate::routes::forms::parties::{ContactForm, FacilityTexts, FounderForm};
use crate::security::opaque_token::OpaqueToken;
use crate::usecases::accounts::registrations::RegistrationDraft;
use crate::usecases::accounts::{Change, ChangeDraft};

/// The facility (医療機関等) that the account is for.
#[derive(Deserialize, ToSchema, Validate)]
pub struct FacilityForm {
    /// The facility code (医療機関等コード), ten digits. Full-width digits and separators are accepted. In a registration
    /// it may be absent only if the facility has no code yet.
    #[schema(nullable = false, min_length = 1, max_length = 40, example = "1312345676")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub code: Option<String>,
    /// The receipt number of the application for designation (指定申請の受付番号), such as `2023-00123`. Only for a facility
    /// that has no code yet. Each prefecture counts its own for each kind, so the address must begin with the name of
    /// the prefecture. A facility code is refused here.
    #[schema(nullable = false, min_length = 1, max_length = 40)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub designation_receipt: Option<String>,
    /// The kind of facility. Required with `designation_receipt`, and not allowed otherwise, because the facility code
    /// contains the kind.
    #[schema(nullable = false, value_type = Option<FacilityKind>)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub kind: Option<String>,
    /// The name of the facility.
    #[schema(min_length = 1, max_length = 100, example = "架空さくら診療所")]
    #[validate(length(max = FacilityName::MAX, code = "too_long"))]
    pub name: String,
    /// The reading of the name in kana (フリガナ).
    #[schema(min_length = 1, max_length = 100, example = "カクウサクラシンリョウジョ")]
    #[validate(length(max = Kana::MAX, code = "too_long"))]
    pub name_kana: String,
    /// The postal code. `100-8916`, `1008916` and full-width digits are accepted.
    #[schema(min_length = 1, max_length = 40, example = "100-0000")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub postal_code: String,
    /// The address of the facility.
    #[schema(min_length = 1, max_length = 200, example = "東京都千代田区架空町１－１")]
    #[validate(length(max = Address::MAX, code = "too_long"))]
    pub address: String,
    /// The telephone number, in Japan. Hyphens, full-width digits and `+81` are accepted.
    #[schema(min_length = 1, max_length = 40, example = "03-0000-1234")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub phone: String,
}

impl FacilityForm {
    fn texts(&self) -> FacilityTexts<'_> {
        FacilityTexts {
            name: &self.name,
            name_kana: &self.name_kana,
            postal_code: &self.postal_code,
            address: &self.address,
            phone: &self.phone,
        }
    }

    fn code(&self, faults: &mut Faults) -> Option<FacilityCode> {
        faults.take_optional("/facility/code", self.code.as_deref().map(FacilityCode::parse)).flatten()
    }

    /// Reads the identity of the facility: either a code, or a receipt number with a kind. The code is also returned
    /// separately, so that it can be checked even if another part has a fault.
    fn identity(&self, faults: &mut Faults) -> (Option<FacilityIdentity>, Option<FacilityCode>) {
        let code = self.code(faults);
        let Some(receipt) = &self.designation_receipt else {
            if self.code.is_none() {
                faults.add("/facility/code", Fault::Required);
            }
            if self.kind.is_some() {
                faults.add("/facility/kind", Fault::NotApplicable);
            }
            return (code.clone().map(FacilityIdentity::Designated), code);
        };
        if self.code.is_some() {
            faults.add("/facility/designation_receipt", Fault::NotApplicable);
        }
        let receipt = faults.take("/facility/designation_receipt", DesignationReceipt::parse(receipt));
        let kind = match &self.kind {
            None => Err(Fault::Required),
            Some(kind) => FacilityKind::from_code(kind).ok_or(Fault::UnknownValue),
        };
        let kind = faults.take("/facility/kind", kind);
        let prefecture = Prefecture::of_address(&self.address);
        // An address that is no address has a fault already.
        if prefecture.is_none() && Address::parse(&self.address).is_ok() {
            faults.add("/facility/address", Fault::AddressPrefecture);
        }
        let identity = |(receipt, kind)| FacilityIdentity::Applying { receipt, kind, prefecture };
        (receipt.zip(kind).filter(|_| prefecture.is_some()).map(identity), code)
    }
}

/// The registration form.
#[derive(Deserialize, ToSchema, Validate)]
pub struct AccountRequest {
    /// The token from the mailed link: the value of `token` in the URL's fragment.
    #[schema(
        value_type = String,
        min_length = 1,
        max_length = 200,
        example = "k1RZ0d0Qb6a1l7m9V3n5x8c2f4h6j8L0p2r4t6v8y0A",
    )]
    #[validate(length(max = OpaqueToken::MAX_INPUT, code = "too_long"))]
    pub token: SecretText,
    /// The password: 15 to 128 characters of any kind. It must not be easy to guess, must not contain the account's own
    /// data as a word (facility code, names, e-mail address, telephone numbers), and must not be in the operator's list
    /// of breached passwords.
    #[schema(value_type = String, min_length = 15, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = passwords::MAX_CHARACTERS, code = "too_long"))]
    pub password: SecretText,
    /// The facility.
    #[validate(nested)]
    pub facility: FacilityForm,
    /// The founder of the facility (開設者).
    #[validate(nested)]
    pub founder: FounderForm,
    /// The person to contact (担当者).
    #[validate(nested)]
    pub contact: ContactForm,
    /// Acceptance of the terms of use. Must be `true`.
    #[schema(example = true)]
    pub terms_accepted: bool,
}

impl AccountRequest {
    /// Reads the parts that can be read, and notes the faults of the others.
    pub fn parse(&self, faults: &mut Faults) -> RegistrationDraft {
        let (identity, code) = self.facility.identity(faults);
        let (facility, postal_code) = self.facility.texts().parse(faults);
        let founder = self.founder.parse("/founder", faults);
        let contact = self.contact.parse("/contact", faults);
        if !self.terms_accepted {
            faults.add("/terms_accepted", Fault::MustBeTrue);
        }
        let profile = (|| Some(Profile { facility: facility?, founder: founder?, contact: contact? }))();
        RegistrationDraft {
            token: OpaqueToken::presented(self.token.expose()),
            password: self.password.clone().into(),
            identity,
            profile,
            code,
            postal_code,
            name: self.facility.name.clone(),
        }
    }
}

/// A change of the account. Objects that are absent stay unchanged.
#[derive(Deserialize, ToSchema, Validate)]
#[schema(example = json!({
    "contact": { "department": "医事課", "name": "架空 次郎", "phone": "03-0000-5678" },
}))]
pub struct AccountChangeRequest {
    /// The complete new data of the facility. `code` may be absent. `designation_receipt` and `kind` cannot be changed:
    /// they are absent or as they were read.
    #[schema(nullable = false)]
    #[validate(nested)]
    pub facility: Option<FacilityForm>,
    /// The complete new data of the founder.
    #[schema(nullable = false)]
    #[validate(nested)]
    pub founder: Option<FounderForm>,
    /// The complete new data of the person to contact.
    #[schema(nullable = false)]
    #[validate(nested)]
    pub contact: Option<ContactForm>,
    /// The account's id, absent or as it was read.
    #[schema(nullable = false, max_length = 40)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub id: Option<String>,
    /// The e-mail address, absent or as it was read. `POST /v1/account/email-changes` changes it.
    #[schema(nullable = false, max_length = 254)]
    #[validate(length(max = EmailAddress::MAX, code = "too_long"))]
    pub email: Option<String>,
    // An account can be sent back as it was read.
    #[serde(rename = "former_facilities")]
    #[schema(ignore)]
    _former_facilities: Option<IgnoredAny>,
    #[serde(rename = "created_at")]
    #[schema(ignore)]
    _created_at: Option<IgnoredAny>,
    #[serde(rename = "updated_at")]
    #[schema(ignore)]
    _updated_at: Option<IgnoredAny>,
}

impl AccountChangeRequest {
    /// Reads the change, and applies it to the data of the account. The code and the postal code are also returned
    /// separately, so that they can be checked even if another part has a fault.
    pub fn parse(&self, account: &Account, faults: &mut Faults) -> ChangeDraft {
        let (mut code, mut postal_code, mut profile) = (None, None, Some(account.profile.clone()));
        self.refuse_changes_of_read_only(account, faults);
        if let Some(form) = &self.facility {
            code = form.code(faults);
            let (facility, read_postal_code) = form.texts().parse(faults);
            postal_code = read_postal_code;
            profile = profile.zip(facility).map(|(profile, facility)| Profile { facility, ..profile });
        }
        if let Some(form) = &self.founder {
            let founder = form.parse("/founder", faults);
            profile = profile.zip(founder).map(|(profile, founder)| Profile { founder, ..profile });
        }
        if let Some(form) = &self.contact {
            let contact = form.parse("/contact", faults);
            profile = profile.zip(contact).map(|(profile, contact)| Profile { contact, ..profile });
        }
        // A request may repeat the current code. That changes nothing.
        let new_code = code.clone().filter(|code| account.identity.code() != Some(code));
        let change = profile.map(|profile| Change { code: new_code, profile });
        ChangeDraft { code, postal_code, change }
    }
}

impl AccountChangeRequest {
    /// Notes the members that differ from the account although they cannot be changed.
    fn refuse_changes_of_read_only(&self, account: &Account, faults: &mut Faults) {
        let facility = self.facility.as_ref();
        let receipt = account.identity.code().is_none().then(|| account.identity.number());
        for (place, given, present) in [
            ("/id", self.id.as_ref(), Some(account.id.to_string())),
            ("/email", self.email.as_ref(), Some(account.email.to_string())),
            (
                "/facility/designation_receipt",
                facility.and_then(|facility| facility.designation_receipt.as_ref()),
                receipt,
            ),
            (
                "/facility/kind",
                facility.and_then(|facility| facility.kind.as_ref()),
                Some(account.identity.kind().code().to_owned()),
            ),
        ] {
            if given.is_some_and(|given| Some(given) != present.as_ref()) {
                faults.add(place, Fault::ReadOnly);
            }
        }
    }
}

/// The current password and a new one.
#[derive(Deserialize, ToSchema, Validate)]
pub struct PasswordRequest {
    /// The current password.
    #[schema(value_type = String, min_length = 1, max_length = 128, format = Password, example = "雨の日は縁側で祖母と将棋を指した")]
    #[validate(length(max = passwords::MAX_CHARACTERS, code = "too_long"))]
    pub current_password: SecretText,
    /// The new password: 15 to 128 characters of any kind, with the same rules as in a registration.
    #[schema(value_type = String, min_length = 15, max_length = 128, format = Password, example = "雪の朝に隣の犬と川岸まで歩いた")]
    #[validate(length(max = passwords::MAX_CHARACTERS, code = "too_long"))]
    pub new_password: SecretText,
}
