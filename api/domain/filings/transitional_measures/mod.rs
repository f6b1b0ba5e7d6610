//! The transitional measure (経過措置): a facility that cannot offer online eligibility verification (オンライン資格確認) yet
//! declares a reason, and is excused from the duty to offer it for some time.
//!
//! Declarations are filed in rounds (届出回). A round has a name such as `2023`, and a facility files one declaration in
//! it. A round has editions: an [`Edition`] contains the rules that apply from one day on. An edition offers
//! categories. A declaration states its reason as a [`Statement`], which is a category and members. The category
//! requires some members and allows others.
//!
//! All rules of a round are data in a [`RoundFile`]. The code defines only the six categories and the members that a
//! reason can have. A further round is a new file, and a date that the ministry moves is a new edition in a file.

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
