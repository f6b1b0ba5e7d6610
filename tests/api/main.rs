//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.

mod support;

mod readme;
mod registrations;
