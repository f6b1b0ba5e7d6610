//! Facts that several mails have in common.

/// How a facility is identified at registration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacilityNumber {
    /// Its facility code (医療機関等コード).
    Code(String),
    /// Not designated yet: the receipt number (受付番号) of its application for designation.
    DesignationReceipt(String),
}

/// Which parts of an account's data were changed.
#[expect(clippy::struct_excessive_bools, reason = "each part may be changed without the others")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AccountChanges {
    /// The facility code.
    pub code: bool,
    /// The facility's name, address or telephone number.
    pub facility: bool,
    /// The founder.
    pub founder: bool,
    /// The person to contact.
    pub contact: bool,
}

/// The facts in every mail about a declaration (猶予届出).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclarationFacts {
    /// Name of the facility.
    pub facility_name: String,
    /// Its facility code.
    pub facility_code: String,
    /// Receipt number (届出番号) of the declaration.
    pub receipt_number: String,
    /// The round's name in Japanese.
    pub round_name: String,
    /// The category's (猶予類型) name in Japanese.
    pub category_name: String,
}

/// The facts in every mail about a succession (承継届出).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuccessionFacts {
    /// Name of the facility under its old code (承継元).
    pub predecessor_name: String,
    /// The old code.
    pub predecessor_code: String,
    /// Name of the facility under its new code (承継先).
    pub successor_name: String,
    /// The new code.
    pub successor_code: String,
    /// Receipt number (届出番号) of the succession.
    pub receipt_number: String,
}
