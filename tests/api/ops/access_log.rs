//! The access log has one line for each request, and no line contains personal data.

use std::net::SocketAddr;
use std::process::Command;

use serde_json::{Value, json};
use todokede::domain::values::lang::Lang;

use crate::support::binary::{RunningService, todokede};
use crate::support::{Client, PASSWORD, RawConnection, forms};

/// Runs the real binary while `send_requests` sends it requests. Returns its log as text and as parsed lines.
async fn run_and_collect_log(send_requests: impl AsyncFnOnce(&Client)) -> (String, Vec<Value>) {
    run_at_address(async |address| {
        send_requests(&Client::new(format!("http://{address}"), Lang::En)).await;
    })
    .await
}

async fn run_at_address(send_requests: impl AsyncFnOnce(SocketAddr)) -> (String, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = todokede(folder.path(), &[]);
    command.env("TODOKEDE_LOG_FORMAT", "json");
    let RunningService { child, address, lines: _lines } = RunningService::start(command);
    send_requests(address.parse().unwrap()).await;
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let parsed: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (text, parsed)
}

#[apply(on_both_databases)]
async fn every_request_is_logged_in_one_line_with_its_id_and_without_personal_data() {
    let secret = "eyJhbGciOiJFZERTQSJ9.c2VjcmV0.c2VjcmV0";
    let send_requests = async |client: &Client| {
        client.post("/v1/registrations", &json!({ "email": "taro@clinic.example" })).await.assert_status(202);
        let login = json!({ "email": "taro@clinic.example", "password": PASSWORD });
        client.post("/v1/sessions", &login).await.assert_status(401);
        client.with_token(secret).get("/v1/declarations/dcl_taro?email=taro").await.assert_status(400);
        client.get("/taro/../etc/passwd").await.assert_status(404);
        let unknown_method = reqwest::Method::from_bytes(b"TARO").unwrap();
        client.request(unknown_method, "/v1/support").send().await.unwrap();
        let named = client.request(reqwest::Method::GET, "/livez").header("X-Request-Id", "named-by-caller");
        named.send().await.unwrap();
    };
    let (text, lines) = run_and_collect_log(send_requests).await;
    for personal in ["taro", "TARO", "clinic.example", PASSWORD, secret, "127.0.0.1:", "passwd"] {
        let shown: Vec<&str> = text.lines().filter(|line| !line.contains("actix_server")).collect();
        assert!(!shown.join("\n").contains(personal), "{personal} is in the log:\n{text}");
    }
    assert!(lines.iter().all(|line| line["level"] != "ERROR"), "{text}");
    let access: Vec<&Value> = lines.iter().filter(|line| line["target"] == "access").collect();
    let shown: Vec<(&str, &str, u64)> = access
        .iter()
        .map(|line| {
            (
                line["method"].as_str().unwrap(),
                line["route"].as_str().unwrap(),
                line["status"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("POST", "/v1/registrations", 202),
        ("POST", "/v1/sessions", 401),
        ("GET", "/v1/declarations/{id}", 400),
        ("GET", "-", 404),
        ("OTHER", "/v1/support", 405),
        ("GET", "/livez", 200),
    ];
    assert_eq!(shown, expected);
    let codes: Vec<Option<&str>> = access.iter().map(|line| line["code"].as_str()).collect();
    assert_eq!(codes[1..4], [Some("LOGIN_FAILED"), Some("INVALID_PARAMETER"), Some("NOT_FOUND")]);
    assert_eq!((codes[0], codes[5]), (None, None));
    for line in &access {
        assert_eq!(line["client"], "127.0.0.1", "{line}");
        assert!(line["request_id"].as_str().unwrap().len() >= 8, "{line}");
        assert!(line["micros"].as_u64().unwrap() > 0 && line["bytes"].as_u64().unwrap() > 0, "{line}");
    }
    assert_eq!(access[5]["request_id"], "named-by-caller");
    let security: Vec<&Value> = lines.iter().filter(|line| line["target"] == "security").collect();
    let [refused] = security[..] else { panic!("{security:?}") };
    assert_eq!(
        (&refused["event"], &refused["client"]),
        (&json!("session.login_refused"), &json!("127.0.0.1"))
    );
    assert_eq!(refused["subject"].as_str().unwrap().len(), 32, "{refused}");
}

#[apply(on_sqlite)]
async fn a_request_that_could_not_be_read_is_logged_with_its_client_and_without_its_content() {
    let secret = "taro-secret";
    let mut ids = Vec::new();
    let send_requests = async |address| {
        for request in [
            format!("GET /{secret} HTTP/1.1\r\nHost: a\r\n{secret} : b\r\n\r\n"),
            format!("GET /{secret}{} HTTP/1.1\r\nHost: a\r\n\r\n", "a".repeat(70_000)),
            format!("GET / HTTP/1.1\r\nHost: a\r\nX-{secret}: {}\r\n\r\n", "a".repeat(200 * 1024)),
        ] {
            let mut connection = RawConnection::open(address).await;
            connection.send_bytes(request.as_bytes()).await;
            let answer = connection.read_to_end().await;
            let id = answer.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap();
            ids.push(json!(id));
        }
    };
    let (text, lines) = run_at_address(send_requests).await;
    assert!(!text.contains(secret) && !text.contains("aaaa"), "{text}");
    let access: Vec<&Value> = lines.iter().filter(|line| line["target"] == "access").collect();
    let shown: Vec<(&Value, &Value)> = access.iter().map(|line| (&line["status"], &line["code"])).collect();
    let expected = [(400, "MALFORMED_REQUEST"), (414, "TARGET_TOO_LONG"), (431, "HEAD_TOO_LARGE")];
    let expected = expected.map(|(status, code)| (json!(status), json!(code)));
    assert_eq!(shown, expected.each_ref().map(|(status, code)| (status, code)));
    for (line, id) in access.iter().zip(&ids) {
        assert_eq!((&line["method"], &line["route"]), (&json!("OTHER"), &json!("-")), "{line}");
        assert_eq!((&line["client"], &line["request_id"]), (&json!("127.0.0.1"), id), "{line}");
        assert!(line["bytes"].as_u64().unwrap() > 0 && line["micros"].is_null(), "{line}");
    }
}

/// Registers the first facility of the list and logs in.
async fn register_clinic(client: &Client) -> Client {
    client.post("/v1/registrations", &json!({ "email": "hanako@clinic.example" })).await.assert_status(202);
    let link = loop {
        let mails = client.get("/sandbox/messages?to=hanako@clinic.example").await;
        if let Some(link) = mails.body["items"][0]["link"].as_str() {
            break link.to_owned();
        }
        // Nobody reads the log meanwhile. A service that cannot write its log waits.
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    let facilities = client.get("/sandbox/facilities?kind=MEDICAL").await;
    let form = forms::account(link.split_once("#token=").unwrap().1, &facilities.body["items"][0]);
    client.post("/v1/accounts", &form).await.assert_status(201);
    let login = json!({ "email": "hanako@clinic.example", "password": PASSWORD });
    let reply = client.post("/v1/sessions", &login).await.assert_status(201);
    client.with_token(reply.body["access_token"].as_str().unwrap())
}

#[apply(on_both_databases)]
async fn the_line_of_a_request_with_a_token_has_the_accounts_id_and_no_personal_data() {
    let mut id = String::new();
    let send_requests = async |client: &Client| {
        let account = register_clinic(client).await.get("/v1/account").await.assert_status(200);
        id = account.body["id"].as_str().unwrap().to_owned();
    };
    let (text, lines) = run_and_collect_log(send_requests).await;
    for personal in ["hanako", "clinic.example", "架空", PASSWORD, "token="] {
        assert!(!text.contains(personal), "{personal} is in the log:\n{text}");
    }
    let line = lines.iter().find(|line| line["route"] == "/v1/account").unwrap();
    assert_eq!(line["account"], id.as_str());
    assert!(
        lines.iter().filter(|line| line["route"] == "/v1/sessions").all(|line| line["account"].is_null())
    );
}
