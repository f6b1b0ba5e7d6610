//! The OpenAPI documents: one for each group of readers, with its routes and its introduction.

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

/// An OpenAPI document and the operations in it.
pub struct Document {
    /// The paths at which the service serves the document.
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

/// The document for the operator's staff: `openapi-staff.yaml`. Its operations are not in the public document. It has
/// no operations yet.
pub const STAFF: Document = Document {
    paths: pages::STAFF,
    base: |_| Staff::openapi(),
    operations: |_| Vec::new(),
    routes: |_, _| {},
};

/// Every document.
pub const ALL: [Document; 2] = [PUBLIC, STAFF];

impl Document {
    /// The operations of the document, with or without those of the sandbox.
    #[must_use]
    pub fn operations(&self, with_sandbox: bool) -> Vec<&'static Operation> {
        (self.operations)(with_sandbox)
    }

    /// Registers the routes of the document.
    pub fn routes(&self, config: &mut ServiceConfig<'_>, with_sandbox: bool) {
        (self.routes)(config, with_sandbox);
    }

    /// The document, with or without the sandbox's operations.
    #[must_use]
    pub fn describe(&self, with_sandbox: bool) -> OpenApi {
        let operations = self.operations(with_sandbox);
        document::of_routes((self.base)(with_sandbox), &operations, |config| {
            self.routes(config, with_sandbox);
        })
    }

    /// The content of the document's file in the repository: YAML, with the sandbox's operations.
    ///
    /// # Errors
    /// An internal error if the document cannot be written as YAML.
    pub fn yaml(&self) -> Result<String, Error> {
        self.describe(true).to_yaml().map_err(Error::internal)
    }
}

/// The introduction of the public document: the rules for all operations.
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
        (
            name = tags::REGISTRATION,
            description = "Registration of an account (アカウント登録), in three steps: ask for a link by e-mail, check the \
                link's token, send the registration form.",
        ),
        (name = tags::LOGIN, description = "Sessions (ログイン): login, refresh, logout. Resetting a forgotten password."),
        (
            name = tags::ACCOUNT,
            description = "The account: the data of its facility, its password, its e-mail address, the mails sent \
                to it.",
        ),
        (
            name = tags::TRANSITIONAL_MEASURES,
            description = "The rounds of the transitional measure (経過措置) and their rules. A round (届出回) is a period \
                in which facilities may file declarations. No login is needed.",
        ),
        (
            name = tags::UPLOADS,
            description = "Attachments (添付書類) of declarations, in two steps: announce the file, then send its content.",
        ),
        (
            name = tags::DECLARATIONS,
            description = "Declarations (猶予届出) of the transitional measure: a facility declares why it cannot meet \
                the duty yet, and is excused for a time.",
        ),
        (
            name = tags::SUCCESSIONS,
            description = "Successions (承継届出): a facility gets a new facility code, and its account, rights and \
                duties pass to the new code.",
        ),
        (
            name = tags::SUPPORT,
            description = "The telephone number and the opening hours of the call centre (コールセンター).",
        ),
        (
            name = tags::OPERATIONS,
            description = "For operators of the service, and for services that verify its access tokens.",
        ),
        (
            name = tags::SANDBOX,
            description = "Only in the sandbox: the mails that were sent, the clock, and facilities for tests.",
        ),
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
        description = "The operations for the operator's staff. There are none yet. The operations for front ends \
            and vendor systems are in another document, `/openapi.yaml`.",
        contact(name = "オンライン資格確認等コールセンター (call centre, 0800-080-4583)"),
        license(name = "MIT", identifier = "MIT"),
    ),
    servers((url = "/", description = "This service")),
)]
struct Staff;
