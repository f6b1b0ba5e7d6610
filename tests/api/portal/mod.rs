//! The facilities' own operations, resource by resource.

mod accounts;
mod audit;
mod declarations;
mod email_changes;
mod password_resets;
mod registrations;
mod sessions;
mod successions;
mod uploads;
