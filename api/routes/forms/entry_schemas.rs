//! The schemas of list entries that are texts. The attributes of a list's field describe only the list, so the entries
//! need types with schemas.
#![expect(dead_code, reason = "the types only describe entries in the document")]

use utoipa::ToSchema;

/// A facility code (医療機関等コード) in a request. Full-width digits and separators are accepted.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 1, max_length = 40, example = "1312345676")]
pub struct GivenFacilityCode(String);

/// A facility code (医療機関等コード): ten digits.
#[derive(ToSchema)]
#[schema(value_type = String, min_length = 10, max_length = 10, pattern = "^[0-9]{10}$", example = "1312345676")]
pub struct ShownFacilityCode(String);

/// The id of an upload.
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 40, example = "upl_0h2k4m6p8r0t2v4x6z8b0d2f4h")]
pub struct AttachmentId(String);

/// A member of a filed form, as a JSON Pointer (RFC 6901).
#[derive(ToSchema)]
#[schema(value_type = String, max_length = 200, example = "/reason/contract_date")]
pub struct FormPointer(String);

/// The bytes of a file, at most 10 MiB.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileContent(Vec<u8>);
