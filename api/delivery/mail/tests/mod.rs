//! What every mail says and keeps: its words in one file for each group, and what no value can do to it.

mod credentials;
mod declarations;
mod html;
mod kinds;
mod lines;
mod registration;
mod samples;
mod successions;
