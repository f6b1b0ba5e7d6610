//! The operations of the API, grouped by audience. Each is listed once, for the router and the OpenAPI document.

pub mod documents;
pub mod forms;
#[cfg(test)]
mod limits;
pub mod ops;
pub mod portal;
pub mod public;
pub mod sandbox;
mod tags;
