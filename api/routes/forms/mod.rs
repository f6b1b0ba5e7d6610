//! The parts of requests and answers that several resources share.

pub mod entry_schemas;
pub mod links;
pub mod parties;
pub mod receipt_numbers;
pub mod reviews;
pub mod tokens;
pub mod warnings;
