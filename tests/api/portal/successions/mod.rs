//! Successions: filed, refused, waiting for the list, and one after another.

mod chains;
mod filing;
mod refusals;
mod waits;
