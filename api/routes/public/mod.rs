//! What everybody may read.

pub mod jwks;
pub mod pages;
pub mod support;
pub mod transitional_measures;
