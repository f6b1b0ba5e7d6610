//! Delivery of mails to a mail server.

mod delivery;
mod fairness;
mod smtp_faults;
mod smtp_strangers;
