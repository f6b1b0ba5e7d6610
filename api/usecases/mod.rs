//! What the service does: one transaction each, load, decide (in `domain`), store, queue the mails.

pub mod accounts;
pub mod credentials;
pub mod declarations;
pub mod delivery;
pub mod email_changes;
pub mod facility_check;
pub mod facility_import;
pub mod housekeeping;
pub mod links;
pub mod password_resets;
pub mod registrations;
pub mod rounds;
pub mod sandbox;
pub mod sessions;
pub mod successions;
pub mod uploads;
pub mod work;
