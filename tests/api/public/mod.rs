//! What everybody may read.

mod support;
mod transitional_measures;
