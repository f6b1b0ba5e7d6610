//! Operations and pages that everybody may read, without an account.

pub mod jwks;
pub mod pages;
pub mod support;
pub mod transitional_measures;
