//! What every operation has in common: bodies, parameters, problems, limits, rehearsals, the document.

mod bodies;
mod document;
mod idempotency;
mod languages;
mod limits;
mod operations;
mod overload;
mod panics;
mod parameters;
mod rehearsals;
mod routing;
mod slow_clients;
mod strangers;
mod versions;
