//! Operations that everybody may read without a token.

mod support;
mod transitional_measures;
