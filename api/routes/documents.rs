//! The routes of each OpenAPI document, and what the document says of itself.

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops::health;
use super::portal::{
    accounts, declarations, email_changes, mails, password_resets, registrations, sessions, successions,
    uploads,
};
use super::public::{jwks, support, transitional_measures};
use super::{sandbox, tags};
use crate::error::Error;
use crate::http::document;
use crate::http::operation::Operation;

/// What holds for every operation.
const INTRODUCTION: &str = include_str!("introduction.md");

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "todokede",
        description = INTRODUCTION,
        contact(name = "オンライン資格確認等コールセンター (call centre, 0800-080-4583)"),
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = tags::REGISTRATION, description = "Registration of an account (アカウント登録): address, mailed link, form, confirmation screen, account."),
        (name = tags::LOGIN, description = "Sessions (ログイン) and forgotten passwords."),
        (name = tags::ACCOUNT, description = "What an account states of its facility, its password, its address, its mails."),
        (name = tags::TRANSITIONAL_MEASURES, description = "The rounds of the transitional measure (経過措置) and their rules, public."),
        (name = tags::UPLOADS, description = "Attachments (添付書類), in two steps."),
        (name = tags::DECLARATIONS, description = "Declarations of the transitional measure (猶予届出)."),
        (name = tags::SUCCESSIONS, description = "Successions (承継届出) from an old facility code to a new one."),
        (name = tags::SUPPORT, description = "The call centre (コールセンター)."),
        (name = tags::OPERATIONS, description = "For whoever runs the service or verifies its tokens."),
        (name = tags::SANDBOX, description = "Only in the sandbox: the mails, the clock, facilities to try with."),
    ),
)]
struct Base;

/// Every operation of the document.
#[must_use]
pub fn operations(with_sandbox: bool) -> Vec<&'static Operation> {
    let all = [
        registrations::OPERATIONS,
        accounts::OPERATIONS,
        mails::OPERATIONS,
        email_changes::OPERATIONS,
        sessions::OPERATIONS,
        password_resets::OPERATIONS,
        transitional_measures::OPERATIONS,
        uploads::OPERATIONS,
        declarations::OPERATIONS,
        successions::OPERATIONS,
        support::OPERATIONS,
        health::OPERATIONS,
        jwks::OPERATIONS,
    ];
    let sandbox = sandbox::OPERATIONS.into_iter().filter(|_| with_sandbox);
    all.into_iter().chain(sandbox).flatten().copied().collect()
}

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
    let mut base = Base::openapi();
    if with_sandbox {
        base.info.description = Some(format!("{INTRODUCTION}\n{}", include_str!("sandbox.md")));
    } else if let Some(tags) = &mut base.tags {
        tags.retain(|tag| tag.name != tags::SANDBOX);
    }
    document::of_routes(base, &operations(with_sandbox), |config| routes(config, with_sandbox))
}

/// The document as the file `openapi.yaml` holds it.
///
/// # Errors
/// If the document cannot be written, which no document of ours is.
pub fn yaml() -> Result<String, Error> {
    document(true).to_yaml().map_err(Error::internal)
}
