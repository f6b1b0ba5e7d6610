//! Why a submitted value was refused: codes that never change their meaning.
//!
//! A fault carries limits and names of rules, never any part of the value itself, so that no
//! answer and no log line can repeat what a caller sent. Texts in both languages live with the
//! problem catalogue in `routes`.

use chrono::NaiveDate;

use super::calendar::YearMonth;

/// The reason one value of a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    // Form: what the reader of the JSON document and the length checks find.
    /// A required member is absent.
    Required,
    /// The member has another JSON type than the document says.
    WrongType {
        /// The expected type, as the OpenAPI document names it.
        expected: &'static str,
    },
    /// The object has no member of this name.
    UnknownMember,
    /// The text is longer than allowed.
    TooLong {
        /// Most characters allowed.
        max: u32,
    },
    /// The text is shorter than allowed.
    TooShort {
        /// Fewest characters allowed.
        min: u32,
    },
    /// The list has too many entries.
    TooMany {
        /// Most entries allowed.
        max: u32,
    },
    /// The number is outside its bounds.
    OutOfRange {
        /// Smallest number allowed.
        min: i64,
        /// Largest number allowed.
        max: i64,
    },
    /// The same entry stands twice in the list.
    RepeatedEntry,
    /// The text is not one of the listed words.
    UnknownValue,
    /// The text holds a control character (NUL and line breaks included where they have no place).
    ControlCharacter,
    /// The text is empty or holds white space only.
    Blank,

    // Meaning: what the domain's own types find.
    /// Not ten digits.
    FacilityCodeForm,
    /// The first two digits are no prefecture (01 to 47).
    FacilityCodePrefecture,
    /// The third digit is no fee table (1, 3, 4, 6).
    FacilityCodeKind,
    /// The check digit does not fit.
    FacilityCodeCheckDigit,
    /// Not a receipt number of an application for designation.
    DesignationReceiptForm,
    /// Not a postal code of seven digits.
    PostalCodeForm,
    /// Not a Japanese telephone number.
    PhoneForm,
    /// Not kana.
    KanaForm,
    /// Not an e-mail address.
    EmailForm,
    /// An old carrier address whose part before the @ mail servers refuse (`..` or `.@`).
    EmailCarrierDots,
    /// Not a date `YYYY-MM-DD` that exists.
    DateForm,
    /// Not a month `YYYY-MM`.
    MonthForm,
    /// Not an instant of RFC 3339.
    InstantForm,
    /// Not a receipt number of this service.
    ReceiptNumberForm,
    /// Not an id of the kind that belongs here.
    IdForm,
    /// Not a SHA-256 digest in 64 hexadecimal digits.
    DigestForm,
    /// Not a usable file name.
    FileNameForm,
    /// The date lies after the last one allowed.
    DateTooLate {
        /// Last day allowed.
        limit: NaiveDate,
    },
    /// The month lies after the last one allowed.
    MonthTooLate {
        /// Last month allowed.
        limit: YearMonth,
    },
    /// The instant lies before the clock: time only moves forward.
    InstantInPast,
    /// The circumstance ends before the duty begins, so there is nothing to be excused from.
    EndsBeforeDuty {
        /// The day the duty begins.
        duty_begins: NaiveDate,
    },
    /// The member belongs to another category or another answer.
    NotApplicable,
    /// The round does not offer this category.
    CategoryNotOffered,
    /// Facilities of this kind cannot use this category.
    CategoryNotForKind,
    /// No round of this name.
    RoundUnknown,
    /// The category needs an attachment.
    AttachmentRequired,
    /// The category takes no attachment.
    AttachmentNotExpected,
    /// No stored upload of this id belongs to the account.
    AttachmentUnknown,
    /// The box must be ticked (`true`).
    MustBeTrue,
    /// The code is the facility's own.
    OwnFacilityCode,
    /// The facility list has no such code.
    FacilityNotListed,
    /// The facility list says the facility is no longer designated.
    FacilityDelisted,
    /// The postal code differs from the facility list's.
    PostalCodeMismatch,
    /// The founder's name looks like a representative where the corporation's name belongs.
    CorporationNameExpected,
    /// The explanation is required with reason OTHER.
    ReasonDetailRequired,
    /// The predecessor and the successor are of different kinds.
    KindMismatch,
    /// The date does not come after the succession before it.
    OutOfOrder {
        /// The date of the succession before.
        after: NaiveDate,
    },
    /// The password is a common one, or only common words, digits and repetition.
    PasswordCommon,
    /// The password holds the facility's code or name, or the mail address's name.
    PasswordHoldsIdentity,
    /// The password is not the account's current one.
    PasswordWrong,
    /// The new address is the account's present one.
    EmailUnchanged,
    /// The media type is not accepted.
    MediaTypeNotAccepted,
}

impl Fault {
    /// The code that stands in `errors[].code` of a problem. Codes are never reused.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::WrongType { .. } => "WRONG_TYPE",
            Self::UnknownMember => "UNKNOWN_MEMBER",
            Self::TooLong { .. } => "TOO_LONG",
            Self::TooShort { .. } => "TOO_SHORT",
            Self::TooMany { .. } => "TOO_MANY",
            Self::OutOfRange { .. } => "OUT_OF_RANGE",
            Self::RepeatedEntry => "REPEATED_ENTRY",
            Self::UnknownValue => "UNKNOWN_VALUE",
            Self::ControlCharacter => "CONTROL_CHARACTER",
            Self::Blank => "BLANK",
            Self::FacilityCodeForm => "FACILITY_CODE_FORM",
            Self::FacilityCodePrefecture => "FACILITY_CODE_PREFECTURE",
            Self::FacilityCodeKind => "FACILITY_CODE_KIND",
            Self::FacilityCodeCheckDigit => "FACILITY_CODE_CHECK_DIGIT",
            Self::DesignationReceiptForm => "DESIGNATION_RECEIPT_FORM",
            Self::PostalCodeForm => "POSTAL_CODE_FORM",
            Self::PhoneForm => "PHONE_FORM",
            Self::KanaForm => "KANA_FORM",
            Self::EmailForm => "EMAIL_FORM",
            Self::EmailCarrierDots => "EMAIL_CARRIER_DOTS",
            Self::DateForm => "DATE_FORM",
            Self::MonthForm => "MONTH_FORM",
            Self::InstantForm => "INSTANT_FORM",
            Self::ReceiptNumberForm => "RECEIPT_NUMBER_FORM",
            Self::IdForm => "ID_FORM",
            Self::DigestForm => "DIGEST_FORM",
            Self::FileNameForm => "FILE_NAME_FORM",
            Self::DateTooLate { .. } => "DATE_TOO_LATE",
            Self::MonthTooLate { .. } => "MONTH_TOO_LATE",
            Self::InstantInPast => "INSTANT_IN_PAST",
            Self::EndsBeforeDuty { .. } => "ENDS_BEFORE_DUTY",
            Self::NotApplicable => "NOT_APPLICABLE",
            Self::CategoryNotOffered => "CATEGORY_NOT_OFFERED",
            Self::CategoryNotForKind => "CATEGORY_NOT_FOR_KIND",
            Self::RoundUnknown => "ROUND_UNKNOWN",
            Self::AttachmentRequired => "ATTACHMENT_REQUIRED",
            Self::AttachmentNotExpected => "ATTACHMENT_NOT_EXPECTED",
            Self::AttachmentUnknown => "ATTACHMENT_UNKNOWN",
            Self::MustBeTrue => "MUST_BE_TRUE",
            Self::OwnFacilityCode => "OWN_FACILITY_CODE",
            Self::FacilityNotListed => "FACILITY_NOT_LISTED",
            Self::FacilityDelisted => "FACILITY_DELISTED",
            Self::PostalCodeMismatch => "POSTAL_CODE_MISMATCH",
            Self::CorporationNameExpected => "CORPORATION_NAME_EXPECTED",
            Self::ReasonDetailRequired => "REASON_DETAIL_REQUIRED",
            Self::KindMismatch => "KIND_MISMATCH",
            Self::OutOfOrder { .. } => "OUT_OF_ORDER",
            Self::PasswordCommon => "PASSWORD_COMMON",
            Self::PasswordHoldsIdentity => "PASSWORD_HOLDS_IDENTITY",
            Self::PasswordWrong => "PASSWORD_WRONG",
            Self::EmailUnchanged => "EMAIL_UNCHANGED",
            Self::MediaTypeNotAccepted => "MEDIA_TYPE_NOT_ACCEPTED",
        }
    }
}
