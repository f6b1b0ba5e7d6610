//! todokede (届出): registration and filing for Japan's portal of medical institutions.
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod error;
pub mod mail;
pub mod facility_list;
pub mod files;
pub mod security;
pub mod state;
pub mod usecases;
