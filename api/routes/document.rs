//! The OpenAPI document: collected from the routes, completed with what holds for all of them.

use std::collections::BTreeMap;

use actix_web::App;
use utoipa::OpenApi as _;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use super::context::{BEARER, bearer_scheme};
use super::problems::{FieldError, MEDIA_TYPE, ProblemDocument};
use super::{
    accounts, declarations, email_changes, health, jwks, password_resets, registrations, sandbox, sessions,
    successions, support, transitional_measures, uploads,
};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "todokede",
        description = include_str!("document/introduction.md"),
        contact(name = "オンライン資格確認等コールセンター (call centre, 0800-080-4583)", url = "https://github.com/todokede/todokede"),
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/", description = "This service")),
    components(schemas(ProblemDocument, FieldError)),
    tags(
        (name = "registration", description = "Registration of an account (アカウント登録): address, mailed link, form, confirmation screen, account."),
        (name = "login", description = "Sessions (ログイン) and forgotten passwords."),
        (name = "account", description = "What an account states of its facility, its password, its address."),
        (name = "transitional-measures", description = "The rounds of the transitional measure (経過措置) and their rules, public."),
        (name = "uploads", description = "Attachments (添付書類), in two steps."),
        (name = "declarations", description = "Declarations of the transitional measure (猶予届出)."),
        (name = "successions", description = "Successions (承継届出) from an old facility code to a new one."),
        (name = "support", description = "The call centre (コールセンター)."),
        (name = "operations", description = "For whoever runs the service or verifies its tokens."),
        (name = "sandbox", description = "Only in the sandbox: the mails, the clock, facilities to try with."),
    ),
)]
struct Base;

/// Registers every route that the document knows.
pub fn routes(config: &mut ServiceConfig<'_>, with_sandbox: bool) {
    registrations::routes(config);
    accounts::routes(config);
    email_changes::routes(config);
    sessions::routes(config);
    password_resets::routes(config);
    transitional_measures::routes(config);
    uploads::routes(config);
    declarations::routes(config);
    successions::routes(config);
    support::routes(config);
    health::routes(config);
    jwks::routes(config);
    if with_sandbox {
        sandbox::routes(config);
    }
}

/// The document, with the sandbox's routes or without.
#[must_use]
pub fn document(with_sandbox: bool) -> OpenApi {
    let (_, mut document) = App::new()
        .into_utoipa_app()
        .openapi(Base::openapi())
        .configure(|config| routes(config, with_sandbox))
        .split_for_parts();
    if !with_sandbox && let Some(tags) = &mut document.tags {
        tags.retain(|tag| tag.name != sandbox::TAG);
    }
    if let Some(components) = &mut document.components {
        components.add_security_scheme(BEARER, bearer_scheme());
    }
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            complete(operation, path.contains('{'));
        }
    }
    document
}

/// The document as the file `openapi.yaml` holds it.
///
/// # Errors
/// If the document cannot be written, which no document of ours is.
pub fn yaml() -> Result<String, crate::error::Error> {
    document(true).to_yaml().map_err(crate::error::Error::internal)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

/// Adds the problems that follow from what the operation takes, and the headers of every answer.
fn complete(operation: &mut Operation, has_path_parameter: bool) {
    let secured = operation.security.as_ref().is_some_and(|list| {
        list.iter().any(|requirement| {
            !serde_json::json!(requirement).as_object().is_none_or(serde_json::Map::is_empty)
        })
    });
    let parameter = |name: &str| {
        operation
            .parameters
            .iter()
            .flatten()
            .any(|given| matches!(given, RefOr::T(given) if given.name == name))
    };
    let (has_body, has_parameters) = (operation.request_body.is_some(), operation.parameters.is_some());
    let mut problems =
        vec![(500, "Something failed inside."), (503, "Overloaded; come back after `Retry-After`.")];
    if has_body {
        problems.extend([
            (400, "The body is no JSON document, or a parameter is malformed."),
            (408, "The body came too slowly."),
            (413, "The body is too large."),
            (415, "The body is of another media type."),
            (422, "Values were refused; `errors` lists all of them."),
        ]);
    }
    if has_parameters {
        problems.push((400, "A parameter is malformed."));
    }
    if secured {
        problems.push((401, "No access token, or one that is not good any more."));
    }
    if has_path_parameter {
        problems.push((404, "No such resource, or not yours."));
    }
    if parameter("If-Match") {
        problems.extend([(412, "The resource changed since it was read."), (428, "`If-Match` is missing.")]);
    }
    if parameter("Idempotency-Key") {
        problems.push((422, "Values were refused, or the `Idempotency-Key` was used with another body."));
    }
    if has_body || parameter("validate_only") {
        problems.push((429, "A budget is used up; come back after `Retry-After`."));
    }
    for (status, description) in problems {
        let entry = operation.responses.responses.entry(status.to_string());
        entry.or_insert_with(|| RefOr::T(problem(description)));
    }
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            add_headers(response);
        }
    }
}

fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build()
}

fn add_headers(response: &mut Response) {
    let text = |description: &str| {
        let schema = Object::with_type(SchemaType::Type(Type::String));
        HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
    };
    let headers: BTreeMap<&str, &str> =
        [("X-Request-Id", "The request's id, to be given to the call centre.")].into();
    for (name, description) in headers {
        response.headers.entry(name.to_owned()).or_insert_with(|| RefOr::T(text(description)));
    }
}
