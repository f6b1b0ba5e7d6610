//! The mails the service sends: what they say and how they are delivered.

pub mod message;
mod texts;
