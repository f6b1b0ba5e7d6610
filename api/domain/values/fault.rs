//! Why a submitted value was refused: codes that never change their meaning.
//!
//! A fault carries limits and names of rules, never any part of the value itself, so that no
//! answer and no log line can repeat what a caller sent. Texts in both languages stand in
//! `http::problems::fault_texts`.

use chrono::NaiveDate;

use super::calendar::YearMonth;

/// Makes the enum, its codes, its limits and the list for tests of one table.
macro_rules! faults {
    ($(
        $(#[$doc:meta])*
        $name:ident $({ $($(#[$of_limit:meta])* $limit:ident: $type:ty,)+ })? = $code:literal,
    )+) => {
        /// The reason one value of a request was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $($(#[$doc])* $name $({ $($(#[$of_limit])* $limit: $type,)+ })?,)+
        }

        impl Fault {
            /// The code that stands in `errors[].code` of a problem. Codes are never reused.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name $({ $($limit: _,)+ })? => $code,)+
                }
            }

            /// The limits by the names that the texts call them.
            #[must_use]
            pub fn limits(self) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$name $({ $($limit,)+ })? => vec![$($((stringify!($limit), $limit.to_string()),)+)?],)+
                }
            }

            /// One fault of every code, with some limit.
            #[cfg(test)]
            pub(crate) fn one_of_each() -> Vec<Self> {
                vec![$(Self::$name $({ $($limit: Sample::sample(),)+ })?,)+]
            }
        }
    };
}

faults! {
    // Form: what the reader of the JSON document and the length checks find.
    /// A required member is absent.
    Required = "REQUIRED",
    /// The member has another JSON type than the document says.
    WrongType {
        /// The expected type, as the OpenAPI document names it.
        expected: &'static str,
    } = "WRONG_TYPE",
    /// The object has no member of this name.
    UnknownMember = "UNKNOWN_MEMBER",
    /// The text is longer than allowed.
    TooLong {
        /// Most characters allowed.
        max: u64,
    } = "TOO_LONG",
    /// The text is shorter than allowed.
    TooShort {
        /// Fewest characters allowed.
        min: u64,
    } = "TOO_SHORT",
    /// The list has too many entries.
    TooMany {
        /// Most entries allowed.
        max: u64,
    } = "TOO_MANY",
    /// The number is outside its bounds.
    OutOfRange {
        /// Smallest number allowed.
        min: i64,
        /// Largest number allowed.
        max: i64,
    } = "OUT_OF_RANGE",
    /// The same entry stands twice in the list.
    RepeatedEntry = "REPEATED_ENTRY",
    /// The text is not one of the listed words.
    UnknownValue = "UNKNOWN_VALUE",
    /// The text holds a control character (NUL and line breaks included where they have no place).
    ControlCharacter = "CONTROL_CHARACTER",
    /// The text is empty or holds white space only.
    Blank = "BLANK",

    // Meaning: what the domain's own types find.
    /// Not ten digits.
    FacilityCodeForm = "FACILITY_CODE_FORM",
    /// The first two digits are no prefecture (01 to 47).
    FacilityCodePrefecture = "FACILITY_CODE_PREFECTURE",
    /// The third digit is no fee table (1, 3, 4, 6).
    FacilityCodeKind = "FACILITY_CODE_KIND",
    /// The check digit does not fit.
    FacilityCodeCheckDigit = "FACILITY_CODE_CHECK_DIGIT",
    /// Not a receipt number of an application for designation.
    DesignationReceiptForm = "DESIGNATION_RECEIPT_FORM",
    /// Not a postal code of seven digits.
    PostalCodeForm = "POSTAL_CODE_FORM",
    /// Not a Japanese telephone number.
    PhoneForm = "PHONE_FORM",
    /// Not kana.
    KanaForm = "KANA_FORM",
    /// Not an e-mail address.
    EmailForm = "EMAIL_FORM",
    /// An old carrier address whose part before the @ mail servers refuse (`..` or `.@`).
    EmailCarrierDots = "EMAIL_CARRIER_DOTS",
    /// Not a date `YYYY-MM-DD` that exists.
    DateForm = "DATE_FORM",
    /// Not a month `YYYY-MM`.
    MonthForm = "MONTH_FORM",
    /// Not an instant of RFC 3339.
    InstantForm = "INSTANT_FORM",
    /// Not a receipt number of this service.
    ReceiptNumberForm = "RECEIPT_NUMBER_FORM",
    /// Not an id of the kind that belongs here.
    IdForm = "ID_FORM",
    /// Not a SHA-256 digest in 64 hexadecimal digits.
    DigestForm = "DIGEST_FORM",
    /// Not a usable file name.
    FileNameForm = "FILE_NAME_FORM",
    /// The date lies after the last one allowed.
    DateTooLate {
        /// Last day allowed.
        limit: NaiveDate,
    } = "DATE_TOO_LATE",
    /// The month lies after the last one allowed.
    MonthTooLate {
        /// Last month allowed.
        limit: YearMonth,
    } = "MONTH_TOO_LATE",
    /// The instant lies before the clock: time only moves forward.
    InstantInPast = "INSTANT_IN_PAST",
    /// The circumstance ends before the duty begins, so there is nothing to be excused from.
    EndsBeforeDuty {
        /// The day the duty begins.
        duty_begins: NaiveDate,
    } = "ENDS_BEFORE_DUTY",
    /// The member belongs to another category or another answer.
    NotApplicable = "NOT_APPLICABLE",
    /// The round does not offer this category.
    CategoryNotOffered = "CATEGORY_NOT_OFFERED",
    /// Facilities of this kind cannot use this category.
    CategoryNotForKind = "CATEGORY_NOT_FOR_KIND",
    /// No round of this name.
    RoundUnknown = "ROUND_UNKNOWN",
    /// The category needs an attachment.
    AttachmentRequired = "ATTACHMENT_REQUIRED",
    /// The category takes no attachment.
    AttachmentNotExpected = "ATTACHMENT_NOT_EXPECTED",
    /// No stored upload of this id belongs to the account.
    AttachmentUnknown = "ATTACHMENT_UNKNOWN",
    /// The box must be ticked (`true`).
    MustBeTrue = "MUST_BE_TRUE",
    /// The code is the facility's own.
    OwnFacilityCode = "OWN_FACILITY_CODE",
    /// The facility list has no such code.
    FacilityNotListed = "FACILITY_NOT_LISTED",
    /// The facility list says the facility is no longer designated.
    FacilityDelisted = "FACILITY_DELISTED",
    /// The postal code differs from the facility list's.
    PostalCodeMismatch = "POSTAL_CODE_MISMATCH",
    /// The founder's name looks like a representative where the corporation's name belongs.
    CorporationNameExpected = "CORPORATION_NAME_EXPECTED",
    /// The explanation is required with reason OTHER.
    ReasonDetailRequired = "REASON_DETAIL_REQUIRED",
    /// The predecessor and the successor are of different kinds.
    KindMismatch = "KIND_MISMATCH",
    /// The date does not come after the succession before it.
    OutOfOrder {
        /// The date of the succession before.
        after: NaiveDate,
    } = "OUT_OF_ORDER",
    /// The password is a common one, or only common words, digits and repetition.
    PasswordCommon = "PASSWORD_COMMON",
    /// The password holds the facility's code or name, or the mail address's name.
    PasswordHoldsIdentity = "PASSWORD_HOLDS_IDENTITY",
    /// The password is not the account's current one.
    PasswordWrong = "PASSWORD_WRONG",
    /// The new address is the account's present one.
    EmailUnchanged = "EMAIL_UNCHANGED",
    /// The media type is not accepted.
    MediaTypeNotAccepted = "MEDIA_TYPE_NOT_ACCEPTED",
}

/// Some limit, for the list that tests go through.
#[cfg(test)]
trait Sample {
    fn sample() -> Self;
}

#[cfg(test)]
mod samples {
    use super::{NaiveDate, Sample, YearMonth};
    use crate::domain::values::calendar::parse_date;

    impl Sample for &'static str {
        fn sample() -> Self {
            "string"
        }
    }

    impl Sample for u64 {
        fn sample() -> Self {
            100
        }
    }

    impl Sample for i64 {
        fn sample() -> Self {
            99
        }
    }

    impl Sample for NaiveDate {
        fn sample() -> Self {
            parse_date("2023-02-28").unwrap()
        }
    }

    impl Sample for YearMonth {
        fn sample() -> Self {
            Self::parse("2023-09").unwrap()
        }
    }
}
