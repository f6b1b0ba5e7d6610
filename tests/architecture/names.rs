//! A resource has the same name in the URL, the handlers, the use cases, the domain, the store and the tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A resource: its audience (the callers of its operations), its area (a group of related resources), and its name.
///
/// Its handlers are in `routes/<audience>/<name>` and its tests in `tests/api/<audience>/<name>`. Its use cases,
/// domain and store are in `<layer>/<area>/<name>`, or in `<layer>/<area>` if area and resource have the same name.
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

/// Modules that are not named after a resource, each with its content.
const OTHER_MODULES: &[(&str, &str)] = &[
    ("routes/public/pages", "the pages of the OpenAPI document and of the problems"),
    ("routes/public/security_txt", "a file that RFC 9116 prescribes"),
    ("routes/sandbox/links", "the page that a mailed link opens"),
    ("domain/founders", "a check of accounts and successions"),
    ("usecases/actor", "the account or system that acts"),
    ("usecases/work", "the transaction of every use case"),
    ("usecases/housekeeping", "a scheduled job"),
    ("usecases/accounts/eligibility", "a rule of registrations and changes of accounts"),
    ("usecases/facilities/check", "a rule of accounts and successions"),
    ("usecases/facilities/import", "a command"),
    ("usecases/accounts/link_requests", "the answers to requests for mailed links"),
    ("usecases/identity/link_requests", "requests for mailed links"),
    ("usecases/identity/links", "mailed links of registrations, resets and changes of address"),
    ("usecases/identity/logins", "the operation that opens a session"),
    ("usecases/identity/passwords", "the password of an account"),
    ("usecases/identity/refresh_tokens", "the tokens of sessions"),
    ("usecases/identity/wrong_passwords", "the number of wrong passwords in a row"),
    ("domain/audit", "the audit log"),
    ("domain/filings/refusals", "the refusals of an area"),
    ("domain/filings/reviews", "the result of a review of a filing"),
    ("domain/identity/links", "mailed links of registrations, resets and changes of address"),
    ("domain/identity/password_hash", "the password of an account"),
    ("domain/identity/passwords", "the password of an account"),
    ("domain/identity/refusals", "the refusals of an area"),
    ("domain/identity/wrong_passwords", "the number of wrong passwords in a row"),
    ("domain/support/holidays", "a table of the call centre's hours"),
    ("db/store/audit", "the audit log"),
    ("db/store/leases", "the statements for leases, which several queues have"),
    ("db/store/diagnosis", "the queries of the doctor"),
    ("db/store/filings/postal_items", "letters that a succession causes"),
    ("db/store/idempotency_keys", "the keys of requests"),
    ("db/store/identity/known_devices", "devices that have logged in before"),
    ("db/store/identity/wrong_passwords", "the number of wrong passwords in a row"),
    ("db/store/identity/refresh_tokens", "the tokens of sessions"),
    ("db/store/identity/link_requests", "requests for mailed links"),
    ("db/store/filings/scans", "the contents of uploads that wait for the malware scanner"),
    ("db/store/identity/links", "mailed links of registrations, resets and changes of address"),
    ("db/store/mails/history", "the mails of an account"),
    ("db/store/mails/outbox", "the mails that are still to be sent"),
    ("db/store/schema", "the tables"),
    ("tests/api/portal/audit", "the audit log"),
    ("tests/api/public/security_txt", "a file that RFC 9116 prescribes"),
    ("tests/api/sandbox/links", "the page that a mailed link opens"),
    ("tests/api/sandbox/readme", "the commands in the READMEs"),
];

/// Resources whose tests are in another module, because they test more than the resource.
const TESTED_ELSEWHERE: &[(&str, &str)] = &[
    ("mails", "tests/api/jobs/mails"),
    ("health", "tests/api/ops/readiness.rs"),
    ("jwks", "tests/api/portal/sessions/access_tokens.rs"),
];

/// Tables that do not have the name of a resource, each with the resource to which it belongs. To rename a table of
/// a running service costs more than a line here.
const TABLES: &[(&str, &str)] = &[
    ("former_facilities", "accounts"),
    ("refresh_tokens", "sessions"),
    ("known_devices", "sessions"),
    ("wrong_passwords", "sessions"),
    ("links", "mailed links"),
    ("link_requests", "requests for mailed links"),
    ("scans", "uploads"),
    ("round_editions", "transitional_measures"),
    ("declaration_revisions", "declarations"),
    ("postal_items", "successions"),
    ("outbox", "mails"),
    ("sandbox_messages", "messages"),
    ("sandbox_clock", "clock"),
    ("idempotency_keys", "requests"),
    ("audit_log", "the audit log"),
];

/// Addresses whose names come from a standard or from Kubernetes, each with its resource.
const STANDARD_ADDRESSES: &[(&str, &str)] =
    &[("/livez", "health"), ("/readyz", "health"), ("/.well-known/jwks.json", "jwks")];

/// The path of a module below `tests/` or `api/`.
fn path(below: &str) -> std::path::PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    if below.starts_with("tests/") { root.join(below) } else { root.join("api").join(below) }
}

fn module_exists(module: &str) -> bool {
    path(module).is_dir() || path(&format!("{module}.rs")).is_file()
}

/// The names of the modules in a folder; empty if the module is a file.
fn modules(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(path(folder)).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| name.trim_end_matches(".rs").to_owned())
        .filter(|name| !name.contains('.'))
        .filter(|name| name != "mod")
        .collect()
}

/// The modules in a module that neither have the name of a resource nor are in [`OTHER_MODULES`].
fn misnamed_modules(module: &str, is_resource: impl Fn(&str) -> bool) -> Vec<String> {
    let unlisted =
        |name: &String| OTHER_MODULES.iter().all(|(known, _)| *known != format!("{module}/{name}"));
    let misnamed = modules(module).into_iter().filter(|name| !is_resource(name)).filter(unlisted);
    misnamed.map(|name| format!("{module}/{name}")).collect()
}

#[test]
fn every_module_of_a_layer_has_the_name_of_a_resource() {
    let mut misnamed = Vec::new();
    for audience in ["portal", "public", "sandbox", "ops"] {
        let is_resource = |name: &str| RESOURCES.iter().any(|known| (known.0, known.2) == (audience, name));
        misnamed.extend(misnamed_modules(&format!("routes/{audience}"), is_resource));
        // Tests for operators are named after commands and features.
        if audience != "ops" {
            misnamed.extend(misnamed_modules(&format!("tests/api/{audience}"), is_resource));
        }
    }
    for layer in ["usecases", "domain", "db/store"] {
        let is_area = |name: &str| RESOURCES.iter().any(|known| known.1 == name);
        misnamed.extend(misnamed_modules(layer, |name| is_area(name) || name == "values"));
        for area in modules(layer).into_iter().filter(|name| is_area(name)) {
            let is_resource = |name: &str| RESOURCES.iter().any(|known| (known.1, known.2) == (&*area, name));
            misnamed.extend(misnamed_modules(&format!("{layer}/{area}"), is_resource));
        }
    }
    assert_eq!(
        misnamed,
        Vec::<String>::new(),
        "give these modules the name of a resource, or add them to OTHER_MODULES"
    );
}

#[test]
fn every_resource_has_handlers_and_tests_with_its_name() {
    for (audience, _, name) in RESOURCES {
        assert!(module_exists(&format!("routes/{audience}/{name}")), "routes/{audience}/{name} is missing");
        let elsewhere = TESTED_ELSEWHERE.iter().find(|(known, _)| known == name);
        let tests =
            elsewhere.map_or(format!("tests/api/{audience}/{name}"), |(_, tests)| (*tests).to_owned());
        assert!(module_exists(tests.trim_end_matches(".rs")), "{tests} is missing");
    }
}

#[test]
fn every_module_in_other_modules_exists() {
    for (module, content) in OTHER_MODULES {
        assert!(module_exists(module), "{module} ({content}) is listed but does not exist");
    }
}

/// The resource of an address: the last segment that is the name of a resource. The address of the caller's account
/// is in the singular, because a caller has only one.
fn resource_of_address(address: &str) -> Option<&'static str> {
    if let Some((_, resource)) = STANDARD_ADDRESSES.iter().find(|(given, _)| *given == address) {
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
    let without_resource: Vec<&String> =
        addresses.iter().filter(|address| resource_of_address(address).is_none()).collect();
    assert_eq!(without_resource, Vec::<&String>::new());
    let named: BTreeSet<&str> = addresses.iter().filter_map(|address| resource_of_address(address)).collect();
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
