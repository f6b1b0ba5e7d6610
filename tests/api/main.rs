//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.

#![cfg(test)]

mod support;

mod commands;
mod facility_imports;
mod group_commit;
mod production;
mod readme;
mod registrations;
mod sandbox;
mod succession_chains;
mod succession_refusals;
mod succession_waits;
mod successions;
