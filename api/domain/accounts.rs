//! The account of a facility: the facility's identity, its founder and its contact.

use serde::{Deserialize, Serialize};

use super::identity::passwords::OwnData;
use super::values::calendar::Instant;
use super::values::coded_enum::coded_enum;
use super::values::designation_receipt::DesignationReceipt;
use super::values::email::EmailAddress;
use super::values::facility_code::{FacilityCode, FacilityKind};
use super::values::ids::AccountId;
use super::values::kana::Kana;
use super::values::phone::PhoneNumber;
use super::values::postal_code::PostalCode;
use super::values::prefecture::Prefecture;
use super::values::refusal::Refusal;
use super::values::text::{Address, Department, FacilityName, PersonName};

/// The identity of a facility: its facility code or, before its designation, the receipt number of its
/// application (受付番号).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacilityIdentity {
    /// A designated facility.
    Designated(FacilityCode),
    /// A facility that has applied for designation (指定) and has no code yet.
    Applying {
        /// The application's receipt number. Each regional bureau counts its own: two prefectures or two kinds may have
        /// the same number.
        receipt: DesignationReceipt,
        /// The kind of facility that it applied for.
        kind: FacilityKind,
        /// The prefecture of the facility when it registered; `None` if the account is older than this rule and its
        /// address names none.
        prefecture: Option<Prefecture>,
    },
}

impl FacilityIdentity {
    /// The facility code, if the facility has one.
    #[must_use]
    pub const fn code(&self) -> Option<&FacilityCode> {
        match self {
            Self::Designated(code) => Some(code),
            Self::Applying { .. } => None,
        }
    }

    /// The facility code, or the receipt number if there is no code, as text for mails.
    #[must_use]
    pub fn number(&self) -> String {
        match self {
            Self::Designated(code) => code.to_string(),
            Self::Applying { receipt, .. } => receipt.to_string(),
        }
    }

    /// The kind of facility.
    #[must_use]
    pub fn kind(&self) -> FacilityKind {
        match self {
            Self::Designated(code) => code.kind(),
            Self::Applying { kind, .. } => *kind,
        }
    }
}

/// A facility's basic data, as its account states it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacilityDetails {
    /// Name, as sent.
    pub name: FacilityName,
    /// Reading of the name (フリガナ).
    pub name_kana: Kana,
    /// Postal code.
    pub postal_code: PostalCode,
    /// Address, as sent.
    pub address: Address,
    /// Telephone number.
    pub phone: PhoneNumber,
}

coded_enum! {
    /// Whether a founder is a person (`INDIVIDUAL`, 個人) or a corporation (`CORPORATION`, 法人).
    #[derive(Serialize, Deserialize, utoipa::ToSchema)]
    #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
    pub enum FounderKind {
        /// A person (個人).
        Individual = "INDIVIDUAL",
        /// A corporation (法人).
        Corporation = "CORPORATION",
    }
}

/// The person or corporation that opened the facility (開設者).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Founder {
    /// Whether the founder is a person or a corporation.
    pub kind: FounderKind,
    /// The name of the person or the corporation, not of the corporation's representative.
    pub name: PersonName,
}

/// The person to contact about the facility's filings (担当者).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Department, if there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub department: Option<Department>,
    /// Name.
    pub name: PersonName,
    /// Telephone number.
    pub phone: PhoneNumber,
}

/// All data that an account states about its facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Basic data.
    pub facility: FacilityDetails,
    /// Founder.
    pub founder: Founder,
    /// Contact.
    pub contact: Contact,
}

impl Profile {
    /// The names and numbers that the account's password must not contain.
    #[must_use]
    pub fn own_data(&self) -> OwnData {
        let mut data = OwnData::default();
        let Self { facility, founder, contact } = self;
        for name in [facility.name.as_str(), founder.name.as_str(), contact.name.as_str()] {
            data.add_name(name);
        }
        data.add_name(&facility.name_kana.to_string());
        data.add_number(&facility.postal_code.to_string());
        for phone in [&facility.phone, &contact.phone] {
            data.add_number(&phone.to_string());
        }
        data
    }
}

/// An account. A facility has one account, and the account has one login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id, which a succession does not change.
    pub id: AccountId,
    /// The login address.
    pub email: EmailAddress,
    /// The facility that it belongs to now.
    pub identity: FacilityIdentity,
    /// The data that it states about the facility.
    pub profile: Profile,
    /// Increases with every change.
    pub version: i64,
    /// When it was registered.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
}

impl Account {
    /// The account's data that its password must not contain.
    #[must_use]
    pub fn own_data(&self) -> OwnData {
        let mut data = self.profile.own_data();
        data.add_number(&self.identity.number());
        data.add_email(self.email.local_part(), self.email.domain());
        data
    }
}

/// An identity that an account had before a succession.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerFacility {
    /// The old code.
    pub facility_code: FacilityCode,
    /// The data that the account stated about the facility at that time.
    pub profile: Profile,
    /// When the succession was accepted.
    pub until: Instant,
}

coded_enum! {
    /// Why an account cannot be created, or why a request of an account is refused.
    pub enum AccountRefusal {
        /// The address has an account.
        EmailTaken = "EMAIL_TAKEN",
        /// The facility has an account.
        FacilityHasAccount = "FACILITY_HAS_ACCOUNT",
        /// The facility's rights and duties passed to another code.
        FacilitySucceeded = "FACILITY_SUCCEEDED",
        /// An account of the facility's former code exists. A succession must be filed with that account.
        SuccessionRequired = "SUCCESSION_REQUIRED",
        /// The account's facility has no code yet.
        FacilityNotDesignated = "FACILITY_NOT_DESIGNATED",
        /// The account's facility has a code already.
        FacilityAlreadyDesignated = "FACILITY_ALREADY_DESIGNATED",
    }
}

impl Refusal for AccountRefusal {
    const ALL: &'static [Self] = Self::ALL;

    fn code(self) -> &'static str {
        self.code()
    }
}
