//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.

mod support;

mod call_centre;
mod declaration_changes;
mod declaration_contents;
mod declaration_faults;
mod declaration_keys;
mod declaration_reviews;
mod declaration_rounds;
mod declaration_windows;
mod declarations;
mod registrations;
mod transitional_measures;
mod upload_contents;
mod uploads;
