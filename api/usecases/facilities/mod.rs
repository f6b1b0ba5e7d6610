//! The facility list: what is stated is held against it, and editions are imported into it.

pub mod check;
pub mod import;
