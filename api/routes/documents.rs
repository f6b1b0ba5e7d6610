//! The OpenAPI documents: one for each group of readers, with its routes and what it says of itself.

use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;

use super::ops::health;
use super::portal::{
    accounts, declarations, email_changes, mails, password_resets, registrations, sessions, successions,
    uploads,
};
use super::public::pages::{self, DocumentPaths};
use super::public::{jwks, support, transitional_measures};
use super::sandbox::{clock, facilities, links, messages};
use super::tags;
use crate::error::Error;
use crate::http::document;
use crate::http::operation::Operation;

/// A document, with the operations that its readers may call.
pub struct Document {
    /// Where the service serves it.
    pub paths: DocumentPaths,
    base: fn(with_sandbox: bool) -> OpenApi,
    operations: fn(with_sandbox: bool) -> Vec<&'static Operation>,
    routes: fn(config: &mut ServiceConfig<'_>, with_sandbox: bool),
}

/// The document for front ends and vendor systems: `openapi.yaml`.
pub const PUBLIC: Document = Document {
    paths: pages::PUBLIC,
    base: public_base,
    operations: public_operations,
    routes: public_routes,
};

/// The document for the operator's staff: `openapi-staff.yaml`. The public one never shows its operations.
pub const STAFF: Document = Document {
    paths: pages::STAFF,
    base: |_| Staff::openapi(),
    operations: |_| Vec::new(),
    routes: |_, _| {},
};

/// Every document.
pub const ALL: [Document; 2] = [PUBLIC, STAFF];

impl Document {
    /// Every operation of the document, with the sandbox's or without.
    #[must_use]
    pub fn operations(&self, with_sandbox: bool) -> Vec<&'static Operation> {
        (self.operations)(with_sandbox)
    }

    /// Registers every route that the document knows.
    pub fn routes(&self, config: &mut ServiceConfig<'_>, with_sandbox: bool) {
        (self.routes)(config, with_sandbox);
    }

    /// The document itself, with the sandbox's routes or without.
    #[must_use]
    pub fn describe(&self, with_sandbox: bool) -> OpenApi {
        let operations = self.operations(with_sandbox);
        document::of_routes((self.base)(with_sandbox), &operations, |config| {
            self.routes(config, with_sandbox);
        })
    }

    /// The document as its file in the repository holds it.
    ///
    /// # Errors
    /// If the document cannot be written, which no document of ours is.
    pub fn yaml(&self) -> Result<String, Error> {
        self.describe(true).to_yaml().map_err(Error::internal)
    }
}

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
struct Public;

/// The operations of a resource, and the function that registers their handlers.
type Resource = (&'static [&'static Operation], fn(&mut ServiceConfig<'_>));

/// The resources of the public document, in the order of its paths.
const RESOURCES: [Resource; 13] = [
    (registrations::OPERATIONS, registrations::routes),
    (accounts::OPERATIONS, accounts::routes),
    (mails::OPERATIONS, mails::routes),
    (email_changes::OPERATIONS, email_changes::routes),
    (sessions::OPERATIONS, sessions::routes),
    (password_resets::OPERATIONS, password_resets::routes),
    (transitional_measures::OPERATIONS, transitional_measures::routes),
    (uploads::OPERATIONS, uploads::routes),
    (declarations::OPERATIONS, declarations::routes),
    (successions::OPERATIONS, successions::routes),
    (support::OPERATIONS, support::routes),
    (health::OPERATIONS, health::routes),
    (jwks::OPERATIONS, jwks::routes),
];

/// The resources that only a sandbox has.
const SANDBOX_RESOURCES: [Resource; 3] = [
    (messages::OPERATIONS, messages::routes),
    (clock::OPERATIONS, clock::routes),
    (facilities::OPERATIONS, facilities::routes),
];

fn public_resources(with_sandbox: bool) -> impl Iterator<Item = Resource> {
    RESOURCES.into_iter().chain(SANDBOX_RESOURCES.into_iter().filter(move |_| with_sandbox))
}

fn public_operations(with_sandbox: bool) -> Vec<&'static Operation> {
    public_resources(with_sandbox).flat_map(|(operations, _)| operations).copied().collect()
}

fn public_routes(config: &mut ServiceConfig<'_>, with_sandbox: bool) {
    for (_, routes) in public_resources(with_sandbox) {
        routes(config);
    }
    if with_sandbox {
        links::routes(config);
    }
}

fn public_base(with_sandbox: bool) -> OpenApi {
    let mut base = Public::openapi();
    if with_sandbox {
        base.info.description = Some(format!("{INTRODUCTION}\n{}", include_str!("sandbox.md")));
    } else if let Some(tags) = &mut base.tags {
        tags.retain(|tag| tag.name != tags::SANDBOX);
    }
    base
}

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "todokede for staff",
        description = "For the operator's staff. What front ends and vendor systems call stands in a document of its own, `/openapi.yaml`.",
        contact(name = "オンライン資格確認等コールセンター (call centre, 0800-080-4583)"),
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "This service")),
)]
struct Staff;
