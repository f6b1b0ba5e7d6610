//! The facility list (地方厚生局の一覧): checks of forms against the list, and imports into the list.
//!
//! The regional bureaus publish the list again and again. One published state of the list is an edition.

pub mod check;
pub mod import;
