//! `/sandbox`: what a tester needs and production does not have: the mails, the clock, facilities to
//! try with, and the page that a mailed link opens.

pub(super) mod clock;
pub(super) mod facilities;
pub(super) mod links;
pub(super) mod messages;
