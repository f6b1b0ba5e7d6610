//! The parts of the HTTP service that all resources use: the server, bodies, answers, problem documents, and the
//! generation of the OpenAPI document.

pub mod access_log;
pub mod answer;
pub mod body;
pub mod caller;
pub mod charges;
pub mod client;
pub mod conditional;
pub mod context;
pub mod document;
pub mod edge;
pub mod fallback;
pub mod fields;
pub mod file_body;
pub mod html;
pub mod idempotency;
pub mod language;
mod new_password;
pub mod operation;
pub mod paging;
pub mod path;
pub mod preview;
pub mod problems;
pub mod query;
pub mod reauthentication;
pub mod refresh_cookie;
pub mod server;
pub mod timestamp;
