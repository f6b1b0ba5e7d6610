//! For operators: commands, backups, the doctor (a command that checks an installation), and a running service's
//! logs, metrics, readiness and stop.

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
