//! The request body of a declaration.

use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

use super::reason::ReasonForm;
use crate::domain::filings::declarations::{MAX_ATTACHMENTS, MAX_OTHER_CODES};
use crate::domain::values::facility_code::FacilityCode;
use crate::domain::values::faults::Faults;
use crate::domain::values::ids::UploadId;
use crate::domain::values::text::{Line, MAX_CODE_INPUT};
use crate::routes::forms::entry_schemas::{AttachmentId, GivenFacilityCode};
use crate::usecases::filings::declarations::DeclarationDraft;

/// A declaration of the transitional measure (猶予届出).
#[derive(Deserialize, ToSchema, Validate)]
pub struct DeclarationRequest {
    /// The name of the round, from `GET /v1/transitional-measures`.
    #[schema(min_length = 1, max_length = 40, example = "2023")]
    #[validate(length(max = MAX_CODE_INPUT, code = "too_long"))]
    pub round: String,
    /// The reason (やむを得ない事情): a category and its members.
    #[validate(nested)]
    pub reason: ReasonForm,
    /// Other facility codes on the same premises to which the reason also applies, as information for the reviewer. A
    /// facility with one of these codes still has to file its own declaration.
    #[schema(nullable = false, max_items = 20, value_type = Option<Vec<GivenFacilityCode>>, example = json!([]))]
    #[validate(length(max = MAX_OTHER_CODES, code = "too_many"))]
    pub other_facility_codes: Option<Vec<String>>,
    /// The ids of the uploads that are attached. Their content must have arrived; it may still wait for the malware
    /// scanner.
    #[schema(nullable = false, max_items = 10, value_type = Option<Vec<AttachmentId>>, example = json!([]))]
    #[validate(length(max = MAX_ATTACHMENTS, code = "too_many"))]
    pub attachment_ids: Option<Vec<String>>,
    /// A reference of your own, which answers repeat.
    #[schema(nullable = false, min_length = 1, max_length = 100, example = "clinic-2023-0001")]
    #[validate(length(max = Line::MAX, code = "too_long"))]
    pub client_reference: Option<String>,
}

impl DeclarationRequest {
    /// Reads the parts that can be read, and notes the faults of the others.
    pub fn parse(&self, faults: &mut Faults) -> DeclarationDraft {
        let statement = self.reason.parse(faults);
        let mut other_facility_codes = Vec::new();
        for (place, code) in self.other_facility_codes.iter().flatten().enumerate() {
            let code = faults.take(&format!("/other_facility_codes/{place}"), FacilityCode::parse(code));
            other_facility_codes.extend(code.map(|code| (place, code)));
        }
        let mut attachment_ids = Vec::new();
        for (place, id) in self.attachment_ids.iter().flatten().enumerate() {
            let id = faults.take(&format!("/attachment_ids/{place}"), UploadId::parse(id));
            attachment_ids.extend(id.map(|id| (place, id)));
        }
        let reference = self.client_reference.as_deref().map(Line::parse);
        let client_reference = faults.take_optional("/client_reference", reference).flatten();
        let client_reference = client_reference.map(|reference| reference.to_string());
        let attachments = self.attachment_ids.iter().flatten().count();
        DeclarationDraft {
            round: self.round.clone(),
            statement,
            other_facility_codes,
            attachment_ids,
            attachments,
            client_reference,
        }
    }
}
