//! Pure values and decisions: no input or output, no waiting, no clock (now is an argument).

pub mod account;
pub mod calendar;
pub mod call_centre;
mod characters;
pub mod declaration;
pub mod designation_receipt;
pub mod email;
pub mod facility_code;
pub mod fault;
pub mod holidays;
pub mod ids;
pub mod kana;
pub mod lang;
pub mod link;
pub mod password;
pub mod phone;
pub mod postal_code;
pub mod receipt_number;
pub mod review;
pub mod round;
pub mod search_key;
pub mod session;
mod stored_text;
pub mod succession;
pub mod text;
pub mod upload;
pub mod wareki;
