//! Operations and pages that anyone may read without an account.

pub mod jwks;
pub mod pages;
pub mod security_txt;
pub mod support;
pub mod transitional_measures;
