//! A line that the database layer logs during a request has the id of the request.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use todokede::domain::values::lang::Lang;

use crate::support::binary::{Served, todokede};
use crate::support::database::TestDatabase;
use crate::support::postgres::administer;
use crate::support::{Client, Engine};

/// Makes the database layer log a message during the next registration, and gives that message.
fn disturb(database: &TestDatabase) -> &'static str {
    if database.engine() == Engine::Postgres {
        let name = database.url().rsplit('/').next().unwrap();
        administer(&format!(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'"
        ));
        return "a connection to the database was lost";
    }
    database.execute(
        "CREATE TRIGGER IF NOT EXISTS taken_back BEFORE INSERT ON links
         BEGIN SELECT RAISE(ROLLBACK, 's3cret of the house'); END",
    );
    "a rollback failed"
}

#[apply(on_both_databases)]
async fn a_line_that_the_database_layer_logs_has_the_id_of_the_request() {
    let folder = tempfile::tempdir().unwrap();
    let database = TestDatabase::ready(folder.path());
    let mut command = todokede(folder.path(), &[]);
    command.env("DATABASE_URL", database.url()).env("TODOKEDE_LOG_FORMAT", "json");
    let Served { child, address, lines: _lines } = Served::of(command);
    let client = Client::new(format!("http://{address}"), Lang::En);
    let register = async |id: &str| {
        let form = json!({ "email": "reception@clinic.example" });
        let request =
            client.request(Method::POST, "/v1/registrations").header("X-Request-Id", id).json(&form);
        request.send().await.unwrap();
    };
    register("before-the-disturbance").await;
    // The worker may meet a lost connection before the request does.
    let mut message = "";
    for _ in 0..5 {
        message = disturb(&database);
        register("amid-the-disturbance").await;
    }
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let log = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    // If PostgreSQL ends a connection that diesel is still setting up, libpq itself prints the reason. Once the connection
    // is set up, diesel has silenced libpq.
    let lines = log.lines().filter(|line| !line.starts_with("FATAL:  terminating connection"));
    let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let matching: Vec<&Value> = lines.iter().filter(|line| line["message"] == message).collect();
    assert!(!matching.is_empty(), "no line says that {message}:\n{log}");
    let of_request = |line: &&&Value| line["span"]["request_id"] == "amid-the-disturbance";
    assert!(matching.iter().any(|line| of_request(&line)), "no such line has the id of the request:\n{log}");
}
