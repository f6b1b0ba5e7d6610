//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.

#![cfg(test)]

mod support;

mod access_log;
mod access_tokens;
mod accounts;
mod audit;
mod backup;
mod bad_input;
mod bad_parameters;
mod both_databases;
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
mod designations;
mod doctor;
mod drain;
mod email_changes;
mod examples;
mod facility_imports;
mod group_commit;
mod languages;
mod limits;
mod mail_delivery;
mod mail_fairness;
mod metrics;
mod openapi;
mod outages;
mod overload;
mod panics;
mod password_resets;
mod passwords;
mod production;
mod races;
mod readiness;
mod readme;
mod real_codes;
mod registration_facilities;
mod registration_replays;
mod registrations;
mod rehearsals;
mod round_trips;
mod routing;
mod sandbox;
mod schemas;
mod sessions;
mod slow_clients;
mod smtp_faults;
mod smtp_strangers;
mod strangers;
mod succession_chains;
mod succession_refusals;
mod succession_waits;
mod successions;
mod transitional_measures;
mod upload_contents;
mod uploads;
