//! Successions: how they are filed, are refused, wait for the list and follow each other.

mod chains;
mod filing;
mod refusals;
mod waits;
