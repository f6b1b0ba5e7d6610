//! The tables, and what breaks them.

use std::collections::BTreeSet;

/// What each module may import of ours, itself always included. An entry may be narrower than a
/// module: `mail::message` lets the message type in and the texts stay out.
const MODULES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("clock", &[]),
    ("traffic", &[]),
    ("error", &["domain"]),
    ("signals", &["error"]),
    ("descriptors", &[]),
    ("disk", &["error"]),
    ("readiness", &["clock", "db", "disk", "error"]),
    ("metrics", &["db::load", "readiness", "traffic"]),
    ("security", &["domain", "error"]),
    ("mail", &["domain", "error"]),
    ("files", &["domain", "error"]),
    ("config", &["clock", "domain", "security", "db::source", "mail::relay"]),
    ("telemetry", &["config"]),
    ("db", &["domain", "error", "mail::message"]),
    ("backup", &["domain", "error", "db", "files"]),
    (
        "doctor",
        &["domain", "error", "db", "files", "descriptors", "disk", "config", "clock", "mail", "security"],
    ),
    ("usecases", &["domain", "error", "db", "security", "mail::message"]),
    ("facility_list", &["domain", "error", "db", "usecases"]),
    (
        "state",
        &[
            "config",
            "clock",
            "db",
            "files",
            "security",
            "mail",
            "error",
            "metrics",
            "readiness",
            "traffic",
            "usecases",
        ],
    ),
    // `clock` because the sandbox moves it by a route.
    ("routes", &["state", "usecases", "domain", "error", "security", "db", "clock", "readiness", "traffic"]),
    ("worker", &["state", "usecases", "db", "domain", "mail", "metrics", "error"]),
    ("boot", ALL),
    ("commands", ALL),
    ("server", ALL),
    ("main", ALL),
    ("lib", ALL),
];

const ALL: &[&str] = &["*"];

/// Crates, and paths in them, that only some modules may name.
const CRATES: &[(&str, &[&str])] = &[
    // The command line needs a runtime to serve in, and nothing else of the web framework.
    ("actix_web::rt", &["routes", "server", "commands"]),
    ("actix_web", &["routes", "server"]),
    ("actix_http", &["server"]),
    ("actix_service", &["server"]),
    ("utoipa_actix_web", &["routes", "server"]),
    ("utoipa_swagger_ui", &["routes", "server"]),
    // Enums and rules of the domain stand in the document as they are. Deriving their schemas keeps
    // one list of words instead of two; the derive has no I/O and no HTTP in it.
    ("utoipa", &["routes", "server", "domain"]),
    ("diesel", &["db"]),
    ("diesel_migrations", &["db"]),
    ("lettre", &["mail"]),
    ("jsonwebtoken", &["security"]),
    ("argon2", &["security"]),
    ("ed25519_dalek", &["security"]),
    ("prometheus_client", &["metrics"]),
    ("rustix", &["descriptors", "disk"]),
    ("std::env", &["config"]),
];

/// The top-level module that a file belongs to.
pub fn module_of(file: &str) -> String {
    let first = file.split('/').next().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

pub fn has_row(module: &str) -> bool {
    MODULES.iter().any(|(name, _)| *name == module)
}

/// What a file imports against the tables, told so that it can be found and mended.
pub fn violations(file: &str, imports: &BTreeSet<String>) -> Vec<String> {
    let module = module_of(file);
    let allowed = MODULES.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, allowed)| allowed);
    let wrong = imports.iter().filter_map(|import| {
        let reason = match import.strip_prefix("crate::") {
            Some(ours) => wrong_module(&module, allowed, ours),
            None => wrong_crate(&module, import),
        };
        reason.map(|reason| format!("api/{file} names `{import}`: {reason}"))
    });
    wrong.collect()
}

fn wrong_module(module: &str, allowed: &[&str], ours: &str) -> Option<String> {
    let target = ours.split("::").next().unwrap();
    // Items of the crate's root are no module of the table.
    let known = has_row(target);
    let may = allowed.contains(&"*") || target == module || allowed.iter().any(|entry| is_below(ours, entry));
    (known && !may).then(|| format!("`{module}` may import only {allowed:?}"))
}

fn wrong_crate(module: &str, import: &str) -> Option<String> {
    let (path, homes) = CRATES.iter().find(|(path, _)| is_below(import, path))?;
    (!homes.contains(&module)).then(|| format!("`{path}` belongs to {homes:?}"))
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn a_made_up_violation_of_every_kind_is_caught() {
    for (file, source, caught) in [
        ("domain/kana.rs", "use crate::error::Error;", "crate::error::Error"),
        ("domain/round/month.rs", "use super::super::super::db::Conn;", "crate::db::Conn"),
        ("db/rounds.rs", "use crate::{domain, routes::edge};", "crate::routes::edge"),
        ("db/rounds.rs", "use crate::mail::texts::Letter;", "crate::mail::texts::Letter"),
        ("usecases/links.rs", "fn f() { crate::state::State::new() }", "crate::state::State::new"),
        ("security/limits.rs", "fn f() { log!(crate::db::pool::open()) }", "crate::db::pool::open"),
        ("usecases/links.rs", "use actix_web::web;", "actix_web::web"),
        ("worker.rs", "use actix_web::rt;", "actix_web::rt"),
        ("commands.rs", "use actix_web::HttpResponse;", "actix_web::HttpResponse"),
        ("routes/health.rs", "use diesel::prelude::*;", "diesel::prelude"),
        ("usecases/links.rs", "#[derive(utoipa::ToSchema)] struct S;", "utoipa::ToSchema"),
        ("routes/sessions.rs", "fn f() { jsonwebtoken::encode() }", "jsonwebtoken::encode"),
        ("worker/sending.rs", "use lettre::Message;", "lettre::Message"),
        ("routes/sessions.rs", "use argon2::Argon2;", "argon2::Argon2"),
        ("boot.rs", "fn f() { std::env::var(\"X\") }", "std::env::var"),
    ] {
        let found = violations(file, &super::imports(file, source));
        let named = format!("api/{file} names `{caught}`");
        assert!(found.iter().any(|line| line.starts_with(&named)), "{named} was not caught: {found:?}");
    }
}

#[test]
fn what_the_tables_allow_is_let_through() {
    for (file, source) in [
        ("domain/kana.rs", "use super::text::Text; use crate::domain::fault::Fault; use utoipa::ToSchema;"),
        ("db/outbox.rs", "use crate::mail::message::Message; use diesel::prelude::*;"),
        ("commands.rs", "use crate::{boot, routes}; fn f() { actix_web::rt::System::new() }"),
        (
            "routes/sandbox.rs",
            "use crate::clock::Clock; use actix_web::web; mod inner { use super::super::edge; }",
        ),
        ("config.rs", "fn f() { std::env::vars() }"),
    ] {
        assert_eq!(violations(file, &super::imports(file, source)), Vec::<String>::new(), "{file}");
    }
}
