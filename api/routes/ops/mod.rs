//! For whoever runs the service.

pub mod health;
