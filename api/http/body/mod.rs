//! Reads JSON bodies strictly and reports all problems at once.
//!
//! There are three steps. The text becomes a tree; malformed JSON and duplicate keys are refused with 400. The tree
//! becomes the request's struct, and every wrong type, missing member and unknown member is noted. `validator` checks
//! lengths. The handler then checks the meaning and adds to the same list of faults.

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
