//! Uploads: files that are attached to declarations.

mod contents;
mod transfers;
