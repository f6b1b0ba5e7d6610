//! The database layer, the only module that uses diesel. [`engine`] opens connections, runs transactions and migrates
//! the schema; [`store`] contains the statements on the tables.

pub mod engine;
pub mod store;
