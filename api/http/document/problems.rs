//! The error answers of every operation: which problems it can answer, and an example of each.
//!
//! Answers that several operations give alike are components, and so are the examples.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::path;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::Components;
use utoipa::openapi::{ContentBuilder, Ref, RefOr};

use super::completion::Inputs;
use super::shared::headers_of_status;
use crate::domain::identity::refusals::IdentityRefusal;
use crate::domain::values::lang::Lang;
use crate::error::ProblemCode;
use crate::http::operation::Operation;
use crate::http::problems::catalogue::{entry, problems};
use crate::http::problems::refusals::{RequestRefusal, ServiceRefusal};
use crate::http::problems::{MEDIA_TYPE, page};

/// The codes of the problems that follow from the inputs of an operation.
fn codes_of(inputs: &Inputs) -> Vec<&'static str> {
    let mut codes = vec![
        RequestRefusal::InvalidParameter.code(),
        ServiceRefusal::Internal.code(),
        ServiceRefusal::Overloaded.code(),
        ServiceRefusal::Unavailable.code(),
    ];
    let mut add = |applies: bool, further: &[&'static str]| {
        if applies {
            codes.extend(further);
        }
    };
    add(inputs.writes, &[ServiceRefusal::OutcomeUnknown.code()]);
    add(
        inputs.body,
        &[
            RequestRefusal::MalformedJson.code(),
            RequestRefusal::RequestTimeout.code(),
            RequestRefusal::BodyTooLarge.code(),
            RequestRefusal::UnsupportedMediaType.code(),
        ],
    );
    add(
        inputs.body && !inputs.file,
        &[
            RequestRefusal::DuplicateKey.code(),
            RequestRefusal::NestedTooDeep.code(),
            RequestRefusal::InvalidContent.code(),
        ],
    );
    add(
        inputs.secured,
        &[
            IdentityRefusal::TokenMissing.code(),
            IdentityRefusal::TokenInvalid.code(),
            IdentityRefusal::TokenExpired.code(),
            IdentityRefusal::SessionEnded.code(),
        ],
    );
    add(inputs.path_parameter, &[ServiceRefusal::NotFound.code()]);
    add(
        inputs.if_match,
        &[RequestRefusal::PreconditionFailed.code(), RequestRefusal::PreconditionRequired.code()],
    );
    add(inputs.key_required, &[RequestRefusal::IdempotencyKeyRequired.code()]);
    add(inputs.idempotency_key, &[RequestRefusal::IdempotencyKeyReused.code()]);
    add(inputs.charged, &[ServiceRefusal::RateLimited.code()]);
    codes
}

/// The problems of one answer of one operation, in the order of the catalogue.
struct ProblemAnswer {
    operation_id: &'static str,
    status: u16,
    codes: Vec<ProblemCode>,
}

/// The error answers of all operations.
#[derive(Default)]
pub(super) struct ProblemAnswers(Vec<ProblemAnswer>);

impl ProblemAnswers {
    /// Notes the problems that follow from the operation's inputs, and those that it declares.
    pub(super) fn note(&mut self, operation: &'static str, inputs: &Inputs, declared: &[&'static str]) {
        let mut codes = codes_of(inputs);
        codes.extend(declared);
        let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
        for (code, entry) in problems().filter(|(code, _)| codes.contains(&code.as_str())) {
            by_status.entry(entry.status).or_default().push(code);
        }
        let answers = by_status.into_iter();
        self.0.extend(answers.map(|(status, codes)| ProblemAnswer {
            operation_id: operation,
            status,
            codes,
        }));
    }

    /// Adds its error answers to an operation.
    pub(super) fn add_to(
        &self,
        operation: &mut path::Operation,
        known: &Operation,
        components: &mut Components,
    ) {
        for answer in self.0.iter().filter(|answer| answer.operation_id == known.id) {
            let mut alike = self.0.iter().filter(|other| other.codes == answer.codes);
            let first = alike.next().map_or(known.id, |first| first.operation_id);
            let response = answer.response(components);
            let response = if alike.next().is_some() {
                let name = answer.component_name(first);
                components.responses.insert(name.clone(), RefOr::T(response));
                RefOr::Ref(Ref::from_response_name(name))
            } else {
                RefOr::T(response)
            };
            operation.responses.responses.insert(answer.status.to_string(), response);
        }
    }
}

impl ProblemAnswer {
    fn response(&self, components: &mut Components) -> Response {
        let lines = self.codes.iter().map(|code| format!("`{}`: {}", code.as_str(), entry(*code).cause.en));
        let mut content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
        for code in &self.codes {
            let name = code.as_str();
            let example = ExampleBuilder::new()
                .summary(entry(*code).title.en)
                .value(serde_json::to_value(page::example_of(*code, Lang::Ja)).ok())
                .build();
            components.examples.insert(name.to_owned(), RefOr::T(example));
            let reference = RefOr::Ref(Ref::new(format!("#/components/examples/{name}")));
            content = content.examples_from_iter([(name, reference)]);
        }
        let description = if self.codes.len() == 1 { "" } else { "- " };
        let lines: Vec<_> = lines.map(|line| format!("{description}{line}")).collect();
        let mut response =
            ResponseBuilder::new().description(lines.join("\n")).content(MEDIA_TYPE, content.build()).build();
        for header in headers_of_status(&self.status.to_string()) {
            response.headers.insert(header.name.to_owned(), header.add_to(components));
        }
        response
    }

    /// The name of the component: that of the only problem, or of the first operation with the same answer.
    fn component_name(&self, first: &str) -> String {
        if let [code] = self.codes.as_slice() {
            return code.as_str().split('_').map(capitalized).collect();
        }
        let reason = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
        let reason = reason.unwrap_or_default().replace([' ', '-'], "");
        let (initial, rest) = first.split_at(1);
        format!("{}{rest}{reason}", initial.to_ascii_uppercase())
    }
}

/// A word of a code in the spelling of component names.
fn capitalized(word: &str) -> String {
    let (initial, rest) = word.split_at(1);
    format!("{initial}{}", rest.to_ascii_lowercase())
}
