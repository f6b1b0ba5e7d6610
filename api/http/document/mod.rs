//! The OpenAPI document. It is collected from the routes, and completed with the answers and headers that operations
//! have in common.

mod completion;
mod examples;
mod problems;
mod requests;
mod shared;

use actix_web::App;
use actix_web::http::Method;
use utoipa::openapi::path::{self, PathItem};
use utoipa::openapi::{ComponentsBuilder, OpenApi};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use self::completion::Inputs;
use self::examples::Examples;
use self::problems::ProblemAnswers;
use super::caller::{BEARER, bearer_scheme};
use super::operation::Operation;
use super::problems::{FieldError, ProblemDocument};

/// The document of the operations that `routes` registers. `base` has the title, the tags and the other parts that
/// routes do not add.
#[must_use]
pub fn of_routes(
    base: OpenApi,
    operations: &[&Operation],
    routes: impl FnOnce(&mut ServiceConfig<'_>),
) -> OpenApi {
    let (_, mut document) = App::new().into_utoipa_app().openapi(base).configure(routes).split_for_parts();
    if document.paths.paths.is_empty() {
        return document;
    }
    let mut components = ComponentsBuilder::from(document.components.take().unwrap_or_default())
        .schema_from::<ProblemDocument>()
        .schema_from::<FieldError>()
        .security_scheme(BEARER, bearer_scheme())
        .build();
    let known_operation = |operation: &path::Operation| {
        operations.iter().find(|known| operation.operation_id.as_deref() == Some(known.id))
    };
    let mut problems = ProblemAnswers::default();
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_of(item) {
            if let Some(known) = known_operation(operation) {
                problems.note(known.id, &Inputs::of(operation, known, &method, path), known.refusals);
            }
        }
    }
    let examples = Examples::of(&components);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations_of(item) {
            if let Some(known) = known_operation(operation) {
                problems.add_to(operation, known, &mut components);
                completion::complete(
                    operation,
                    &Inputs::of(operation, known, &method, path),
                    &mut components,
                );
            }
            examples.add_to(operation);
        }
    }
    document.components = Some(components);
    requests::forbid_unknown_members(&mut document);
    document
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut path::Operation)> {
    let methods = [
        (Method::GET, &mut item.get),
        (Method::PUT, &mut item.put),
        (Method::POST, &mut item.post),
        (Method::DELETE, &mut item.delete),
        (Method::PATCH, &mut item.patch),
    ];
    methods.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}
