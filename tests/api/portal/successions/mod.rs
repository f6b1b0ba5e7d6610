//! Successions (承継届出), with which all rights and duties pass from an old facility code to a new one: filings,
//! refusals, decisions, successions that wait for the facility list, and chains of successions.

mod chains;
mod decisions;
mod filing;
mod refusals;
mod waits;
