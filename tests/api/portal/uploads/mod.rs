//! Uploads: attachments and what they may contain.

mod contents;
mod transfers;
