//! Operations that only a sandbox has, and the commands of the READMEs that use them.

mod clock;
mod facilities;
mod links;
mod messages;
mod readme;
