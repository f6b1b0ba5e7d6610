//! The operations for facilities, one module for each resource.

mod accounts;
mod audit;
mod declarations;
mod email_changes;
mod password_resets;
mod registrations;
mod sessions;
mod successions;
mod uploads;
