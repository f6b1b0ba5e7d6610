//! Accounts of facilities: their creation, their changes and their passwords.

mod changes;
mod designations;
mod facilities;
mod passwords;
mod replays;
