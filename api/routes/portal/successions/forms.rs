//! The request body of a succession.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::filings::successions::{GuidanceAddress, SuccessionForm, SuccessionReason, Successor};
use crate::domain::values::calendar::parse_date;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::phone::PhoneNumber;
use crate::domain::values::postal_code::PostalCode;
use crate::domain::values::text::{Address, FacilityName, MAX_CODE_INPUT, Paragraph, PersonName};
use crate::routes::forms::parties::{ContactForm, FounderForm};
use crate::usecases::filings::successions::SuccessionDraft;

/// The facility under its new code (承継先).
#[derive(Deserialize, Serialize, ToSchema, Validate)]
pub struct SuccessorForm {
    /// The new facility code. The facility list need not have it yet.
    #[schema(min_length = 1, max_length = 40, example = "1312345767")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub facility_code: String,
    /// The name of the facility.
    #[schema(min_length = 1, max_length = 100, example = "架空さくら診療所")]
    #[validate(length(max = FacilityName::MAX, code = "too_long"))]
    pub name: String,
    /// The postal code.
    #[schema(min_length = 1, max_length = 40, example = "100-0000")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub postal_code: String,
    /// The address.
    #[schema(min_length = 1, max_length = 200, example = "東京都千代田区架空町１－１")]
    #[validate(length(max = Address::MAX, code = "too_long"))]
    pub address: String,
    /// The telephone number.
    #[schema(min_length = 1, max_length = 40, example = "03-0000-1234")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub phone: String,
}

impl SuccessorForm {
    /// Reads the successor. The code and the postal code are also returned separately, so that they can be
    /// checked even if another part has a fault.
    fn parse(&self, faults: &mut Faults) -> (Option<FacilityCode>, Option<PostalCode>, Option<Successor>) {
        let facility_code = faults.take("/successor/facility_code", FacilityCode::parse(&self.facility_code));
        let name = faults.take("/successor/name", FacilityName::parse(&self.name));
        let postal_code = faults.take("/successor/postal_code", PostalCode::parse(&self.postal_code));
        let address = faults.take("/successor/address", Address::parse(&self.address));
        let phone = faults.take("/successor/phone", PhoneNumber::parse(&self.phone));
        let successor = (|| {
            Some(Successor {
                facility_code: facility_code.clone()?,
                name: name?,
                postal_code: postal_code.clone()?,
                address: address?,
                phone: phone?,
            })
        })();
        (facility_code, postal_code, successor)
    }

    /// Shows a successor.
    pub(super) fn of(successor: &Successor) -> Self {
        Self {
            facility_code: successor.facility_code.to_string(),
            name: successor.name.to_string(),
            postal_code: successor.postal_code.to_string(),
            address: successor.address.to_string(),
            phone: successor.phone.to_string(),
        }
    }
}

/// The postal address for the letter about the further procedure (今後の手続きに関するご案内の送付先).
#[derive(Deserialize, Serialize, ToSchema, Validate)]
pub struct GuidanceAddressForm {
    /// The postal code.
    #[schema(min_length = 1, max_length = 40, example = "100-0000")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub postal_code: String,
    /// The address.
    #[schema(min_length = 1, max_length = 200, example = "東京都千代田区架空町１－１")]
    #[validate(length(max = Address::MAX, code = "too_long"))]
    pub address: String,
    /// The addressee.
    #[schema(min_length = 1, max_length = 100, example = "架空さくら診療所")]
    #[validate(length(max = PersonName::MAX, code = "too_long"))]
    pub name: String,
}

impl GuidanceAddressForm {
    fn parse(&self, faults: &mut Faults) -> Option<GuidanceAddress> {
        let postal_code = faults.take("/guidance_address/postal_code", PostalCode::parse(&self.postal_code));
        let address = faults.take("/guidance_address/address", Address::parse(&self.address));
        let name = faults.take("/guidance_address/name", PersonName::parse(&self.name));
        Some(GuidanceAddress { postal_code: postal_code?, address: address?, name: name? })
    }

    /// Shows an address.
    pub(super) fn of(address: &GuidanceAddress) -> Self {
        Self {
            postal_code: address.postal_code.to_string(),
            address: address.address.to_string(),
            name: address.name.to_string(),
        }
    }
}

/// A succession (承継届出).
#[derive(Deserialize, ToSchema, Validate)]
pub struct SuccessionRequest {
    /// The facility under its new code (承継先).
    #[validate(nested)]
    pub successor: SuccessorForm,
    /// The founder under the new code.
    #[validate(nested)]
    pub successor_founder: FounderForm,
    /// Why the code changes.
    #[schema(value_type = SuccessionReason)]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub reason: String,
    /// An explanation of the reason. Required with `OTHER`.
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    #[validate(length(max = Paragraph::MAX, code = "too_long"))]
    pub reason_detail: Option<String>,
    /// The day of the change, at most one year in the future.
    #[schema(format = Date, min_length = 10, max_length = 10, example = "2023-02-01")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub change_date: String,
    /// The postal address for the letter about the further procedure.
    #[validate(nested)]
    pub guidance_address: GuidanceAddressForm,
    /// The person to contact.
    #[validate(nested)]
    pub contact: ContactForm,
    /// Consent to the transfer of all rights and duties to the new code (同意). Must be `true`.
    #[schema(example = true)]
    pub consent: bool,
}

impl SuccessionRequest {
    /// Reads the parts that can be read, and notes the faults of the others.
    #[must_use]
    pub fn parse(&self, faults: &mut Faults) -> SuccessionDraft {
        let (successor_code, successor_postal_code, successor) = self.successor.parse(faults);
        let successor_founder = self.successor_founder.parse("/successor_founder", faults);
        let reason =
            faults.take("/reason", SuccessionReason::from_code(&self.reason).ok_or(Fault::UnknownValue));
        let detail = self.reason_detail.as_deref().map(Paragraph::parse);
        let has_detail = detail.is_some();
        let reason_detail = faults.take_optional("/reason_detail", detail);
        let change_date = faults.take("/change_date", parse_date(&self.change_date));
        let guidance_address = self.guidance_address.parse(faults);
        let contact = self.contact.parse("/contact", faults);
        if !self.consent {
            faults.add("/consent", Fault::MustBeTrue);
        }
        let form = (|| {
            Some(SuccessionForm {
                successor: successor?,
                successor_founder: successor_founder?,
                reason: reason?,
                reason_detail: reason_detail?,
                change_date: change_date?,
                guidance_address: guidance_address?,
                contact: contact?,
            })
        })();
        SuccessionDraft { successor_code, successor_postal_code, reason, has_detail, change_date, form }
    }
}
