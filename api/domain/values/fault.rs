//! Faults: the reasons why a value of a request is refused. A code never changes its meaning.
//!
//! A fault may contain limits, but no part of the value, so that answers and log lines cannot repeat personal data. The
//! texts in both languages are in `http::problems::fault_texts`.

use chrono::NaiveDate;

use super::calendar::YearMonth;
use super::lang::Lang;
use super::wareki;

/// Generates the enum, its codes, its limits and the list for tests from one table.
macro_rules! faults {
    ($(
        $(#[$doc:meta])*
        $name:ident $({ $($(#[$of_limit:meta])* $limit:ident: $type:ty,)+ })? = $code:literal,
    )+) => {
        /// The reason why one value of a request was refused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $($(#[$doc])* $name $({ $($(#[$of_limit])* $limit: $type,)+ })?,)+
        }

        impl Fault {
            /// The code in `errors[].code` of a problem. Codes are never reused.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name $({ $($limit: _,)+ })? => $code,)+
                }
            }

            /// The limits as they are written in a language, with their placeholders in the texts.
            #[must_use]
            pub fn limits(self, lang: Lang) -> Vec<(&'static str, String)> {
                match self {
                    $(Self::$name $({ $($limit,)+ })? => vec![$($((stringify!($limit), $limit.written(lang)),)+)?],)+
                }
            }

            /// One fault of every code, with sample limits.
            #[cfg(test)]
            pub(crate) fn one_of_each() -> Vec<Self> {
                vec![$(Self::$name $({ $($limit: Sample::sample(),)+ })?,)+]
            }
        }
    };
}

faults! {
    // Form: faults that reading the JSON document and the length checks find.
    /// A required member is absent.
    Required = "REQUIRED",
    /// The member has another JSON type than the OpenAPI document says.
    WrongType {
        /// The expected type, as the OpenAPI document names it.
        expected: &'static str,
    } = "WRONG_TYPE",
    /// The object has no member of this name.
    UnknownMember = "UNKNOWN_MEMBER",
    /// The member cannot be changed, and has another value than the resource.
    ReadOnly = "READ_ONLY",
    /// The text is longer than allowed.
    TooLong {
        /// The maximum number of characters.
        max: u64,
    } = "TOO_LONG",
    /// The text is shorter than allowed.
    TooShort {
        /// The minimum number of characters.
        min: u64,
    } = "TOO_SHORT",
    /// The list has too many entries.
    TooMany {
        /// The maximum number of entries.
        max: u64,
    } = "TOO_MANY",
    /// The number is outside its bounds.
    OutOfRange {
        /// The smallest allowed number.
        min: i64,
        /// The largest allowed number.
        max: i64,
    } = "OUT_OF_RANGE",
    /// The list contains the same entry twice.
    RepeatedEntry = "REPEATED_ENTRY",
    /// The text is not one of the listed words.
    UnknownValue = "UNKNOWN_VALUE",
    /// The text contains a control character. A line break is a control character unless the text may have several
    /// lines.
    ControlCharacter = "CONTROL_CHARACTER",
    /// The text is empty or contains only white space.
    Blank = "BLANK",

    // Parameters and headers.
    /// The operation has no parameter of this name.
    UnknownParameter = "UNKNOWN_PARAMETER",
    /// The parameter or header occurs more than once.
    RepeatedParameter = "REPEATED_PARAMETER",
    /// Not a `next_page_token` of this list.
    PageTokenUnknown = "PAGE_TOKEN_UNKNOWN",
    /// Not the two digits of a prefecture.
    PrefectureForm = "PREFECTURE_FORM",
    /// Not an `Idempotency-Key` of 1 to 255 visible ASCII characters.
    IdempotencyKeyForm = "IDEMPOTENCY_KEY_FORM",
    /// Not a list of entity tags.
    EntityTagForm = "ENTITY_TAG_FORM",

    // Meaning: faults that the types and rules of the domain find.
    /// Not ten digits.
    FacilityCodeForm = "FACILITY_CODE_FORM",
    /// The first two digits are not a prefecture (01 to 47).
    FacilityCodePrefecture = "FACILITY_CODE_PREFECTURE",
    /// The third digit is not a fee table (1, 3, 4, 6).
    FacilityCodeKind = "FACILITY_CODE_KIND",
    /// The check digit is wrong.
    FacilityCodeCheckDigit = "FACILITY_CODE_CHECK_DIGIT",
    /// Not a receipt number of an application for designation.
    DesignationReceiptForm = "DESIGNATION_RECEIPT_FORM",
    /// A facility code in place of the receipt number of an application for designation.
    DesignationReceiptIsCode = "DESIGNATION_RECEIPT_IS_CODE",
    /// The address does not begin with the name of a prefecture.
    AddressPrefecture = "ADDRESS_PREFECTURE",
    /// Not a postal code of seven digits.
    PostalCodeForm = "POSTAL_CODE_FORM",
    /// Not a Japanese telephone number.
    PhoneForm = "PHONE_FORM",
    /// Words or signs beside a telephone number, such as (代), TEL and ☎.
    PhoneWords = "PHONE_WORDS",
    /// More than one telephone number, or a slash in one.
    PhoneSeveral = "PHONE_SEVERAL",
    /// An extension (内線) behind a telephone number.
    PhoneExtension = "PHONE_EXTENSION",
    /// Not kana.
    KanaForm = "KANA_FORM",
    /// Not an e-mail address.
    EmailForm = "EMAIL_FORM",
    /// An old address of a mobile carrier with `..` or `.@`, which mail servers refuse.
    EmailCarrierDots = "EMAIL_CARRIER_DOTS",
    /// Quotation marks around the part of an e-mail address before the `@`.
    EmailQuoted = "EMAIL_QUOTED",
    /// Not a date `YYYY-MM-DD` that exists, from 1900 to 2199.
    DateForm = "DATE_FORM",
    /// Not a month `YYYY-MM`.
    MonthForm = "MONTH_FORM",
    /// Not an instant of RFC 3339.
    InstantForm = "INSTANT_FORM",
    /// Not a receipt number of this service.
    ReceiptNumberForm = "RECEIPT_NUMBER_FORM",
    /// Not an id of the expected kind.
    IdForm = "ID_FORM",
    /// Not a SHA-256 digest in 64 hexadecimal digits.
    DigestForm = "DIGEST_FORM",
    /// Not a usable file name.
    FileNameForm = "FILE_NAME_FORM",
    /// The file name has an extension of another type than that of the file.
    FileNameExtension {
        /// The extensions of the type.
        allowed: &'static str,
    } = "FILE_NAME_EXTENSION",
    /// The date is after the last allowed day.
    DateTooLate {
        /// The last allowed day.
        limit: NaiveDate,
    } = "DATE_TOO_LATE",
    /// The month is after the last allowed month.
    MonthTooLate {
        /// The last allowed month.
        limit: YearMonth,
    } = "MONTH_TOO_LATE",
    /// The instant is before the present time of the sandbox's clock, which moves only forward.
    InstantInPast = "INSTANT_IN_PAST",
    /// The excuse would end before the duty begins.
    EndsBeforeDuty {
        /// The first day of the duty.
        duty_begins: NaiveDate,
    } = "ENDS_BEFORE_DUTY",
    /// The member is not allowed with this category or with the values of other members.
    NotApplicable = "NOT_APPLICABLE",
    /// The round does not offer this category.
    CategoryNotOffered = "CATEGORY_NOT_OFFERED",
    /// Facilities of this kind cannot use this category.
    CategoryNotForKind = "CATEGORY_NOT_FOR_KIND",
    /// There is no round of this name.
    RoundUnknown = "ROUND_UNKNOWN",
    /// The round is not open to this kind of facility.
    RoundNotForKind = "ROUND_NOT_FOR_KIND",
    /// A declaration stays in the round in which it was filed.
    RoundFixed = "ROUND_FIXED",
    /// The category needs an attachment.
    AttachmentRequired = "ATTACHMENT_REQUIRED",
    /// The category allows no attachment.
    AttachmentNotExpected = "ATTACHMENT_NOT_EXPECTED",
    /// No stored upload of this id belongs to the account.
    AttachmentUnknown = "ATTACHMENT_UNKNOWN",
    /// The malware scanner has refused the upload of this id.
    AttachmentRefused = "ATTACHMENT_REFUSED",
    /// The confirmation must be `true`.
    MustBeTrue = "MUST_BE_TRUE",
    /// The code is the facility's own.
    OwnFacilityCode = "OWN_FACILITY_CODE",
    /// The facility list has no such code.
    FacilityNotListed = "FACILITY_NOT_LISTED",
    /// The facility is no longer designated, by the facility list.
    FacilityDelisted = "FACILITY_DELISTED",
    /// The postal code differs from the facility list's.
    PostalCodeMismatch = "POSTAL_CODE_MISMATCH",
    /// The explanation is required with reason OTHER.
    ReasonDetailRequired = "REASON_DETAIL_REQUIRED",
    /// The predecessor and the successor are of different kinds.
    KindMismatch = "KIND_MISMATCH",
    /// The date is not after the date of the previous succession.
    OutOfOrder {
        /// The date of the previous succession.
        after: NaiveDate,
    } = "OUT_OF_ORDER",
    /// The password takes too few guesses.
    PasswordCommon = "PASSWORD_COMMON",
    /// The password contains the account's own data as a word, or consists of hardly anything else.
    PasswordHoldsIdentity = "PASSWORD_HOLDS_IDENTITY",
    /// The password is in the operator's list of breached passwords.
    PasswordBreached = "PASSWORD_BREACHED",
    /// The password is not the account's current one.
    PasswordWrong = "PASSWORD_WRONG",
    /// The new address is the account's present one.
    EmailUnchanged = "EMAIL_UNCHANGED",
    /// The media type is not accepted.
    MediaTypeNotAccepted = "MEDIA_TYPE_NOT_ACCEPTED",
}

/// How a limit is written in the text of a fault.
trait Limit {
    fn written(&self, lang: Lang) -> String;
}

impl Limit for u64 {
    fn written(&self, _: Lang) -> String {
        self.to_string()
    }
}

impl Limit for i64 {
    fn written(&self, _: Lang) -> String {
        self.to_string()
    }
}

/// In Japanese in the Japanese calendar, as in the mails.
impl Limit for NaiveDate {
    fn written(&self, lang: Lang) -> String {
        match lang {
            Lang::Ja => wareki::wareki_date(*self),
            Lang::En => self.to_string(),
        }
    }
}

impl Limit for YearMonth {
    fn written(&self, lang: Lang) -> String {
        match lang {
            Lang::Ja => wareki::wareki_month(*self),
            Lang::En => self.to_string(),
        }
    }
}

/// The name of a type of JSON, or a list of values, which is the same in all languages.
impl Limit for &'static str {
    fn written(&self, lang: Lang) -> String {
        let japanese = match *self {
            "string" => "文字列",
            "integer" => "整数",
            "number" => "数値",
            "boolean" => "trueまたはfalse",
            "object" => "オブジェクト",
            "array" => "配列",
            other => other,
        };
        if lang == Lang::Ja { japanese } else { self }.to_owned()
    }
}

/// A sample limit, for the list of all faults in tests.
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
