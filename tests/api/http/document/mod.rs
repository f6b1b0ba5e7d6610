//! The generated documents: complete, current, served, and their examples true.

mod examples;
mod openapi;
mod served;
