//! The transitional measure (経過措置): who may declare what, until when, and how long it excuses.
//!
//! The measure is open in rounds (届出回), each with a name such as `2023`; an account files one
//! declaration in a round. A round has editions, its rules as they stand from one day on; an edition
//! offers categories, and a category asks for some members of the reason.
//!
//! Everything a round decides is data ([`RoundFile`], effective-dated [`Edition`]s); this code
//! knows only the six categories and the members a reason can have. Another round, or a ministry
//! notice that moves a date, is a new file or a new edition, never a change of code.

mod category;
mod check;
mod edition;
mod error;
mod examine;
mod excuse;
mod field;
mod file;
mod month;
mod need;
mod statement;
#[cfg(test)]
mod testing;

pub use category::{AttachmentRule, Category, CategoryRule};
pub use edition::{Edition, Window, edition_in_force};
pub use error::{CategoryProblem, EditionProblem, RoundFileError};
pub use examine::Pointer;
pub use excuse::{Basis, BasisRule, ExcusedUntil, ExcusedUntilRule};
pub use field::{FieldForm, FieldRule, NotAfter, OLDEST_AGE, Requirement, StatementField, YOUNGEST_AGE};
pub use file::RoundFile;
pub use statement::{Circumstance, LineStatus, Plan, Statement, Value, Works};
