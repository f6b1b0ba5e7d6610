//! Accounts of facilities: how they are created, changed and protected by a password.

mod changes;
mod designations;
mod facilities;
mod passwords;
mod replays;
