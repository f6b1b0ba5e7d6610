//! The OpenAPI document. It is collected from the routes, and completed with the answers and headers that operations
//! have in common.

mod completion;
mod examples;
mod requests;
mod shared;

use actix_web::App;
use utoipa::openapi::path::{self, PathItem};
use utoipa::openapi::{ComponentsBuilder, OpenApi};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use self::examples::Examples;
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
    let examples = Examples::of(&components);
    for (path, item) in &mut document.paths.paths {
        for operation in operations_of(item) {
            let known = operations.iter().find(|known| operation.operation_id.as_deref() == Some(known.id));
            if let Some(known) = known {
                completion::complete(operation, known, path.contains('{'), &mut components);
            }
            examples.add_to(operation);
        }
    }
    document.components = Some(components);
    requests::forbid_unknown_members(&mut document);
    document
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = &mut path::Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}
