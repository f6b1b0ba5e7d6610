//! The reason of a declaration, in requests and in answers. One form has the members of all categories, which
//! [`StatementField`] declares.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::json;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};
use validator::{Validate, ValidateLength as _, ValidateRange as _, ValidationError, ValidationErrors};

use crate::domain::filings::transitional_measures::{
    Category, Circumstance, FieldForm, Given, LineStatus, Plan, Statement, StatementField, Works,
};
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::text::{Line, MAX_CODE_INPUT, Paragraph};

/// The reason as it is sent.
pub struct ReasonForm {
    category: String,
    members: BTreeMap<StatementField, Given>,
}

impl ReasonForm {
    /// Reads the members that can be read, and notes the faults of the others. Returns `None` if the category cannot be
    /// read.
    pub fn parse(&self, faults: &mut Faults) -> Option<Statement> {
        let category = Category::from_code(&self.category).ok_or(Fault::UnknownValue);
        let category = faults.take("/reason/category", category);
        let read = |(field, given): (&StatementField, &Given)| {
            faults.take(field.pointer(), field.form().read(given)).map(|value| (*field, value))
        };
        let members = self.members.iter().filter_map(read).collect();
        Some(Statement { category: category?, members })
    }
}

impl<'de> Deserialize<'de> for ReasonForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct("ReasonForm", StatementField::NAMES, ReasonVisitor)
    }
}

struct ReasonVisitor;

impl<'de> Visitor<'de> for ReasonVisitor {
    type Value = ReasonForm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reason of a declaration")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<ReasonForm, A::Error> {
        let mut reason = ReasonForm { category: String::new(), members: BTreeMap::new() };
        while let Some(name) = given.next_key::<String>()? {
            if name == "category" {
                reason.category = given.next_value()?;
                continue;
            }
            let field = StatementField::from_code(&name)
                .ok_or_else(|| A::Error::unknown_field(&name, StatementField::NAMES))?;
            let value = match field.form() {
                FieldForm::Confirmation => given.next_value::<Option<bool>>()?.map(Given::Confirmation),
                FieldForm::Integer { .. } => given.next_value::<Option<i64>>()?.map(Given::Integer),
                FieldForm::Date
                | FieldForm::Month
                | FieldForm::Line
                | FieldForm::Paragraph
                | FieldForm::Word { .. } => given.next_value::<Option<String>>()?.map(Given::Text),
            };
            reason.members.extend(value.map(|value| (field, value)));
        }
        Ok(reason)
    }
}

impl Validate for ReasonForm {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        if !self.category.validate_length(None, Some(MAX_CODE_INPUT), None) {
            errors.add("category", too_long(MAX_CODE_INPUT));
        }
        for (field, given) in &self.members {
            if let Some(error) = limit_error(field.form(), given) {
                errors.add(field.code(), error);
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// The limit of its form that a value exceeds.
fn limit_error(form: FieldForm, given: &Given) -> Option<ValidationError> {
    match (form, given) {
        (FieldForm::Integer { min, max }, Given::Integer(number)) => {
            let mut error = ValidationError::new("out_of_range");
            error.add_param("min".into(), &min);
            error.add_param("max".into(), &max);
            (!number.validate_range(Some(min), Some(max), None, None)).then_some(error)
        }
        (form, Given::Text(text)) => {
            let max = match form {
                FieldForm::Line => Line::MAX,
                FieldForm::Paragraph => Paragraph::MAX,
                _ => MAX_CODE_INPUT,
            };
            (!text.validate_length(None, Some(max), None)).then(|| too_long(max))
        }
        _ => None,
    }
}

fn too_long(max: u64) -> ValidationError {
    let mut error = ValidationError::new("too_long");
    error.add_param("max".into(), &max);
    error
}

impl ToSchema for ReasonForm {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.extend([
            (Category::name().into_owned(), Category::schema()),
            (LineStatus::name().into_owned(), LineStatus::schema()),
            (Works::name().into_owned(), Works::schema()),
            (Plan::name().into_owned(), Plan::schema()),
            (Circumstance::name().into_owned(), Circumstance::schema()),
        ]);
    }
}

impl PartialSchema for ReasonForm {
    fn schema() -> RefOr<Schema> {
        let category = Ref::builder().ref_location_from_schema_name(Category::name());
        let category = category.description(Some("The category (猶予類型).")).build();
        let reason = ObjectBuilder::new()
            .description(Some(
                "The reason: a category and its members. The rules of the round say which members a category requires: see\n\
                 `GET /v1/transitional-measures/{round}`. Members of other categories are refused.",
            ))
            .property("category", category)
            .required("category");
        let members = StatementField::ALL.iter();
        members.fold(reason, |reason, field| reason.property(field.code(), member(*field))).into()
    }
}

/// The schema of a member.
#[expect(deprecated, reason = "the derived schemas state their examples in this form, too")]
fn member(field: StatementField) -> RefOr<Schema> {
    let of_type =
        |of_type: Type| ObjectBuilder::new().description(Some(field.description())).schema_type(of_type);
    let text_of_at_most =
        |max: u64| of_type(Type::String).min_length(Some(1)).max_length(usize::try_from(max).ok());
    let format = |known: KnownFormat| Some(SchemaFormat::KnownFormat(known));
    let object = match field.form() {
        FieldForm::Date => {
            of_type(Type::String).format(format(KnownFormat::Date)).min_length(Some(10)).max_length(Some(10))
        }
        FieldForm::Month => {
            of_type(Type::String).pattern(Some("^[0-9]{4}-[0-9]{2}$")).min_length(Some(7)).max_length(Some(7))
        }
        FieldForm::Line => text_of_at_most(Line::MAX),
        FieldForm::Paragraph => text_of_at_most(Paragraph::MAX),
        FieldForm::Confirmation => of_type(Type::Boolean),
        FieldForm::Word { list, .. } => {
            let list = Ref::builder().ref_location_from_schema_name(list);
            return list.description(Some(field.description())).build().into();
        }
        FieldForm::Integer { min, max } => {
            of_type(Type::Integer).format(format(KnownFormat::Int64)).minimum(Some(min)).maximum(Some(max))
        }
    };
    let example = EXAMPLE.iter().find(|(of, _)| *of == field).map(|(_, example)| json!(example));
    object.example(example).into()
}

/// The members of the document's example: those of its category, `SYSTEM_IN_PROGRESS`.
const EXAMPLE: [(StatementField, &str); 3] = [
    (StatementField::ContractDate, "2023-02-15"),
    (StatementField::ExpectedCompletionMonth, "2023-08"),
    (StatementField::VendorName, "架空システム株式会社"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(reason: serde_json::Value) -> (Option<Statement>, Vec<(String, Fault)>) {
        let form: ReasonForm = serde_json::from_value(reason).unwrap();
        let mut faults = Faults::default();
        let statement = form.parse(&mut faults);
        let refused = faults.finish(Some(())).err();
        let refused = refused.into_iter().flat_map(|refused| refused.0);
        (statement, refused.map(|noted| (noted.pointer, noted.fault)).collect())
    }

    #[test]
    fn without_a_category_there_is_no_statement_but_every_fault_is_noted() {
        let (statement, faults) = parse(json!({
            "category": "SYSTEM_READY",
            "contract_date": "2023-02-29",
            "vendor_name": "株式会社\n例示",
            "works": "rebuilding",
        }));
        assert_eq!(statement, None);
        let expected = [
            ("/reason/category", Fault::UnknownValue),
            ("/reason/contract_date", Fault::DateForm),
            ("/reason/vendor_name", Fault::ControlCharacter),
            ("/reason/works", Fault::UnknownValue),
        ];
        assert_eq!(faults, expected.map(|(place, fault)| (place.to_owned(), fault)));
    }

    #[test]
    fn an_age_out_of_range_is_left_out_so_that_no_other_member_depends_on_it() {
        for (age, read) in [(17, false), (18, true), (120, true), (121, false)] {
            let (statement, _) = parse(json!({"category": "SPECIAL_HARDSHIP", "youngest_fulltime_age": age}));
            let stated = statement.unwrap().value(StatementField::YoungestFulltimeAge).is_some();
            assert_eq!(stated, read, "{age}");
        }
    }

    #[test]
    fn a_statement_is_unchanged_after_it_was_shown_and_read() {
        let (statement, faults) = parse(json!({
            "category": "NO_NETWORK",
            "line_status": "AVAILABLE",
            "line_ready_date": "2023-02-01",
        }));
        let shown = serde_json::to_value(&statement).unwrap();
        assert_eq!((parse(shown), faults), ((statement, vec![]), vec![]));
    }

    #[test]
    fn every_list_of_words_is_in_the_document() {
        let mut schemas = Vec::new();
        ReasonForm::schemas(&mut schemas);
        for field in StatementField::ALL {
            if let FieldForm::Word { list, codes } = field.form() {
                let (_, schema) = schemas.iter().find(|(name, _)| name == list).unwrap();
                assert_eq!(json!(schema)["enum"], json!(codes), "{list}");
            }
        }
    }
}
