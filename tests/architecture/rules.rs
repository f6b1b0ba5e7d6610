//! The tables of allowed imports, and the check of a file's imports against the tables.

use std::collections::BTreeSet;

/// The modules of the service that each module may import. Each module may import itself. The row for a file is the
/// one with the longest module that contains the file. An entry allows only the module that it names:
/// `usecases::work` does not allow an import of `usecases::accounts`.
const MODULES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("blocking", &["error"]),
    ("error", &["domain"]),
    ("security", &["blocking", "domain", "error"]),
    ("folders", &[]),
    ("files", &["domain", "error", "folders"]),
    ("delivery", &["domain", "error", "security"]),
    (
        "config",
        &["clock", "domain", "security", "db::engine::source", "delivery::mail::relay", "ops::telemetry"],
    ),
    ("db", &["db"]),
    ("db::engine", &["blocking", "domain::values", "error", "folders"]),
    ("db::store", &["domain", "error", "db::engine"]),
    // The runner of jobs must not import a kind of job. `boot` starts a runner for each kind.
    ("jobs", &[]),
    ("jobs::queue", &["db", "domain::values", "error"]),
    ("jobs::runner", &["clock", "db::engine", "domain::values", "error", "jobs::queue", "jobs::stop"]),
    ("jobs::schedule", &["jobs::stop"]),
    (
        "jobs::mails",
        &[
            "clock",
            "db",
            "delivery::mail",
            "domain",
            "error",
            "jobs",
            "ops::metrics",
            "security::link_tokens",
        ],
    ),
    (
        "jobs::link_requests",
        &["db", "domain", "error", "jobs", "ops::metrics", "security::limits", "usecases"],
    ),
    (
        "jobs::scans",
        &[
            "blocking",
            "clock",
            "db",
            "domain",
            "error",
            "files",
            "jobs",
            "ops::metrics",
            "security::scanner",
            "usecases",
        ],
    ),
    ("usecases", &["domain", "error", "db", "security", "jobs::queue", "delivery::mail::message"]),
    ("ops", ALL),
    ("ops::traffic", &[]),
    ("ops::descriptors", &[]),
    ("ops::disk", &["error"]),
    ("ops::signals", &["error"]),
    ("ops::metrics", &["db::engine::load", "db::store::health", "domain::values::coded_enum", "ops"]),
    ("ops::readiness", &["clock", "db::engine", "db::store::health", "error", "ops"]),
    ("ops::backup", &["domain", "error", "db", "files", "folders"]),
    ("ops::facility_list", &["domain", "error", "db", "usecases"]),
    ("state", ALL),
    (
        "http",
        &[
            "blocking",
            "domain",
            "error",
            "state",
            "config",
            "security",
            "usecases::actor",
            "usecases::work",
            "db::store::accounts",
            "usecases::identity::sessions",
            "usecases::identity::wrong_passwords",
            "db::engine",
            "db::store::idempotency_keys",
            "ops::traffic",
            "ops::metrics",
            "ops::readiness",
        ],
    ),
    // `clock` is allowed, because a route of the sandbox moves the clock.
    ("routes", &["blocking", "http", "usecases", "domain", "error", "security", "db", "clock"]),
    ("boot", ALL),
    ("commands", ALL),
    ("main", ALL),
    ("lib", ALL),
];

const ALL: &[&str] = &["*"];

/// The areas of the use cases, lowest first. Each may import itself and the areas before it.
const AREAS: &[&str] =
    &["actor", "work", "identity", "facilities", "accounts", "filings", "sandbox", "housekeeping"];

/// Modules that all resources may import.
const SHARED_BY_RESOURCES: &[&str] = &["routes::forms", "routes::tags"];

/// Crates, and paths in crates, with the modules that may name them. The first entry that matches counts.
const CRATES: &[(&str, &[&str])] = &[
    // The command line needs only the runtime of the web framework.
    ("actix_web::rt", &["http", "routes", "boot", "commands"]),
    ("actix_web", &["http", "routes", "boot"]),
    ("actix_http", &["http::server"]),
    ("actix_service", &["http::server"]),
    ("utoipa_actix_web", &["http", "routes", "boot"]),
    ("utoipa_swagger_ui", &["routes"]),
    // The OpenAPI document contains enums and rules of the domain. The domain derives their schemas, so that each list
    // of values exists only once. The derived code has no I/O and no HTTP.
    ("utoipa", &["http", "routes", "domain"]),
    ("diesel", &["db"]),
    ("diesel_migrations", &["db"]),
    ("lettre", &["delivery"]),
    ("askama", &["delivery", "http"]),
    ("jsonwebtoken", &["security"]),
    ("argon2", &["security"]),
    ("ed25519_dalek", &["security"]),
    ("sha1", &["security::breached_passwords"]),
    // It reads the year of the machine's clock once, as the year that dates in passwords are near to.
    ("zxcvbn", &["domain::identity::passwords"]),
    ("prometheus_client", &["ops::metrics"]),
    ("rustix", &["ops::descriptors", "ops::disk"]),
    ("crc32fast", &["domain::filings::uploads::content"]),
    ("miniz_oxide", &["domain::filings::uploads::content"]),
    ("memchr", &["domain::filings::uploads::content"]),
    // `blocking` passes the span of the request on to the spawned task.
    ("tokio::task::spawn_blocking", &["blocking"]),
    ("web::block", &["blocking"]),
    ("std::env", &["config"]),
];

/// The module of a file: `db/engine/pool.rs` is `db::engine::pool`.
pub fn module_of(file: &str) -> String {
    file.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::")
}

/// The row for a module: the one with the longest module that contains it.
pub fn row_of(module: &str) -> Option<(&'static str, &'static [&'static str])> {
    let rows = MODULES.iter().filter(|(name, _)| is_below(module, name));
    rows.max_by_key(|(name, _)| name.len()).copied()
}

/// The imports of a file that the tables forbid, each with the reason.
pub fn violations(file: &str, imports: &BTreeSet<String>) -> Vec<String> {
    let module = module_of(file);
    let wrong = imports.iter().filter_map(|import| {
        let reason = match import.strip_prefix("crate::") {
            Some(imported) => module_violation(&module, imported)
                .or_else(|| area_violation(&module, imported))
                .or_else(|| resource_violation(&module, imported)),
            None => crate_violation(&module, import),
        };
        reason.map(|reason| format!("api/{file} names `{import}`: {reason}"))
    });
    wrong.collect()
}

fn module_violation(module: &str, imported: &str) -> Option<String> {
    let (row, allowed) = row_of(module)?;
    // Items of the crate root are not in the table.
    let known = row_of(imported).is_some();
    let may = allowed.contains(&"*")
        || is_below(imported, row)
        || allowed.iter().any(|entry| is_below(imported, entry));
    (known && !may).then(|| format!("`{row}` may import only {allowed:?}"))
}

/// The segment of a path after a parent module: `accounts` in `usecases::accounts::registrations`.
fn below<'a>(path: &'a str, parent: &str) -> Option<&'a str> {
    path.strip_prefix(parent)?.strip_prefix("::")?.split("::").next()
}

fn area_violation(module: &str, imported: &str) -> Option<String> {
    let (from, to) = (below(module, "usecases")?, below(imported, "usecases")?);
    let rank = |area: &str| AREAS.iter().position(|known| *known == area);
    match (rank(from), rank(to)) {
        (Some(from), Some(to)) => {
            (to > from).then(|| format!("areas of use cases import downwards only: {AREAS:?}"))
        }
        _ => Some(format!("an area of use cases is missing in {AREAS:?}")),
    }
}

/// The resource that a route belongs to: `routes::portal::sessions`.
fn resource_of(path: &str) -> Option<String> {
    let mut parts = path.split("::");
    let (routes, audience, resource) = (parts.next()?, parts.next()?, parts.next()?);
    (routes == "routes").then(|| format!("{routes}::{audience}::{resource}"))
}

fn resource_violation(module: &str, imported: &str) -> Option<String> {
    let own =
        resource_of(module).filter(|_| !SHARED_BY_RESOURCES.iter().any(|shared| is_below(module, shared)))?;
    let shared = SHARED_BY_RESOURCES.iter().any(|shared| is_below(imported, shared));
    let foreign = is_below(imported, "routes") && !is_below(imported, &own) && !shared;
    foreign.then(|| format!("`{own}` imports another resource"))
}

fn crate_violation(module: &str, import: &str) -> Option<String> {
    let (path, homes) = CRATES.iter().find(|(path, _)| is_below(import, path))?;
    (!homes.iter().any(|home| is_below(module, home))).then(|| format!("`{path}` belongs to {homes:?}"))
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn every_kind_of_violation_is_found() {
    for (file, source, forbidden) in [
        ("domain/values/kana.rs", "use crate::error::Error;", "crate::error::Error"),
        (
            "domain/filings/uploads.rs",
            "use super::super::super::db::engine::Conn;",
            "crate::db::engine::Conn",
        ),
        ("db/store/accounts.rs", "use crate::{domain, http::edge};", "crate::http::edge"),
        ("db/engine/pool.rs", "use crate::db::store::accounts;", "crate::db::store::accounts"),
        (
            "db/store/accounts.rs",
            "use crate::delivery::mail::writing::composed;",
            "crate::delivery::mail::writing::composed",
        ),
        ("usecases/identity/links.rs", "fn f() { crate::state::State::new() }", "crate::state::State::new"),
        ("usecases/facilities/check.rs", "use crate::usecases::accounts;", "crate::usecases::accounts"),
        (
            "security/limits.rs",
            "fn f() { log!(crate::db::engine::pool::open()) }",
            "crate::db::engine::pool::open",
        ),
        ("http/context.rs", "use crate::usecases::filings::uploads;", "crate::usecases::filings::uploads"),
        ("http/edge/mod.rs", "use crate::routes::portal::uploads;", "crate::routes::portal::uploads"),
        ("routes/portal/uploads/mod.rs", "use super::accounts::TAG;", "crate::routes::portal::accounts::TAG"),
        ("routes/ops/health.rs", "use crate::routes::public::support;", "crate::routes::public::support"),
        ("jobs/queue.rs", "use crate::state::State;", "crate::state::State"),
        ("jobs/runner/mod.rs", "use crate::jobs::mails;", "crate::jobs::mails"),
        ("jobs/schedule.rs", "use crate::usecases::housekeeping;", "crate::usecases::housekeeping"),
        ("jobs/mails/mod.rs", "use crate::state::State;", "crate::state::State"),
        ("usecases/identity/links.rs", "use actix_web::web;", "actix_web::web"),
        ("jobs/mod.rs", "use actix_web::rt;", "actix_web::rt"),
        ("commands/mod.rs", "use actix_web::HttpResponse;", "actix_web::HttpResponse"),
        ("routes/ops/health.rs", "use diesel::prelude::*;", "diesel::prelude"),
        ("usecases/identity/links.rs", "#[derive(utoipa::ToSchema)] struct S;", "utoipa::ToSchema"),
        ("routes/portal/sessions/mod.rs", "fn f() { jsonwebtoken::encode() }", "jsonwebtoken::encode"),
        ("jobs/mails/mod.rs", "use lettre::Message;", "lettre::Message"),
        ("routes/portal/sessions/mod.rs", "use argon2::Argon2;", "argon2::Argon2"),
        ("jobs/mod.rs", "fn f() { tokio::task::spawn_blocking(g) }", "tokio::task::spawn_blocking"),
        ("routes/portal/uploads/mod.rs", "fn f() { web::block(g) }", "web::block"),
        ("boot/mod.rs", "fn f() { std::env::var(\"X\") }", "std::env::var"),
    ] {
        let found = violations(file, &super::imports(file, source));
        let named = format!("api/{file} names `{forbidden}`");
        assert!(found.iter().any(|line| line.starts_with(&named)), "{named} was not found: {found:?}");
    }
}

#[test]
fn an_import_that_the_tables_allow_is_not_a_violation() {
    for (file, source) in [
        (
            "domain/values/kana.rs",
            "use super::text::Text; use crate::domain::filings::uploads; use utoipa::ToSchema;",
        ),
        ("db/store/mails/outbox.rs", "use crate::domain::mails::MailState; use diesel::prelude::*;"),
        ("usecases/filings/uploads.rs", "use crate::usecases::identity::sessions::Principal;"),
        ("commands/mod.rs", "use crate::{boot, routes}; fn f() { actix_web::rt::System::new() }"),
        (
            "routes/sandbox/clock.rs",
            "use crate::clock::Clock; use actix_web::web; mod inner { use super::super::super::forms::entry_schemas; }",
        ),
        ("routes/portal/uploads/mod.rs", "use super::uploads::forms; use self::forms::UploadRequest;"),
        ("config/mod.rs", "fn f() { std::env::vars() }"),
    ] {
        assert_eq!(violations(file, &super::imports(file, source)), Vec::<String>::new(), "{file}");
    }
}
