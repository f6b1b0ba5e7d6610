//! The errors in the file of a round. Each error names its place in the file.

use chrono::NaiveDate;
use thiserror::Error;

use super::{Category, StatementField};
use crate::domain::values::facility_code::FacilityKind;

/// Why the file of a round is refused. Only the first error in the file is reported.
#[derive(Debug, Error)]
pub enum RoundFileError {
    /// The file is not JSON, or its JSON has another form.
    #[error("the file does not have the form of a round: {0}")]
    Form(#[from] serde_json::Error),
    /// The round's name cannot be part of a URL.
    #[error("round {round:?}: the name must be 1 to 40 characters of a-z, 0-9 and the hyphen")]
    Name {
        /// The name found.
        round: String,
    },
    /// The round has no edition.
    #[error("round {round}: there is no edition")]
    NoEditions {
        /// The round.
        round: String,
    },
    /// An edition contradicts itself or the edition before it.
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
    /// The edition's first day is not after the first day of the edition before it.
    #[error("effective_from does not come after that of the edition before")]
    NotAfterPreviousEdition,
    /// The deadline is before the first day on which filings are accepted.
    #[error("until is before opens_on")]
    UntilBeforeOpening,
    /// The late period ends before the deadline.
    #[error("late_until is before until")]
    LateUntilBeforeUntil,
    /// No kind of facility may file.
    #[error("eligible_kinds is empty")]
    NoKinds,
    /// A kind is listed twice.
    #[error("eligible_kinds names {0:?} twice")]
    KindTwice(FacilityKind),
    /// There is no category.
    #[error("categories is empty")]
    NoCategories,
    /// A category is listed twice.
    #[error("category {0} is listed twice")]
    CategoryTwice(Category),
    /// Two categories have the same number.
    #[error("number {0} is used twice")]
    NumberTwice(u8),
    /// A text is missing in one language.
    #[error("{0} is blank in one language")]
    BlankText(&'static str),
}

/// What is wrong with one category of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CategoryProblem {
    /// The number is not between 1 and 6.
    #[error("number {0} is not between 1 and 6")]
    NumberOutOfRange(u8),
    /// No kind of facility may use the category.
    #[error("eligible_kinds is empty")]
    NoKinds,
    /// A kind is listed twice.
    #[error("eligible_kinds names {0:?} twice")]
    KindTwice(FacilityKind),
    /// The category names a kind of facility that the edition does not name.
    #[error("eligible_kinds names {0:?}, which is not in the edition's eligible_kinds")]
    KindNotInEdition(FacilityKind),
    /// A member is listed twice.
    #[error("field {0} is listed twice")]
    FieldTwice(StatementField),
    /// A condition depends on a member that is not listed before its own member.
    #[error("the condition of {field} depends on {on}, which is not listed before it")]
    ConditionNotBefore {
        /// The member with the condition.
        field: StatementField,
        /// The member that the condition depends on.
        on: StatementField,
    },
    /// A condition cannot be decided by a member of this form.
    #[error("the condition of {field} does not fit the form of {on}")]
    ConditionForm {
        /// The member with the condition.
        field: StatementField,
        /// The member that the condition depends on.
        on: StatementField,
    },
    /// The condition lists no word, a word twice, or a word that the other member cannot have.
    #[error("the condition of {field} must list one or more words of {on}, each once")]
    ConditionWords {
        /// The member with the condition.
        field: StatementField,
        /// The member that the condition depends on.
        on: StatementField,
    },
    /// The limit of a day is not a day, the limit of a month is not a month, or the member is neither.
    #[error("not_after of {0} does not fit its form")]
    NotAfterForm(StatementField),
    /// The member is not a day, so it cannot be compared with the day of filing.
    #[error("not_in_future is not allowed for {0}, which is not a day")]
    NotInFutureForm(StatementField),
    /// The end of the excuse depends on a member that is not listed.
    #[error("excused_until depends on {0}, which is not a field of the category")]
    EndFieldNotListed(StatementField),
    /// The end of the excuse depends on a member of another form.
    #[error("excused_until depends on {0}, which does not have the form that the basis needs")]
    EndFieldForm(StatementField),
    /// The period is not between 1 and 120 months.
    #[error("excused_until has {0} months, which is not between 1 and 120")]
    MonthsOutOfRange(u32),
    /// The fixed day or the cap is before the first day of the duty.
    #[error("excused_until ends on {0}, before the duty begins")]
    EndsBeforeDuty(NaiveDate),
    /// The rule has both a fixed day and a cap.
    #[error("excused_until has both a fixed date and a cap")]
    CapWithFixed,
    /// A note explains attachments, but no attachment is accepted.
    #[error("attachment_note is not allowed with attachment NONE")]
    NoteWithoutAttachment,
    /// A text is missing in one language.
    #[error("{0} is blank in one language")]
    BlankText(&'static str),
}
