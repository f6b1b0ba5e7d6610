//! Operation of a running service and its installation: checks, metrics, limits, backup, imports.

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
