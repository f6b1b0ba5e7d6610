//! The OpenAPI document: collected from the routes, completed with what holds for all of them.

mod completion;
mod examples;
mod requests;

use actix_web::App;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use self::examples::Examples;
use super::context::{BEARER, bearer_scheme};
use super::problems::{FieldError, ProblemDocument};
use super::{
    accounts, declarations, email_changes, health, jwks, mails, password_resets, registrations, sandbox,
    sessions, successions, support, transitional_measures, uploads,
};

/// What holds for every operation.
const INTRODUCTION: &str = include_str!("document/introduction.md");

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "todokede",
        description = INTRODUCTION,
        contact(name = "オンライン資格確認等コールセンター (call centre, 0800-080-4583)"),
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "This service")),
    components(schemas(ProblemDocument, FieldError)),
    tags(
        (name = "registration", description = "Registration of an account (アカウント登録): address, mailed link, form, confirmation screen, account."),
        (name = "login", description = "Sessions (ログイン) and forgotten passwords."),
        (name = "account", description = "What an account states of its facility, its password, its address, its mails."),
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
    mails::routes(config);
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
    if with_sandbox {
        document.info.description = Some(format!("{INTRODUCTION}\n{}", include_str!("document/sandbox.md")));
    } else if let Some(tags) = &mut document.tags {
        tags.retain(|tag| tag.name != sandbox::TAG);
    }
    if let Some(components) = &mut document.components {
        components.add_security_scheme(BEARER, bearer_scheme());
    }
    let examples = Examples::of(&document);
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            completion::complete(operation, path.contains('{'));
            examples.add_to(operation);
        }
    }
    requests::close(&mut document);
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
