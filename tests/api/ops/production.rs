//! A production service: nothing of the sandbox, no database of one, no old schema.

use serde_json::json;
use todokede::boot;
use todokede::error::Error;

use crate::support::TestApp;
use crate::support::database::TestDatabase;
use crate::support::production::{Production, eventually, settings};

fn why(opened: Result<todokede::state::State, Error>) -> String {
    match opened {
        Ok(_) => panic!("it was opened"),
        Err(Error::Internal(source)) => source.to_string(),
        Err(other) => other.to_string(),
    }
}

#[apply(on_both_databases)]
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
    production.stop().await;
}

#[apply(on_both_databases)]
async fn mails_wait_in_the_outbox_while_no_mail_server_answers() {
    let production = Production::start().await;
    let form = json!({ "email": "reception@clinic.example" });
    production.stranger().post("/v1/registrations", &form).await.is(202);
    let waiting = production
        .rows("outbox")
        .with("state", "DEFERRED")
        .with("attempts", 0)
        .with("failure", "SERVER_UNREACHABLE")
        .containing("body", "https://portal.todokede.test/registration#token=");
    eventually("an attempt", || async { waiting.count() == 1 }).await;
    assert_eq!(production.rows("outbox").count(), 1);
    assert_eq!(production.rows("sandbox_messages").count(), 0);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn production_wants_its_schema_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::blank(folder.path());
    let settings = settings(folder.path(), &database, &[]);
    let told = why(boot::open(settings.clone()));
    assert!(told.contains("todokede migrate"), "{told}");
    assert!(!boot::migrate(&settings).unwrap().is_empty());
    assert!(boot::migrate(&settings).unwrap().is_empty());
    assert!(boot::open(settings).is_ok());
}

#[apply(on_both_databases)]
async fn production_refuses_the_database_of_a_sandbox() {
    let sandbox = TestApp::start().await;
    let told = why(boot::open(settings(sandbox.folder(), &sandbox.database, &[])));
    assert!(told.contains("belongs to a sandbox"), "{told}");
    sandbox.anonymous().get("/sandbox/clock").await.is(200);
}

#[apply(on_both_databases)]
async fn production_refuses_certificates_that_it_cannot_read_without_showing_them() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::blank(folder.path());
    let file = folder.path().join("ca.pem");
    let settings =
        settings(folder.path(), &database, &[("TODOKEDE_SMTP_CA_FILE", &file.display().to_string())]);
    boot::migrate(&settings).unwrap();
    let told = why(boot::open(settings.clone()));
    assert!(told.contains("ca.pem"), "{told}");
    std::fs::write(&file, "-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----").unwrap();
    let told = why(boot::open(settings));
    assert!(told.contains("ca.pem") && !told.contains("s3cret"), "{told}");
}

#[apply(on_both_databases)]
async fn production_refuses_a_key_that_it_cannot_read_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::blank(folder.path());
    let settings = settings(folder.path(), &database, &[]);
    boot::migrate(&settings).unwrap();
    std::fs::write(folder.path().join("production-key.pem"), "-----BEGIN s3cret-----").unwrap();
    let told = why(boot::open(settings.clone()));
    assert!(told.contains("production-key.pem") && !told.contains("s3cret"), "{told}");
    std::fs::remove_file(folder.path().join("production-key.pem")).unwrap();
    let told = why(boot::open(settings));
    assert!(told.contains("production-key.pem"), "{told}");
}
