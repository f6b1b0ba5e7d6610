//! Delivery of mails to an SMTP server.

mod delivery;
mod fairness;
mod smtp_faults;
mod smtp_untrusted_replies;
