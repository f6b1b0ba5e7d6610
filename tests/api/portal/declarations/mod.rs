//! Declarations: filed, reviewed, corrected and withdrawn.

mod changes;
mod contents;
mod faults;
mod filing;
mod reviews;
mod rounds;
mod windows;
