//! Operations for facilities: with an account, or on the way to one.

pub mod accounts;
pub mod declarations;
pub mod email_changes;
pub mod mails;
pub mod password_resets;
pub mod registrations;
pub mod sessions;
pub mod successions;
pub mod uploads;
