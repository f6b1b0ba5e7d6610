//! Serializes the text types of the domain as strings in stored JSON documents.
//!
//! Only documents of the service's own database are read in this way. Requests are read as strings first and parsed
//! afterwards, so that all faults are collected.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::{Serialize, Serializer};

use super::calendar::YearMonth;
use super::designation_receipt::DesignationReceipt;
use super::email::EmailAddress;
use super::facility_code::FacilityCode;
use super::kana::Kana;
use super::phone::PhoneNumber;
use super::postal_code::PostalCode;
use super::receipt_number::ReceiptNumber;
use super::text::{TextKind, VerbatimText};

macro_rules! stored_as_text {
    ($($type:ty, by $parse:ident $(, for ($($of:tt)+))?;)*) => {$(
        impl$(<$($of)+>)? Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de$(, $($of)+)?> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::$parse(&text).map_err(|fault| D::Error::custom(fault.code()))
            }
        }
    )*};
}

stored_as_text! {
    VerbatimText<K>, by parse, for (K: TextKind);
    FacilityCode, by parse_without_check_digit;
    DesignationReceipt, by parse_even_a_code;
    PostalCode, by parse;
    PhoneNumber, by parse;
    Kana, by parse;
    EmailAddress, by parse;
    ReceiptNumber, by parse;
    YearMonth, by parse;
}
