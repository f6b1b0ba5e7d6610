//! Code for operators: checks, metrics, limits, logging, backup and imports.

pub mod backup;
pub mod descriptors;
pub mod disk;
pub mod doctor;
pub mod facility_list;
pub mod metrics;
pub mod readiness;
pub mod signals;
pub mod telemetry;
pub mod traffic;
