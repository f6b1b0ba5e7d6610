//! What every test works with: the service, its actors, their forms.

mod actor;
mod app;
mod client;
pub mod contract;
pub mod forms;
pub mod list;
pub mod schema;

pub use actor::Actor;
pub use app::TestApp;
pub use client::{Client, Reply, send};
