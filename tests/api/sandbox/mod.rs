//! What only a sandbox has, and the commands of the README that use it.

mod clock;
mod facilities;
mod links;
mod messages;
mod readme;
