//! The two databases: schemas, transactions, races, and a server that goes away.

mod group_commit;
mod lists;
mod locks;
mod log;
mod outages;
mod races;
mod round_trips;
mod schemas;
mod stored_rows;
