//! The only module that uses diesel. [`engine`] connects, runs transactions and migrates; [`store`] has the statements,
//! one function each, grouped by area.

pub mod engine;
pub mod store;
