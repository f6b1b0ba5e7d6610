//! HTTP machinery that names no resource: serving, bodies, answers, problems, the OpenAPI document.

pub mod access_log;
pub mod answer;
pub mod body;
pub mod conditional;
pub mod context;
pub mod document;
pub mod edge;
pub mod fallback;
pub mod file_body;
pub mod filing;
pub mod language;
pub mod paging;
pub mod problems;
pub mod reauthentication;
pub mod rehearsal;
pub mod server;
pub mod timestamp;
