//! A log line that the database layer writes during a request has the id of the request.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use todokede::domain::values::lang::Lang;

use crate::support::binary::{RunningService, todokede};
use crate::support::database::TestDatabase;
use crate::support::postgres::administer;
use crate::support::{Client, Engine};

/// Makes the database layer log an error during the next registration, and returns the expected message.
fn cause_database_error(database: &TestDatabase) -> &'static str {
    if database.engine() == Engine::Postgres {
        let name = database.url().rsplit('/').next().unwrap();
        administer(&format!(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"
        ));
        return "a connection to the database was lost";
    }
    database.execute(
        "CREATE TRIGGER IF NOT EXISTS failing BEFORE INSERT ON link_requests
         BEGIN SELECT RAISE(ROLLBACK, 'a s3cret message'); END",
    );
    "a rollback failed"
}

#[apply(on_both_databases)]
async fn a_log_line_of_the_database_layer_has_the_id_of_the_request() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::migrated(folder.path());
    let mut command = todokede(folder.path(), &[]);
    command.env("DATABASE_URL", database.url()).env("TODOKEDE_LOG_FORMAT", "json");
    let RunningService { child, address, lines: _lines } = RunningService::start(command);
    let client = Client::new(format!("http://{address}"), Lang::En);
    let register = async |id: &str| {
        let form = json!({ "email": "reception@clinic.example" });
        let request =
            client.request(Method::POST, "/v1/registrations").header("X-Request-Id", id).json(&form);
        request.send().await.unwrap();
    };
    register("before-the-error").await;
    // A worker may use the lost connection before the request does, so this is repeated.
    let mut message = "";
    for _ in 0..20 {
        message = cause_database_error(&database);
        register("during-the-error").await;
    }
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let log = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    // If PostgreSQL ends a connection that diesel is still setting up, libpq prints the reason to standard error.
    // After the setup, diesel prevents that.
    let lines = log.lines().filter(|line| !line.starts_with("FATAL:  terminating connection"));
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let matching: Vec<&Value> = lines.iter().filter(|line| line["message"] == message).collect();
    assert!(!matching.is_empty(), "no line says that {message}:\n{log}");
    let of_request = |line: &&&Value| line["span"]["request_id"] == "during-the-error";
    assert!(matching.iter().any(|line| of_request(&line)), "no such line has the id of the request:\n{log}");
}
