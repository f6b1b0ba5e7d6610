//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.

mod support;

mod bad_input;
mod bad_parameters;
mod examples;
mod languages;
mod openapi;
mod readme;
mod registrations;
mod routing;
mod strangers;
