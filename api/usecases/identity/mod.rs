//! Login: sessions, passwords, the login address and mailed links.

pub mod email_changes;
pub mod link_requests;
pub mod links;
pub mod logins;
pub mod password_resets;
pub mod passwords;
pub mod refresh_tokens;
pub mod sessions;
pub mod wrong_passwords;
