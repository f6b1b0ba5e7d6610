//! A production service has no operations of the sandbox. It refuses the database of a sandbox, an old schema, and
//! unreadable keys and certificates.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::json;
use todokede::boot;
use todokede::error::Error;

use crate::support::TestApp;
use crate::support::database::TestDatabase;
use crate::support::production::{Production, eventually, settings};

/// The message of the error with which the service refused to open.
fn refusal(opened: Result<todokede::state::State, Error>) -> String {
    match opened {
        Ok(_) => panic!("the service was opened"),
        Err(Error::Internal(source)) => source.to_string(),
        Err(other) => other.to_string(),
    }
}

#[apply(on_both_databases)]
async fn production_has_none_of_the_paths_of_the_sandbox() {
    let sandbox = TestApp::start().await;
    let document = sandbox.anonymous().get("/openapi.json").await.assert_status(200).body;
    let paths = document["paths"].as_object().unwrap();
    let mut sandbox_paths: Vec<&str> =
        paths.keys().map(String::as_str).filter(|path| path.starts_with("/sandbox")).collect();
    assert!(sandbox_paths.len() >= 3);
    sandbox_paths.extend(["/sandbox", "/sandbox/links/registration", "/sandbox/links/link.js"]);

    let production = Production::start().await;
    let anonymous = production.anonymous();
    for path in sandbox_paths {
        anonymous.get(path).await.assert_problem(404, "NOT_FOUND");
        anonymous.delete(path).await.assert_problem(404, "NOT_FOUND");
        anonymous
            .put(path, &json!({ "now": "2030-01-01T00:00:00Z" }), "*")
            .await
            .assert_problem(404, "NOT_FOUND");
    }
    let document = anonymous.get("/openapi.json").await.assert_status(200);
    let paths = document.body["paths"].as_object().unwrap();
    assert!(paths.contains_key("/v1/successions"));
    assert!(!paths.keys().any(|path| path.starts_with("/sandbox")));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn mails_wait_in_the_outbox_while_no_mail_server_answers() {
    let production = Production::start().await;
    let form = json!({ "email": "reception@clinic.example" });
    production.anonymous().post("/v1/registrations", &form).await.assert_status(202);
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
async fn production_refuses_a_schema_that_is_not_up_to_date() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty(folder.path());
    let settings = settings(folder.path(), &database, &[]);
    let reason = refusal(boot::open(settings.clone()));
    assert!(reason.contains("todokede migrate"), "{reason}");
    assert!(!boot::migrate(&settings).unwrap().is_empty());
    assert!(boot::migrate(&settings).unwrap().is_empty());
    assert!(boot::open(settings).is_ok());
}

#[apply(on_both_databases)]
async fn production_refuses_the_database_of_a_sandbox() {
    let sandbox = TestApp::start().await;
    let reason = refusal(boot::open(settings(sandbox.folder(), &sandbox.database, &[])));
    assert!(reason.contains("belongs to a sandbox"), "{reason}");
    sandbox.anonymous().get("/sandbox/clock").await.assert_status(200);
}

#[apply(on_both_databases)]
async fn production_refuses_certificates_that_it_cannot_read_without_showing_them() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty(folder.path());
    let file = folder.path().join("ca.pem");
    let settings =
        settings(folder.path(), &database, &[("TODOKEDE_SMTP_CA_FILE", &file.display().to_string())]);
    boot::migrate(&settings).unwrap();
    let reason = refusal(boot::open(settings.clone()));
    assert!(reason.contains("ca.pem"), "{reason}");
    std::fs::write(&file, "-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----").unwrap();
    let reason = refusal(boot::open(settings));
    assert!(reason.contains("ca.pem") && !reason.contains("s3cret"), "{reason}");
}

#[apply(on_both_databases)]
async fn production_refuses_a_key_that_every_user_of_the_machine_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty(folder.path());
    let settings = settings(folder.path(), &database, &[]);
    boot::migrate(&settings).unwrap();
    let key = folder.path().join("production-key.pem");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let reason = refusal(boot::open(settings.clone()));
    assert!(reason.contains("production-key.pem") && reason.contains("chmod o="), "{reason}");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(boot::open(settings).is_ok());
}

#[apply(on_both_databases)]
async fn production_refuses_a_key_that_it_cannot_read_without_showing_it() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::empty(folder.path());
    let settings = settings(folder.path(), &database, &[]);
    boot::migrate(&settings).unwrap();
    std::fs::write(folder.path().join("production-key.pem"), "-----BEGIN s3cret-----").unwrap();
    let reason = refusal(boot::open(settings.clone()));
    assert!(reason.contains("production-key.pem") && !reason.contains("s3cret"), "{reason}");
    std::fs::remove_file(folder.path().join("production-key.pem")).unwrap();
    let reason = refusal(boot::open(settings));
    assert!(reason.contains("production-key.pem"), "{reason}");
}
