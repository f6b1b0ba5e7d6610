//! Accounts: opened for a facility, changed, protected by a password.

mod changes;
mod designations;
mod facilities;
mod passwords;
mod replays;
