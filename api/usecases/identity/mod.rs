//! Login and what guards it: sessions, passwords, the login address, mailed links.

pub mod email_changes;
pub mod links;
pub mod password_resets;
pub mod passwords;
pub mod sessions;
