//! Tests of the mails: their wording, in one file for each group, and that values cannot change a mail's
//! form.

mod credentials;
mod declarations;
mod html;
mod kinds;
mod lines;
mod registration;
mod samples;
mod successions;
