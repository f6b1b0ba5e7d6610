//! The forms of a succession: what a facility sends, what it gets back.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::domain::filings::successions::{
    GuidanceAddress, Parts, Succession, SuccessionForm, SuccessionReason, SuccessionStatus, Successor,
};
use crate::domain::values::calendar::parse_date;
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::phone::PhoneNumber;
use crate::domain::values::postal_code::PostalCode;
use crate::domain::values::text::{Address, FacilityName, Paragraph, PersonName};
use crate::http::rehearsal::{MailPreview, WriteQuery, mails};
use crate::http::timestamp::Timestamp;
use crate::routes::forms::parties::{ContactForm, FounderForm};
use crate::routes::forms::reviews::ReviewResponse;
use crate::usecases::work::Queued;

/// The facility under its new code (承継先).
#[derive(Deserialize, Serialize, ToSchema, Validate)]
pub struct SuccessorForm {
    /// The new facility code. It may not be in the facility list yet.
    #[schema(min_length = 1, max_length = 40, example = "1312345767")]
    #[validate(length(max = 40, code = "too_long"))]
    pub facility_code: String,
    /// Name.
    #[schema(min_length = 1, max_length = 100, example = "架空さくら診療所")]
    #[validate(length(max = 100, code = "too_long"))]
    pub name: String,
    /// Postal code.
    #[schema(min_length = 1, max_length = 40, example = "100-0000")]
    #[validate(length(max = 40, code = "too_long"))]
    pub postal_code: String,
    /// Address.
    #[schema(min_length = 1, max_length = 200, example = "東京都千代田区架空町１－１")]
    #[validate(length(max = 200, code = "too_long"))]
    pub address: String,
    /// Telephone.
    #[schema(min_length = 1, max_length = 40, example = "03-0000-1234")]
    #[validate(length(max = 40, code = "too_long"))]
    pub phone: String,
}

impl SuccessorForm {
    /// Code and postal code come apart as well, to be examined even when another part is faulty.
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

    fn of(successor: &Successor) -> Self {
        Self {
            facility_code: successor.facility_code.to_string(),
            name: successor.name.to_string(),
            postal_code: successor.postal_code.to_string(),
            address: successor.address.to_string(),
            phone: successor.phone.to_string(),
        }
    }
}

/// Where the guidance on the further procedure is posted (今後の手続きに関するご案内の送付先).
#[derive(Deserialize, Serialize, ToSchema, Validate)]
pub struct GuidanceAddressForm {
    /// Postal code.
    #[schema(min_length = 1, max_length = 40, example = "100-0000")]
    #[validate(length(max = 40, code = "too_long"))]
    pub postal_code: String,
    /// Address.
    #[schema(min_length = 1, max_length = 200, example = "東京都千代田区架空町１－１")]
    #[validate(length(max = 200, code = "too_long"))]
    pub address: String,
    /// Addressee.
    #[schema(min_length = 1, max_length = 100, example = "架空さくら診療所")]
    #[validate(length(max = 100, code = "too_long"))]
    pub name: String,
}

impl GuidanceAddressForm {
    fn parse(&self, faults: &mut Faults) -> Option<GuidanceAddress> {
        let postal_code = faults.take("/guidance_address/postal_code", PostalCode::parse(&self.postal_code));
        let address = faults.take("/guidance_address/address", Address::parse(&self.address));
        let name = faults.take("/guidance_address/name", PersonName::parse(&self.name));
        Some(GuidanceAddress { postal_code: postal_code?, address: address?, name: name? })
    }

    fn of(address: &GuidanceAddress) -> Self {
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
    /// Who opened it under the new code; for a corporation the corporation's name, not its
    /// representative's.
    #[validate(nested)]
    pub successor_founder: FounderForm,
    /// Why the code changes.
    #[schema(value_type = SuccessionReason, example = "INCORPORATION_CHANGE")]
    #[validate(length(max = 40, code = "too_long"))]
    pub reason: String,
    /// The explanation; required with `OTHER`.
    #[schema(nullable = false, min_length = 1, max_length = 2000)]
    #[validate(length(max = 2000, code = "too_long"))]
    pub reason_detail: Option<String>,
    /// The day of the change, at most one year ahead.
    #[schema(format = Date, min_length = 10, max_length = 10, example = "2023-02-01")]
    #[validate(length(max = 40, code = "too_long"))]
    pub change_date: String,
    /// Where the guidance is posted.
    #[validate(nested)]
    pub guidance_address: GuidanceAddressForm,
    /// Whom to ask.
    #[validate(nested)]
    pub contact: ContactForm,
    /// Consent to passing on all rights and duties (同意); must be `true`.
    #[schema(example = true)]
    pub consent: bool,
}

impl SuccessionRequest {
    /// Reads the form.
    #[must_use]
    pub fn parse(&self, faults: &mut Faults) -> ParsedSuccession {
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
        ParsedSuccession { successor_code, successor_postal_code, reason, has_detail, change_date, form }
    }
}

/// What could be read of a form.
pub struct ParsedSuccession {
    successor_code: Option<FacilityCode>,
    successor_postal_code: Option<PostalCode>,
    reason: Option<SuccessionReason>,
    has_detail: bool,
    change_date: Option<NaiveDate>,
    /// The whole, if every part could be read.
    pub form: Option<SuccessionForm>,
}

impl ParsedSuccession {
    /// The parts that rules speak of.
    #[must_use]
    pub const fn parts(&self) -> Parts<'_> {
        Parts {
            successor_code: self.successor_code.as_ref(),
            successor_postal_code: self.successor_postal_code.as_ref(),
            reason: self.reason,
            has_detail: self.has_detail,
            change_date: self.change_date,
        }
    }
}

/// What is filed and what follows from it.
#[derive(Serialize, ToSchema)]
pub struct SuccessionBody {
    /// The old code (承継元).
    #[schema(max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
    pub predecessor_code: String,
    /// Where the succession stands.
    pub status: SuccessionStatus,
    /// The facility under its new code.
    pub successor: SuccessorForm,
    /// Who opened it under the new code.
    pub successor_founder: FounderForm,
    /// Why the code changes.
    pub reason: SuccessionReason,
    /// The explanation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 2000)]
    pub reason_detail: Option<String>,
    /// The day of the change.
    #[schema(format = Date, example = "2023-02-01")]
    pub change_date: NaiveDate,
    /// Where the guidance is posted.
    pub guidance_address: GuidanceAddressForm,
    /// Whom to ask.
    pub contact: ContactForm,
    /// When rights and duties passed, once they have.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub accepted_at: Option<Timestamp>,
    /// Until when certificates of the old code stay usable (Japan day, inclusive), once accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = Date)]
    pub certificates_until: Option<NaiveDate>,
}

impl SuccessionBody {
    fn of(succession: &Succession) -> Self {
        let form = &succession.form;
        Self {
            predecessor_code: succession.predecessor_code.to_string(),
            status: succession.status,
            successor: SuccessorForm::of(&form.successor),
            successor_founder: FounderForm::of(&form.successor_founder),
            reason: form.reason,
            reason_detail: form.reason_detail.as_ref().map(ToString::to_string),
            change_date: form.change_date,
            guidance_address: GuidanceAddressForm::of(&form.guidance_address),
            contact: ContactForm::of(&form.contact),
            accepted_at: succession.accepted_at.map(Into::into),
            certificates_until: succession.certificates_until(),
        }
    }
}

/// A succession (承継届出).
#[derive(Serialize, ToSchema)]
pub struct SuccessionResponse {
    /// Its id.
    #[schema(max_length = 30, example = "suc_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
    pub id: String,
    /// The number to speak of on the telephone.
    #[schema(max_length = 14, pattern = "^[0-9]{4}-[0-9]{4}-[0-9]{4}$", example = "4821-0937-5523")]
    pub receipt_number: String,
    /// What is filed and what follows from it.
    #[serde(flatten)]
    pub body: SuccessionBody,
    /// What the review said, once it said something.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub review: Option<ReviewResponse>,
    /// When it was filed.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// With `validate_only`: the mails that would go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 10)]
    pub mails: Vec<MailPreview>,
}

impl SuccessionResponse {
    /// Shows a succession.
    #[must_use]
    pub fn of(succession: &Succession) -> Self {
        Self {
            id: succession.id.to_string(),
            receipt_number: succession.receipt_number.to_string(),
            body: SuccessionBody::of(succession),
            review: succession.review.as_ref().map(ReviewResponse::of),
            created_at: succession.created_at.into(),
            updated_at: succession.updated_at.into(),
            mails: Vec::new(),
        }
    }

    /// The same with the mails that would go, if it answers a rehearsal.
    #[must_use]
    pub fn rehearsed(self, query: WriteQuery, queued: &[Queued]) -> Self {
        if query.validate_only { Self { mails: mails(queued), ..self } } else { self }
    }
}

/// The confirmation screen of a succession: what would be stored.
#[derive(Serialize, ToSchema)]
pub struct SuccessionPreview {
    /// What would be filed and what would follow from it.
    #[serde(flatten)]
    pub body: SuccessionBody,
    /// The mails that would go.
    #[schema(max_items = 10)]
    pub mails: Vec<MailPreview>,
}

impl SuccessionPreview {
    /// Shows a succession that is not stored.
    #[must_use]
    pub fn of(succession: &Succession, queued: &[Queued]) -> Self {
        Self { body: SuccessionBody::of(succession), mails: mails(queued) }
    }
}

/// A page of successions.
#[derive(Serialize, ToSchema)]
pub struct SuccessionPage {
    /// The successions, newest first.
    #[schema(max_items = 100)]
    pub items: Vec<SuccessionResponse>,
    /// The token of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 400)]
    pub next_page_token: Option<String>,
}
