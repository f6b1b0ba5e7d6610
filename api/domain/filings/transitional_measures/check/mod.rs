//! Checks that the file of a round is consistent.

use chrono::NaiveDate;

use super::{
    AttachmentRule, BasisRule, CategoryProblem, CategoryRule, Edition, EditionProblem, FieldForm, FieldRule,
    NotAfter, Requirement, RoundFile, RoundFileError, StatementField,
};
use crate::domain::values::lang::Text;

/// The longest period of [`BasisRule::MonthsAfter`].
const MAX_MONTHS: u32 = 120;

pub(super) fn check(file: &RoundFile) -> Result<(), RoundFileError> {
    let round = || file.round.clone();
    let has_valid_name = (1..=40).contains(&file.round.len())
        && file.round.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !has_valid_name {
        return Err(RoundFileError::Name { round: round() });
    }
    if file.editions.is_empty() {
        return Err(RoundFileError::NoEditions { round: round() });
    }
    let mut previous = None;
    for edition in &file.editions {
        let effective_from = edition.effective_from;
        check_edition(edition, previous).map_err(|problem| RoundFileError::Edition {
            round: round(),
            effective_from,
            problem,
        })?;
        for rule in &edition.categories {
            let category = rule.category;
            check_category(rule, edition).map_err(|problem| RoundFileError::Category {
                round: round(),
                effective_from,
                category,
                problem,
            })?;
        }
        previous = Some(effective_from);
    }
    Ok(())
}

/// Checks one edition. `previous` is the first day of the edition before it.
fn check_edition(edition: &Edition, previous: Option<NaiveDate>) -> Result<(), EditionProblem> {
    use EditionProblem as P;
    refuse(previous.is_some_and(|previous| edition.effective_from <= previous), P::NotAfterPreviousEdition)?;
    refuse(edition.until < edition.opens_on, P::UntilBeforeOpening)?;
    refuse(edition.late_until.is_some_and(|late_until| late_until < edition.until), P::LateUntilBeforeUntil)?;
    refuse(edition.eligible_kinds.is_empty(), P::NoKinds)?;
    refuse_duplicates(edition.eligible_kinds.iter().copied(), P::KindTwice)?;
    refuse(edition.categories.is_empty(), P::NoCategories)?;
    refuse_duplicates(edition.categories.iter().map(|rule| rule.category), P::CategoryTwice)?;
    refuse_duplicates(edition.categories.iter().map(|rule| rule.number), P::NumberTwice)?;
    refuse(is_blank(&edition.name), P::BlankText("name"))?;
    refuse(edition.notes.as_ref().is_some_and(is_blank), P::BlankText("notes"))
}

fn check_category(rule: &CategoryRule, edition: &Edition) -> Result<(), CategoryProblem> {
    use CategoryProblem as P;
    refuse(!(1..=6).contains(&rule.number), P::NumberOutOfRange(rule.number))?;
    refuse(rule.eligible_kinds.is_empty(), P::NoKinds)?;
    refuse_duplicates(rule.eligible_kinds.iter().copied(), P::KindTwice)?;
    if let Some(kind) = rule.eligible_kinds.iter().find(|kind| !edition.eligible_kinds.contains(kind)) {
        return Err(P::KindNotInEdition(*kind));
    }
    refuse_duplicates(rule.fields.iter().map(|rule| rule.field), P::FieldTwice)?;
    for (position, field) in rule.fields.iter().enumerate() {
        check_condition(field, rule.fields.get(..position).unwrap_or_default())?;
        check_limits(field)?;
    }
    let note = rule.attachment_note.as_ref();
    refuse(rule.attachment == AttachmentRule::None && note.is_some(), P::NoteWithoutAttachment)?;
    refuse(is_blank(&rule.name), P::BlankText("name"))?;
    refuse(is_blank(&rule.condition), P::BlankText("condition"))?;
    refuse(note.is_some_and(is_blank), P::BlankText("attachment_note"))?;
    refuse(is_blank(&rule.excused_until.text), P::BlankText("excused_until.text"))?;
    check_end(rule, edition.duty_begins_on)
}

/// Checks the condition of a member. It must depend on a member that is listed before, among `earlier`.
fn check_condition(rule: &FieldRule, earlier: &[FieldRule]) -> Result<(), CategoryProblem> {
    use CategoryProblem as P;
    let field = rule.field;
    let (Requirement::WhenOneOf { field: on, .. } | Requirement::WhenBelow { field: on, .. }) =
        &rule.requirement
    else {
        return Ok(());
    };
    let on = *on;
    refuse(!earlier.iter().any(|rule| rule.field == on), P::ConditionNotBefore { field, on })?;
    match (&rule.requirement, on.form()) {
        (Requirement::WhenOneOf { words, .. }, FieldForm::Word { codes, .. }) => {
            let fits = !words.is_empty() && words.iter().all(|word| codes.contains(&word.as_str()));
            refuse(!fits, P::ConditionWords { field, on })?;
            refuse_duplicates(words.iter(), |_| P::ConditionWords { field, on })
        }
        (Requirement::WhenBelow { .. }, FieldForm::Integer { .. }) => Ok(()),
        _ => Err(P::ConditionForm { field, on }),
    }
}

/// Checks that a member's limits are of the same form as the member.
fn check_limits(rule: &FieldRule) -> Result<(), CategoryProblem> {
    let form = rule.field.form();
    let fits = match rule.not_after {
        None => true,
        Some(NotAfter::Day(_)) => form == FieldForm::Date,
        Some(NotAfter::Month(_)) => form == FieldForm::Month,
    };
    refuse(!fits, CategoryProblem::NotAfterForm(rule.field))?;
    refuse(rule.not_in_future && form != FieldForm::Date, CategoryProblem::NotInFutureForm(rule.field))
}

/// Checks the rule for the end of the excuse.
fn check_end(rule: &CategoryRule, duty_begins_on: NaiveDate) -> Result<(), CategoryProblem> {
    use CategoryProblem as P;
    let (basis, cap) = (&rule.excused_until.basis, rule.excused_until.cap);
    let require_listed = |field: StatementField, form: FieldForm| {
        refuse(!rule.fields.iter().any(|rule| rule.field == field), P::EndFieldNotListed(field))?;
        refuse(field.form() != form, P::EndFieldForm(field))
    };
    match basis {
        BasisRule::EndOfMonthOf { field } => require_listed(*field, FieldForm::Month)?,
        BasisRule::DayOf { field } => require_listed(*field, FieldForm::Date)?,
        BasisRule::MonthsAfter { field, months } => {
            require_listed(*field, FieldForm::Date)?;
            refuse(!(1..=MAX_MONTHS).contains(months), P::MonthsOutOfRange(*months))?;
        }
        BasisRule::Fixed { date } => {
            refuse(*date < duty_begins_on, P::EndsBeforeDuty(*date))?;
            refuse(cap.is_some(), P::CapWithFixed)?;
        }
        BasisRule::Open {} => {}
    }
    cap.map_or(Ok(()), |cap| refuse(cap < duty_begins_on, P::EndsBeforeDuty(cap)))
}

fn refuse<P>(is_wrong: bool, problem: P) -> Result<(), P> {
    if is_wrong { Err(problem) } else { Ok(()) }
}

/// Refuses the first entry that occurs a second time.
fn refuse_duplicates<T: PartialEq, P>(
    entries: impl Iterator<Item = T>,
    problem: impl Fn(T) -> P,
) -> Result<(), P> {
    let mut seen = Vec::new();
    for entry in entries {
        if seen.contains(&entry) {
            return Err(problem(entry));
        }
        seen.push(entry);
    }
    Ok(())
}

fn is_blank(text: &Text) -> bool {
    text.ja.trim().is_empty() || text.en.trim().is_empty()
}

#[cfg(test)]
mod tests;
