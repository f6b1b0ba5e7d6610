//! The generated document: complete, current, and its examples true.

mod examples;
mod openapi;
