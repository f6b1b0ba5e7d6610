//! The two databases: schemas, transactions, locks, races, and failures of the database server.

mod credential_races;
mod group_commit;
mod lists;
mod locks;
mod log;
mod outages;
mod races;
mod round_trips;
mod schemas;
mod stored_rows;
