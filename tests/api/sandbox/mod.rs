//! What only a sandbox has, and the walk through it that the README shows.

mod clock;
mod facilities;
mod links;
mod messages;
mod readme;
