//! Declarations of the transitional measure (猶予届出): filing, review, correction and withdrawal.

mod changes;
mod contents;
mod faults;
mod filing;
mod lists;
mod reviews;
mod rounds;
mod windows;
