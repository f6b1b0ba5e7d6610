//! Operations for the operator of the service.

pub mod health;
