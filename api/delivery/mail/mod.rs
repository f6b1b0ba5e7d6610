//! The mails the service sends: what they say, how they are written as messages, and how they are
//! handed to a mail server.

pub mod message;
pub mod relay;
pub mod smtp;
#[cfg(test)]
mod tests;
mod writing;
