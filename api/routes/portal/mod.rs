//! Operations of facilities, and of strangers who become one.

pub mod accounts;
pub mod declarations;
pub mod email_changes;
pub mod mails;
pub mod password_resets;
pub mod registrations;
pub mod sessions;
pub mod successions;
pub mod uploads;
