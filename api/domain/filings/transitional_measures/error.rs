//! What can be wrong with a round's file. Each error names the place in the file.

use chrono::NaiveDate;
use thiserror::Error;

use super::{Category, StatementField};
use crate::domain::values::facility_code::FacilityKind;

/// Why a file is not taken as a round. The first thing found is named.
#[derive(Debug, Error)]
pub enum RoundFileError {
    /// Not JSON, or JSON of another form.
    #[error("the file does not have the form of a round: {0}")]
    Form(#[from] serde_json::Error),
    /// The round's name cannot stand in an address.
    #[error("round {round:?}: the name must be 1 to 40 of a-z, 0-9 and the hyphen")]
    Name {
        /// The name found.
        round: String,
    },
    /// A round without rules.
    #[error("round {round}: there is no edition")]
    NoEditions {
        /// The round.
        round: String,
    },
    /// An edition contradicts itself or the one before.
    #[error("round {round}, edition of {effective_from}: {problem}")]
    Edition {
        /// The round.
        round: String,
        /// The edition, by its first day.
        effective_from: NaiveDate,
        /// What is wrong.
        problem: EditionProblem,
    },
    /// A category contradicts itself or its edition.
    #[error("round {round}, edition of {effective_from}, category {category}: {problem}")]
    Category {
        /// The round.
        round: String,
        /// The edition, by its first day.
        effective_from: NaiveDate,
        /// The category.
        category: Category,
        /// What is wrong.
        problem: CategoryProblem,
    },
}

/// What is wrong with an edition as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EditionProblem {
    /// Editions out of order, or two of one day.
    #[error("effective_from does not come after that of the edition before")]
    NotAfterEditionBefore,
    /// The deadline precedes the opening.
    #[error("until lies before opens_on")]
    UntilBeforeOpening,
    /// The late period ends before the deadline.
    #[error("late_until lies before until")]
    LateUntilBeforeUntil,
    /// Nobody may file.
    #[error("eligible_kinds is empty")]
    NoKinds,
    /// A kind is listed twice.
    #[error("eligible_kinds names {0:?} twice")]
    KindTwice(FacilityKind),
    /// Nothing can be declared.
    #[error("categories is empty")]
    NoCategories,
    /// A category is listed twice.
    #[error("category {0} stands twice")]
    CategoryTwice(Category),
    /// Two categories share a number.
    #[error("number {0} stands twice")]
    NumberTwice(u8),
    /// A text is missing in one language.
    #[error("{0} is blank in one language")]
    BlankText(&'static str),
}

/// What is wrong with one category of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CategoryProblem {
    /// The number is none of the six.
    #[error("number {0} is not between 1 and 6")]
    NumberOutOfRange(u8),
    /// Nobody may use it.
    #[error("eligible_kinds is empty")]
    NoKinds,
    /// A kind is listed twice.
    #[error("eligible_kinds names {0:?} twice")]
    KindTwice(FacilityKind),
    /// The round is closed to a kind that the category is open to.
    #[error("eligible_kinds names {0:?}, which the edition does not")]
    KindNotInEdition(FacilityKind),
    /// A member is listed twice.
    #[error("field {0} stands twice")]
    FieldTwice(StatementField),
    /// A condition leans on a member that is not listed before its own.
    #[error("the condition of {field} looks at {on}, which is not listed before it")]
    ConditionNotBefore {
        /// The member with the condition.
        field: StatementField,
        /// The member it looks at.
        on: StatementField,
    },
    /// A member of that form cannot decide the condition.
    #[error("the condition of {field} does not fit the form of {on}")]
    ConditionForm {
        /// The member with the condition.
        field: StatementField,
        /// The member it looks at.
        on: StatementField,
    },
    /// No word, a word twice, or one the other member does not have.
    #[error("the condition of {field} must list words of {on}, each once and at least one")]
    ConditionWords {
        /// The member with the condition.
        field: StatementField,
        /// The member it looks at.
        on: StatementField,
    },
    /// The limit is a month for a day, a day for a month, or stands with a member that has none.
    #[error("not_after of {0} does not fit its form")]
    NotAfterForm(StatementField),
    /// Only a day can be compared with the day of filing.
    #[error("not_in_future of {0} needs a field that is a day")]
    NotInFutureForm(StatementField),
    /// The end of the excuse leans on a member that is not listed.
    #[error("excused_until leans on {0}, which is not a field of the category")]
    EndFieldNotListed(StatementField),
    /// The end of the excuse leans on a member of another form.
    #[error("excused_until leans on {0}, which does not have the form its basis needs")]
    EndFieldForm(StatementField),
    /// The period is empty or absurd.
    #[error("excused_until counts {0} months, which is not between 1 and 120")]
    MonthsOutOfRange(u32),
    /// The fixed day or the cap leaves nothing to be excused from.
    #[error("excused_until ends on {0}, before the duty begins")]
    EndsBeforeDuty(NaiveDate),
    /// A fixed day cannot be capped.
    #[error("excused_until has a cap beside a fixed date")]
    CapBesideFixed,
    /// A note on documents that are not taken.
    #[error("attachment_note stands beside attachment NONE")]
    NoteWithoutAttachment,
    /// A text is missing in one language.
    #[error("{0} is blank in one language")]
    BlankText(&'static str),
}
