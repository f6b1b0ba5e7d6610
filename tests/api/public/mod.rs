//! Operations that everybody may read without a token.

mod security_txt;
mod support;
mod transitional_measures;
