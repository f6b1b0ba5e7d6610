//! The generated documents are complete, current and served, and their examples are valid.

mod examples;
mod openapi;
mod served;
