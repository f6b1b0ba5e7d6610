//! The operations, grouped by audience. Each is registered once, for the server and for the OpenAPI
//! document alike.

pub mod documents;
pub mod forms;
#[cfg(test)]
mod limits;
pub mod ops;
pub mod portal;
pub mod public;
pub mod sandbox;
mod tags;
