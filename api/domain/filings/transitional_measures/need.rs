//! Whether a statement must have, may have or must not have a member.

use super::{CategoryRule, FieldRule, Requirement, Statement, StatementField, Value};

/// Whether a category requires, allows or refuses one member, given the other members of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    Required,
    Optional,
    NotApplicable,
    /// The need depends on a required member that is absent, so it is unknown.
    Undecided,
}

impl CategoryRule {
    /// The need for a member in a statement of this category.
    pub(super) fn need(&self, field: StatementField, statement: &Statement) -> Need {
        need_among(&self.fields, field, statement)
    }

    /// The value of a member, if the category requires or allows the member.
    pub(super) fn stated<'a>(&self, field: StatementField, statement: &'a Statement) -> Option<&'a Value> {
        match self.need(field, statement) {
            Need::Required | Need::Optional => statement.value(field),
            Need::NotApplicable | Need::Undecided => None,
        }
    }
}

/// The need for a member by `rules`. A condition uses only the rules before its own, so the recursion ends.
fn need_among(rules: &[FieldRule], field: StatementField, statement: &Statement) -> Need {
    let Some((position, rule)) = rules.iter().enumerate().find(|(_, rule)| rule.field == field) else {
        return Need::NotApplicable;
    };
    let earlier = rules.get(..position).unwrap_or_default();
    match &rule.requirement {
        Requirement::Always {} => Need::Required,
        Requirement::Optional {} => Need::Optional,
        Requirement::WhenOneOf { field, words } => need_when(
            earlier,
            *field,
            statement,
            |value| matches!(value, Value::Word(code) if words.iter().any(|word| word == code)),
        ),
        Requirement::WhenBelow { field, limit } => need_when(
            earlier,
            *field,
            statement,
            |value| matches!(value, Value::Integer(number) if number < limit),
        ),
    }
}

/// The need for a member that is required if `holds` is true for the value of the member `on`.
fn need_when(
    earlier: &[FieldRule],
    on: StatementField,
    statement: &Statement,
    holds: impl Fn(&Value) -> bool,
) -> Need {
    match (need_among(earlier, on, statement), statement.value(on)) {
        (Need::Undecided, _) | (Need::Required, None) => Need::Undecided,
        (Need::Required | Need::Optional, Some(value)) if holds(value) => Need::Required,
        _ => Need::NotApplicable,
    }
}

#[cfg(test)]
mod tests {
    use super::{Need::*, *};
    use crate::domain::filings::transitional_measures::testing::first_edition_2023;
    use crate::domain::filings::transitional_measures::{Category, Circumstance, Edition};

    fn hardship(circumstance: Option<Circumstance>, age: Option<i64>) -> Statement {
        let circumstance = circumstance.map(|word| (StatementField::Circumstance, Value::Word(word.code())));
        let age = age.map(|age| (StatementField::YoungestFulltimeAge, Value::Integer(age)));
        Statement {
            category: Category::SpecialHardship,
            members: circumstance.into_iter().chain(age).collect(),
        }
    }

    fn needs(edition: &Edition, statement: &Statement) -> [Need; 3] {
        let rule = edition.rule(statement.category).unwrap();
        [StatementField::Description, StatementField::YoungestFulltimeAge, StatementField::Difficulty]
            .map(|field| rule.need(field, statement))
    }

    #[test]
    fn the_circumstance_decides_which_members_are_required() {
        use Circumstance::{Disaster, ElderlyDoctors, Other};
        let edition = first_edition_2023();
        for (circumstance, age, expected) in [
            (None, None, [Undecided, Undecided, Undecided]),
            (None, Some(60), [Undecided, Undecided, Undecided]),
            (Some(Disaster), None, [Required, NotApplicable, NotApplicable]),
            (Some(Disaster), Some(60), [Required, NotApplicable, NotApplicable]),
            (Some(Other), None, [Required, NotApplicable, NotApplicable]),
            (Some(ElderlyDoctors), None, [NotApplicable, Required, Undecided]),
            (Some(ElderlyDoctors), Some(69), [NotApplicable, Required, Required]),
            (Some(ElderlyDoctors), Some(70), [NotApplicable, Required, NotApplicable]),
        ] {
            assert_eq!(needs(&edition, &hardship(circumstance, age)), expected, "{circumstance:?} {age:?}");
        }
    }

    #[test]
    fn rules_that_depend_on_themselves_do_not_recurse_forever() {
        let mut rule = first_edition_2023().rule(Category::SpecialHardship).unwrap().clone();
        for field in &mut rule.fields {
            field.requirement = Requirement::WhenBelow { field: field.field, limit: 1 };
        }
        for field in StatementField::ALL {
            assert_eq!(rule.need(*field, &hardship(None, Some(0))), NotApplicable);
        }
    }
}
