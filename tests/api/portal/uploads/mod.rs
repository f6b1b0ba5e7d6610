//! Uploads: files that are attached to declarations.

mod contents;
mod scans;
mod transfers;
