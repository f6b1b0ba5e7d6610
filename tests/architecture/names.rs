//! One name for one thing: in the URL, the handlers, the use cases, the domain, the store and the tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A resource: the audience whose operations it has, the area that it belongs to, its name.
///
/// It is in `routes/<audience>/<name>` and `tests/api/<audience>/<name>`. Its use cases, domain and store are
/// in `<layer>/<area>/<name>`, or in `<layer>/<area>` if area and resource have the same name.
type Resource = (&'static str, &'static str, &'static str);

const RESOURCES: &[Resource] = &[
    ("portal", "accounts", "accounts"),
    ("portal", "accounts", "registrations"),
    ("portal", "identity", "email_changes"),
    ("portal", "identity", "password_resets"),
    ("portal", "identity", "sessions"),
    ("portal", "filings", "declarations"),
    ("portal", "filings", "successions"),
    ("portal", "filings", "uploads"),
    ("portal", "mails", "mails"),
    ("public", "filings", "transitional_measures"),
    ("public", "jwks", "jwks"),
    ("public", "support", "support"),
    ("ops", "health", "health"),
    ("sandbox", "sandbox", "clock"),
    ("sandbox", "facilities", "facilities"),
    ("sandbox", "sandbox", "messages"),
];

/// Modules of the layers that are not resources, each with what it is.
const NO_RESOURCE: &[(&str, &str)] = &[
    ("routes/public/pages", "the pages of the document and of its problems"),
    ("routes/sandbox/links", "the page that a mailed link opens"),
    ("usecases/actor", "who acts"),
    ("usecases/work", "the transaction of every use case"),
    ("usecases/housekeeping", "a scheduled job"),
    ("usecases/accounts/eligibility", "a rule of registrations and changes of accounts"),
    ("usecases/facilities/check", "a rule of accounts and successions"),
    ("usecases/facilities/import", "a command"),
    ("usecases/identity/links", "mailed links of registrations, resets and changes of address"),
    ("usecases/identity/passwords", "the password of an account"),
    ("domain/audit", "the audit log"),
    ("domain/filings/refusals", "the refusals of an area"),
    ("domain/filings/reviews", "what a review says of a filing"),
    ("domain/identity/links", "mailed links of registrations, resets and changes of address"),
    ("domain/identity/password_hash", "the password of an account"),
    ("domain/identity/passwords", "the password of an account"),
    ("domain/identity/refusals", "the refusals of an area"),
    ("domain/support/holidays", "a table of the call centre's hours"),
    ("db/store/audit", "the audit log"),
    ("db/store/diagnosis", "what the doctor asks of a database"),
    ("db/store/filings/postal_items", "letters that a succession causes"),
    ("db/store/idempotency_keys", "the keys of requests"),
    ("db/store/identity/known_clients", "clients that have logged in before"),
    ("db/store/identity/links", "mailed links of registrations, resets and changes of address"),
    ("db/store/mails/history", "the mails of an account"),
    ("db/store/mails/outbox", "the mails that are still to be sent"),
    ("db/store/schema", "the tables"),
    ("tests/api/portal/audit", "the audit log"),
    ("tests/api/sandbox/links", "the page that a mailed link opens"),
    ("tests/api/sandbox/readme", "the walk through the sandbox that the README shows"),
];

/// Resources whose tests are elsewhere, because they test more than the resource.
const TESTED_ELSEWHERE: &[(&str, &str)] = &[
    ("mails", "tests/api/jobs/mails"),
    ("health", "tests/api/ops/readiness.rs"),
    ("jwks", "tests/api/portal/sessions/access_tokens.rs"),
];

/// Tables that do not have the name of a resource, each with what it belongs to. Renaming a table of a
/// running service would cost more than a line here.
const TABLES: &[(&str, &str)] = &[
    ("former_facilities", "accounts"),
    ("refresh_tokens", "sessions"),
    ("known_clients", "sessions"),
    ("links", "mailed links"),
    ("round_editions", "transitional_measures"),
    ("declaration_revisions", "declarations"),
    ("postal_items", "successions"),
    ("outbox", "mails"),
    ("sandbox_messages", "messages"),
    ("sandbox_clock", "clock"),
    ("idempotency_keys", "requests"),
    ("audit_log", "the audit log"),
];

/// Addresses whose names come from a standard or a platform.
const GIVEN_ADDRESSES: &[(&str, &str)] =
    &[("/livez", "health"), ("/readyz", "health"), ("/.well-known/jwks.json", "jwks")];

fn path(below: &str) -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if below.starts_with("tests/") { root.join(below) } else { root.join("api").join(below) }
}

fn is_there(module: &str) -> bool {
    path(module).is_dir() || path(&format!("{module}.rs")).is_file()
}

/// The modules of a folder by name; empty for a module that is a file.
fn modules(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(path(folder)).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .filter(|name| !name.contains('.'))
        .filter(|name| name != "mod")
        .collect()
}

/// The modules of a layer that neither have the name of a resource nor are listed as something else.
fn strangers(module: &str, is_resource: impl Fn(&str) -> bool) -> Vec<String> {
    let unlisted = |name: &String| NO_RESOURCE.iter().all(|(known, _)| *known != format!("{module}/{name}"));
    let strange = modules(module).into_iter().filter(|name| !is_resource(name)).filter(unlisted);
    strange.map(|name| format!("{module}/{name}")).collect()
}

#[test]
fn every_module_of_a_layer_has_the_name_of_a_resource() {
    let mut strange = Vec::new();
    for audience in ["portal", "public", "sandbox", "ops"] {
        let is_resource = |name: &str| RESOURCES.iter().any(|known| (known.0, known.2) == (audience, name));
        strange.extend(strangers(&format!("routes/{audience}"), is_resource));
        // Tests for operators are named after commands and after what a running service shows.
        if audience != "ops" {
            strange.extend(strangers(&format!("tests/api/{audience}"), is_resource));
        }
    }
    for layer in ["usecases", "domain", "db/store"] {
        let is_area = |name: &str| RESOURCES.iter().any(|known| known.1 == name);
        strange.extend(strangers(layer, |name| is_area(name) || name == "values"));
        for area in modules(layer).into_iter().filter(|name| is_area(name)) {
            let is_resource = |name: &str| RESOURCES.iter().any(|known| (known.1, known.2) == (&*area, name));
            strange.extend(strangers(&format!("{layer}/{area}"), is_resource));
        }
    }
    assert_eq!(strange, Vec::<String>::new(), "give them their resource's name, or say what they are");
}

#[test]
fn every_resource_has_handlers_and_tests_of_its_name() {
    for (audience, _, name) in RESOURCES {
        assert!(is_there(&format!("routes/{audience}/{name}")), "routes/{audience}/{name} is missing");
        let elsewhere = TESTED_ELSEWHERE.iter().find(|(known, _)| known == name);
        let tests =
            elsewhere.map_or(format!("tests/api/{audience}/{name}"), |(_, tests)| (*tests).to_owned());
        assert!(is_there(tests.trim_end_matches(".rs")), "{tests} is missing");
    }
}

#[test]
fn every_module_that_is_listed_as_no_resource_exists() {
    for (module, what) in NO_RESOURCE {
        assert!(is_there(module), "{module} ({what}) is listed but does not exist");
    }
}

/// The resource that an address names: the last of its segments that is the name of a resource. A caller has
/// only one account, so the address of that is in the singular.
fn named_by(address: &str) -> Option<&'static str> {
    if let Some((_, resource)) = GIVEN_ADDRESSES.iter().find(|(given, _)| *given == address) {
        return Some(resource);
    }
    let segments = address.split('/').map(|segment| match segment {
        "account" => "accounts".to_owned(),
        other => other.replace('-', "_"),
    });
    let known = |segment: String| RESOURCES.iter().map(|known| known.2).find(|name| *name == segment);
    segments.filter_map(known).next_back()
}

#[test]
fn every_address_names_its_resource() {
    let document = fs::read_to_string(path("../openapi.yaml")).unwrap();
    let lines = document.lines().filter_map(|line| line.strip_prefix("  /")?.strip_suffix(':'));
    let addresses: Vec<String> = lines.map(|rest| format!("/{rest}")).collect();
    let nameless: Vec<&String> = addresses.iter().filter(|address| named_by(address).is_none()).collect();
    assert_eq!(nameless, Vec::<&String>::new());
    let named: BTreeSet<&str> = addresses.iter().filter_map(|address| named_by(address)).collect();
    assert_eq!(named, RESOURCES.iter().map(|known| known.2).collect());
}

#[test]
fn every_table_has_the_name_of_a_resource_or_is_listed() {
    let schema = fs::read_to_string(path("db/store/schema.rs")).unwrap();
    let blocks = schema.split("diesel::table! {").skip(1);
    let tables = blocks.filter_map(|block| block.lines().find_map(|line| line.split_once(" (")));
    for table in tables.map(|(name, _)| name.trim()) {
        let listed = TABLES.iter().any(|(known, _)| *known == table);
        let is_resource = RESOURCES.iter().any(|known| known.2 == table);
        assert!(
            listed != is_resource,
            "the table {table} must either have the name of a resource or be listed"
        );
    }
}
