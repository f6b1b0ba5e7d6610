//! Values that several areas use: codes, addresses, texts, ids, days, faults.

pub mod calendar;
pub(crate) mod characters;
pub(crate) mod coded_enum;
pub mod designation_receipt;
pub mod email;
pub mod facility_code;
pub mod fault;
pub mod faults;
pub mod ids;
pub mod kana;
pub mod lang;
pub mod phone;
pub mod postal_code;
pub mod prefecture;
pub mod receipt_number;
pub mod refusal;
pub mod search_key;
mod stored_text;
pub mod text;
pub mod wareki;
pub mod warning;
