//! What every test works with: the service, its actors, their forms.

mod actor;
mod app;
mod client;
pub mod contract;
pub mod database;
pub mod forms;
mod hold;
pub mod list;
pub mod postgres;
pub mod reasons;
pub mod schema;
mod wire;

pub use actor::{Actor, PASSWORD};
pub use app::TestApp;
pub use client::{Client, Reply, send};
pub use hold::{Held, POOL};
pub use wire::Wire;
