//! What all operations have in common: bodies, parameters, problems, limits, previews, the OpenAPI document.

mod authorization;
mod bodies;
mod cors;
mod document;
mod fields;
mod idempotency;
mod languages;
mod limits;
mod operations;
mod overload;
mod panics;
mod parameters;
mod previews;
mod routing;
mod slow_clients;
mod strangers;
mod unread;
mod versions;
