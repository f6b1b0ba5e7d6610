//! Tests of the mails: their wording, in one file for each group, and that values cannot add headers, lines or markup.

mod credentials;
mod declarations;
mod html;
mod kinds;
mod lines;
mod registration;
mod samples;
mod successions;
mod uploads;
