//! The founder, the contact and the facility, in the requests and answers of accounts and successions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::accounts::{Contact, FacilityDetails, Founder, FounderKind};
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::kana::Kana;
use crate::domain::values::phone::PhoneNumber;
use crate::domain::values::postal_code::PostalCode;
use crate::domain::values::text::{Address, Department, FacilityName, MAX_CODE_INPUT, PersonName};

/// The founder (開設者): the person or the corporation that opened the facility.
#[derive(Deserialize, Serialize, ToSchema, Validate)]
pub struct FounderForm {
    /// The kind of founder: `INDIVIDUAL` (個人) or `CORPORATION` (法人).
    #[schema(value_type = FounderKind)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub kind: String,
    /// The name of the person or of the corporation. For a corporation, do not send the name of its representative. A
    /// name that looks like one of the other kind is accepted with a warning.
    #[schema(min_length = 1, max_length = 100, example = "架空 花子")]
    #[validate(length(max = PersonName::MAX, code = "too_long"))]
    pub name: String,
}

impl FounderForm {
    /// Reads the founder. `at` is the JSON Pointer of the founder in the body.
    pub fn parse(&self, at: &str, faults: &mut Faults) -> Option<Founder> {
        let kind =
            faults.take(&format!("{at}/kind"), FounderKind::from_code(&self.kind).ok_or(Fault::UnknownValue));
        let name = faults.take(&format!("{at}/name"), PersonName::parse(&self.name));
        Some(Founder { kind: kind?, name: name? })
    }

    /// Shows a founder.
    #[must_use]
    pub fn of(founder: &Founder) -> Self {
        let kind = match founder.kind {
            FounderKind::Individual => "INDIVIDUAL",
            FounderKind::Corporation => "CORPORATION",
        };
        Self { kind: kind.to_owned(), name: founder.name.to_string() }
    }
}

/// The person to contact about the account or the filing (担当者).
#[derive(Deserialize, Serialize, ToSchema, Validate)]
pub struct ContactForm {
    /// The department, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "医事課")]
    #[validate(length(max = Department::MAX, code = "too_long"))]
    pub department: Option<String>,
    /// The person's name.
    #[schema(min_length = 1, max_length = 100, example = "架空 太郎")]
    #[validate(length(max = PersonName::MAX, code = "too_long"))]
    pub name: String,
    /// The telephone number, in Japan. Hyphens, full-width digits and `+81` are accepted.
    #[schema(min_length = 1, max_length = 40, example = "03-0000-1234")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub phone: String,
}

impl ContactForm {
    /// Reads the contact. `at` is the JSON Pointer of the contact in the body.
    pub fn parse(&self, at: &str, faults: &mut Faults) -> Option<Contact> {
        let department = self.department.as_deref().map(Department::parse);
        let department = faults.take_optional(&format!("{at}/department"), department);
        let name = faults.take(&format!("{at}/name"), PersonName::parse(&self.name));
        let phone = faults.take(&format!("{at}/phone"), PhoneNumber::parse(&self.phone));
        Some(Contact { department: department?, name: name?, phone: phone? })
    }

    /// Shows a contact.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        Self {
            department: contact.department.as_ref().map(ToString::to_string),
            name: contact.name.to_string(),
            phone: contact.phone.to_string(),
        }
    }
}

/// The data of a facility as texts, without its facility code.
pub struct FacilityTexts<'a> {
    /// The name.
    pub name: &'a str,
    /// The reading of the name in kana.
    pub name_kana: &'a str,
    /// The postal code.
    pub postal_code: &'a str,
    /// The address.
    pub address: &'a str,
    /// The telephone number.
    pub phone: &'a str,
}

impl FacilityTexts<'_> {
    /// Reads the texts of the object at `/facility`. The postal code is also returned separately, so that it can be
    /// checked against the facility list even if another text has a fault.
    pub fn parse(&self, faults: &mut Faults) -> (Option<FacilityDetails>, Option<PostalCode>) {
        let name = faults.take("/facility/name", FacilityName::parse(self.name));
        let name_kana = faults.take("/facility/name_kana", Kana::parse(self.name_kana));
        let postal_code = faults.take("/facility/postal_code", PostalCode::parse(self.postal_code));
        let address = faults.take("/facility/address", Address::parse(self.address));
        let phone = faults.take("/facility/phone", PhoneNumber::parse(self.phone));
        let details = (|| {
            Some(FacilityDetails {
                name: name?,
                name_kana: name_kana?,
                postal_code: postal_code.clone()?,
                address: address?,
                phone: phone?,
            })
        })();
        (details, postal_code)
    }
}
