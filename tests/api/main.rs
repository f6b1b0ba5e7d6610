//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.

mod support;

mod bad_input;
mod bad_parameters;
mod call_centre;
mod commands;
mod declaration_changes;
mod declaration_contents;
mod declaration_faults;
mod declaration_keys;
mod declaration_reviews;
mod declaration_rounds;
mod declaration_windows;
mod declarations;
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
mod transitional_measures;
mod upload_contents;
mod uploads;
