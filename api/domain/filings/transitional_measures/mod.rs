//! The transitional measure (経過措置): who may declare what, until when, and how long it excuses.
//!
//! The measure is open in rounds (届出回), each with a name such as `2023`; an account files one declaration in
//! a round. A round has editions: the rules that apply from one day on. An edition offers categories, and a
//! category requires or allows some members of the reason.
//!
//! All rules of a round are data: a [`RoundFile`] with [`Edition`]s, each of which applies from its date on.
//! The code defines only the six categories and the members that a reason can have. Another round is a new
//! file, and a notice of the ministry that moves a date is a new edition; the code need not change.

mod category;
mod check;
mod edition;
mod error;
mod examine;
mod excuse;
mod field;
mod file;
mod need;
mod rule;
mod statement;
#[cfg(test)]
mod testing;
mod value;

pub use category::{AttachmentRule, Category, CategoryRule};
pub use edition::{Edition, Window, edition_in_force};
pub use error::{CategoryProblem, EditionProblem, RoundFileError};
pub use examine::Pointer;
pub use excuse::{Basis, BasisRule, ExcusedUntil, ExcusedUntilRule};
pub use field::{FieldForm, StatementField};
pub use file::RoundFile;
pub use rule::{FieldRule, NotAfter, Requirement};
pub use statement::Statement;
pub use value::{Circumstance, Given, LineStatus, Plan, Value, Works};
