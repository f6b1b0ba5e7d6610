//! The OpenAPI document: collected from the routes, completed with what holds for all of them.

mod completion;
mod examples;
mod requests;

use actix_web::App;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{self, PathItem};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use self::examples::Examples;
use super::caller::{BEARER, bearer_scheme};
use super::operation::Operation;

/// The document of these routes, on the base of what it says of itself.
#[must_use]
pub fn of_routes(
    base: OpenApi,
    operations: &[&Operation],
    routes: impl FnOnce(&mut ServiceConfig<'_>),
) -> OpenApi {
    let (_, mut document) = App::new().into_utoipa_app().openapi(base).configure(routes).split_for_parts();
    if let Some(components) = &mut document.components {
        components.add_security_scheme(BEARER, bearer_scheme());
    }
    let examples = Examples::of(&document);
    for (path, item) in &mut document.paths.paths {
        for operation in operations_of(item) {
            let known = operations.iter().find(|known| operation.operation_id.as_deref() == Some(known.id));
            if let Some(known) = known {
                completion::complete(operation, known, path.contains('{'));
            }
            examples.add_to(operation);
        }
    }
    requests::close(&mut document);
    document
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = &mut path::Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}
