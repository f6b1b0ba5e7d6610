//! HTTP only: what comes in is parsed here, what goes out is written here, and every route is
//! registered once, for the server and for the OpenAPI document alike.

pub mod access_log;
pub mod account_forms;
pub mod accounts;
pub mod answer;
pub mod body;
pub mod conditional;
pub mod context;
pub mod declaration_forms;
pub mod declarations;
pub mod document;
pub mod edge;
pub mod email_changes;
pub mod fallback;
pub mod filing;
pub mod health;
pub mod jwks;
pub mod listed_texts;
pub mod pages;
pub mod paging;
pub mod password_resets;
pub mod previews;
pub mod problems;
pub mod reason_form;
pub mod registrations;
pub mod sandbox;
pub mod sessions;
pub mod shared_forms;
pub mod succession_forms;
pub mod successions;
pub mod support;
pub mod timestamp;
pub mod transitional_measures;
pub mod uploads;
