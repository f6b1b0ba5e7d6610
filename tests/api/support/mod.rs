//! Fixtures: the service, its clients, their forms, and the servers and databases around it.

mod app;
pub mod binary;
mod blocking_jobs;
mod client;
mod concurrent_transaction;
pub mod contract;
pub mod database;
mod described;
mod disk;
#[macro_use]
mod engine;
mod facility_client;
pub mod facility_list;
pub mod forms;
pub mod mail_server;
pub mod mime;
pub mod postgres;
mod postgres_proxy;
pub mod prerequisites;
pub mod production;
mod raw_connection;
pub mod reasons;
mod rows;
pub mod scanner;
pub mod schema;
mod standby;

pub use app::TestApp;
pub use blocking_jobs::{BlockingJobs, POOL_OF_SIX};
pub use client::{Client, Reply, send};
pub use concurrent_transaction::ConcurrentTransaction;
pub use disk::Disk;
pub use engine::Engine;
pub use facility_client::{FacilityClient, PASSWORD};
pub use postgres_proxy::PostgresProxy;
pub use raw_connection::RawConnection;
pub use rows::Rows;
pub use standby::StandbySetting;
