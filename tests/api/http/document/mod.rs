//! The generated documents are complete, current and served, and their examples are valid.

mod examples;
mod members;
mod openapi;
mod served;
