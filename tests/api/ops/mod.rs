//! What operators have: the binary and its commands, backups, the doctor, and the signs of a running service.

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
