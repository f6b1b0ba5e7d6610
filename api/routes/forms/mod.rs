//! Parts of forms and views that several resources share.

pub mod links;
pub mod listed;
pub mod parties;
pub mod reviews;
