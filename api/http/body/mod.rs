//! Reads JSON bodies strictly, and reports all faults in one answer.
//!
//! There are four steps:
//!
//! 1. `tree` parses the text into a tree. Malformed JSON, duplicate keys and deep nesting are refused with 400.
//! 2. `node` reads the tree into the request's struct, and notes every wrong type, missing member and unknown member.
//! 3. `validation` checks lengths and ranges with `validator`, and adds the faults.
//! 4. The handler checks the meaning of the values, and adds its faults to the same list.

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
