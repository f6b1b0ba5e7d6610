//! The service as its users meet it: every test starts a service of its own, with a database of its
//! own, and talks to it over HTTP.

#![cfg(test)]

mod support;

mod both_databases;
mod db;
mod http;
mod jobs;
mod ops;
mod portal;
mod public;
mod sandbox;
