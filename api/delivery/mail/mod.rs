//! The mails of the service: their contents, their templates, and the SMTP client that sends them.

pub mod message;
pub mod relay;
pub mod smtp;
#[cfg(test)]
mod tests;
mod writing;
