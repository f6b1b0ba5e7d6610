//! A production service: nothing of the sandbox, no database of one, no old schema.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;
use todokede::boot;
use todokede::config::Settings;
use todokede::domain::lang::Lang;
use todokede::error::Error;
use todokede::facility_list::{Import, import_text};
use todokede::security::signing_keys;
use todokede::server::{self, Running};

use crate::support::{Client, TestApp, list};

/// The settings of a production service on a database, with a key of its own.
fn settings(folder: &Path) -> Settings {
    let key = folder.join("production-key.pem");
    signing_keys::read_or_generate(&key).unwrap();
    let variables = [
        ("TODOKEDE_PROFILE", "production".to_owned()),
        ("TODOKEDE_LISTEN", "127.0.0.1:0".to_owned()),
        ("TODOKEDE_PUBLIC_URL", "https://api.todokede.test".to_owned()),
        ("TODOKEDE_PORTAL_URL", "https://portal.todokede.test".to_owned()),
        ("TODOKEDE_SIGNING_KEY_FILES", key.display().to_string()),
        ("DATABASE_URL", format!("sqlite:{}", folder.join("todokede.sqlite3").display())),
    ];
    let variables: BTreeMap<String, String> =
        variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Settings::from_variables(&variables).unwrap()
}

/// A running production service with one listed facility.
struct Production {
    running: Running,
    folder: TempDir,
}

impl Production {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(folder.path());
        let state = tokio::task::spawn_blocking(move || {
            boot::migrate(&settings).unwrap();
            let state = boot::open(settings).unwrap();
            let (database, policy) = (&state.database, &state.policy);
            let import = Import { database, policy, now: state.clock.now(), whole_edition: false };
            import_text(&import, &list::csv(&[&list::unlisted(1, 1)])).unwrap();
            state
        });
        Self { running: server::start(state.await.unwrap()).unwrap(), folder }
    }

    fn stranger(&self) -> Client {
        Client::new(format!("http://{}", self.running.address), Lang::Ja)
    }
}

fn why(opened: Result<todokede::state::State, Error>) -> String {
    match opened {
        Ok(_) => panic!("it was opened"),
        Err(Error::Internal(source)) => source.to_string(),
        Err(other) => other.to_string(),
    }
}

#[actix_web::test]
async fn production_has_none_of_the_sandboxes_paths() {
    let sandbox = TestApp::start().await;
    let document = sandbox.anonymous().get("/openapi.json").await.is(200).body;
    let paths = document["paths"].as_object().unwrap();
    let mut sandboxes: Vec<&str> =
        paths.keys().map(String::as_str).filter(|path| path.starts_with("/sandbox")).collect();
    assert!(sandboxes.len() >= 3);
    sandboxes.extend(["/sandbox", "/sandbox/links/registration", "/sandbox/links/link.js"]);

    let production = Production::start().await;
    let stranger = production.stranger();
    for path in sandboxes {
        stranger.get(path).await.refused(404, "NOT_FOUND");
        stranger.delete(path).await.refused(404, "NOT_FOUND");
        stranger.put(path, &json!({ "now": "2030-01-01T00:00:00Z" }), "*").await.refused(404, "NOT_FOUND");
    }
    let document = stranger.get("/openapi.json").await.is(200);
    let paths = document.body["paths"].as_object().unwrap();
    assert!(paths.contains_key("/v1/successions"));
    assert!(!paths.keys().any(|path| path.starts_with("/sandbox")));
    production.running.stop().await.unwrap();
}

#[actix_web::test]
async fn mails_wait_in_the_outbox_until_a_mail_server_is_connected() {
    let production = Production::start().await;
    let form = json!({ "email": "reception@clinic.example" });
    production.stranger().post("/v1/registrations", &form).await.is(202);
    // Longer than the worker's nap.
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    todokede::worker::deliver(&production.running.state).await.unwrap();
    let file = production.folder.path().join("todokede.sqlite3");
    production.running.stop().await.unwrap();
    let count = |query: &str| crate::support::list::count(&file, query);
    assert_eq!(count("SELECT COUNT(*) FROM outbox WHERE state = 'QUEUED' AND attempts = 0"), 1);
    assert_eq!(count("SELECT COUNT(*) FROM outbox"), 1);
    assert_eq!(count("SELECT COUNT(*) FROM sandbox_messages"), 0);
    let link =
        "SELECT COUNT(*) FROM outbox WHERE body LIKE '%https://portal.todokede.test/registration#token=%'";
    assert_eq!(count(link), 1, "links lead to the portal");
}

#[actix_web::test]
async fn production_wants_its_schema_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    let told = why(boot::open(settings.clone()));
    assert!(told.contains("todokede migrate"), "{told}");
    assert!(!boot::migrate(&settings).unwrap().is_empty());
    assert!(boot::migrate(&settings).unwrap().is_empty());
    assert!(boot::open(settings).is_ok());
}

#[actix_web::test]
async fn production_refuses_the_database_of_a_sandbox() {
    let sandbox = TestApp::start().await;
    let told = {
        let mut settings = settings(sandbox.folder());
        settings.database = crate::support::database::source(sandbox.database.url());
        why(boot::open(settings))
    };
    assert!(told.contains("belongs to a sandbox"), "{told}");
    sandbox.anonymous().get("/sandbox/clock").await.is(200);
}

#[actix_web::test]
async fn production_refuses_a_key_that_it_cannot_read_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings(folder.path());
    boot::migrate(&settings).unwrap();
    std::fs::write(folder.path().join("production-key.pem"), "-----BEGIN s3cret-----").unwrap();
    let told = why(boot::open(settings.clone()));
    assert!(told.contains("production-key.pem") && !told.contains("s3cret"), "{told}");
    std::fs::remove_file(folder.path().join("production-key.pem")).unwrap();
    let told = why(boot::open(settings));
    assert!(told.contains("production-key.pem"), "{told}");
}
