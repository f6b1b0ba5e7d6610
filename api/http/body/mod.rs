//! JSON bodies: read strictly, every problem found at once.
//!
//! Three steps: the text becomes a tree (duplicate keys and bad JSON end here, 400); the tree
//! becomes the request's struct, noting every wrong type, missing and unknown member; `validator`
//! checks lengths. What is left to the handler is meaning, whose faults join the same list.

mod json;
mod members;
mod node;
#[cfg(test)]
mod node_tests;
mod secret;
mod tree;
mod unreadable;
mod validation;
mod variant;

pub use json::{Json, receive};
pub use secret::SecretText;
