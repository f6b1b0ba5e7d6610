//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.

mod support;

mod bad_input;
mod bad_parameters;
mod commands;
mod examples;
mod facility_imports;
mod group_commit;
mod languages;
mod openapi;
mod production;
mod readme;
mod registrations;
mod routing;
mod sandbox;
mod strangers;
mod succession_chains;
mod succession_refusals;
mod succession_waits;
mod successions;
