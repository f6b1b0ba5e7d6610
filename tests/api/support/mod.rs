//! What tests use: the service, its callers, their forms, and the servers around it.

mod actor;
mod app;
pub mod binary;
mod client;
pub mod contract;
pub mod database;
mod disk;
#[macro_use]
mod engine;
pub mod forms;
mod hold;
pub mod list;
pub mod mime;
pub mod postgres;
pub mod production;
pub mod reasons;
pub mod required;
mod rival;
mod rows;
pub mod schema;
pub mod sink;
mod standby;
mod tap;
mod wire;

pub use actor::{Actor, PASSWORD};
pub use app::TestApp;
pub use client::{Client, Reply, send};
pub use disk::Disk;
pub use engine::Engine;
pub use hold::{Held, POOL};
pub use rival::Rival;
pub use rows::Rows;
pub use standby::Standby;
pub use tap::Tap;
pub use wire::Wire;
