//! The commands in both READMEs work as written.

use std::process::Command;

use serde_json::Value;

use crate::support::{TestApp, prerequisites};

/// The code block with the info string `sh walk`.
fn commands(readme: &str) -> String {
    let (_, rest) = readme.split_once("```sh walk\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

async fn run(readme: &str) {
    if Command::new("curl").arg("--version").output().is_err() {
        return prerequisites::skip("this machine has no curl");
    }
    let app = TestApp::start().await;
    let script =
        commands(readme).replace("http://127.0.0.1:8080", &app.url()).replace("\ncurl ", "\necho; curl ");
    let script = format!("set -euo pipefail\n{script}");
    let output =
        tokio::task::spawn_blocking(move || Command::new("bash").arg("-c").arg(script).output().unwrap());
    let output = output.await.unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<Value> = printed.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(answers.len(), 8, "{printed}");
    assert!(answers.iter().all(|answer| answer["code"].is_null()), "{printed}");
    let [_, confirmed, account, round, declared, succeeded, list, mails] = answers.as_slice() else {
        panic!()
    };
    assert_eq!(confirmed["email"], "reception@clinic.example");
    assert_eq!(account["facility"]["code"], "1310100222");
    assert_eq!(round["round"], "2023");
    assert_eq!(declared["status"], "ACCEPTED");
    assert_eq!(succeeded["status"], "ACCEPTED");
    assert_eq!(list["items"][0]["facility_code"], "1310190017");
    assert!(mails["items"].as_array().unwrap().len() >= 3);
}

#[apply(on_both_databases)]
async fn the_commands_of_the_english_readme_work() {
    run(include_str!("../../../README.md")).await;
}

#[apply(on_both_databases)]
async fn the_commands_of_the_japanese_readme_work() {
    run(include_str!("../../../README.ja.md")).await;
}
