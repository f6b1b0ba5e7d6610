//! What operators use: commands, backups, the doctor, and the logs, metrics and readiness of a service.

mod access_log;
mod backup;
mod commands;
mod doctor;
mod drain;
mod facility_list;
mod metrics;
mod production;
mod readiness;
mod signals;
