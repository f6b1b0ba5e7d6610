//! The pages of the sandbox that mailed links open.

use serde_json::{Value, json};
use todokede::domain::identity::links::LinkPurpose;

use crate::support::{FacilityClient, PASSWORD, TestApp, forms};

/// The new address of the clinic.
const NEW_ADDRESS: &str = "office@clinic.example";

/// The operations that the page of a flow shows, in their order, without `/v1/` in front.
fn calls<'a>(script: &'a str, flow: &str) -> Vec<&'a str> {
    let (_, rest) = script.split_once(&format!("'{flow}': {{")).unwrap();
    let (section, _) = rest.split_once("\n  },").unwrap();
    let is_path = |character: char| character.is_ascii_alphanumeric() || "/-".contains(character);
    section
        .split("/v1/")
        .skip(1)
        .map(|rest| rest.split(|character| !is_path(character)).next().unwrap())
        .collect()
}

#[apply(on_both_databases)]
async fn each_mailed_link_opens_a_page_that_shows_calls_which_accept_the_token() {
    let app = TestApp::start().await;
    let (anonymous, mut clinic) = (app.anonymous(), app.clinic().await);
    let script = anonymous.get("/sandbox/links/link.js").await.assert_status(200).text;
    let facility = app.unused_facility("MEDICAL").await;
    let change = json!({ "email": NEW_ADDRESS, "password": PASSWORD });
    for purpose in LinkPurpose::ALL {
        let (requested, to, kind) = match purpose {
            LinkPurpose::Registration => {
                let form = json!({ "email": "new@clinic.example" });
                let requested = anonymous.post("/v1/registrations", &form).await;
                (requested, "new@clinic.example", "PROVISIONAL_REGISTRATION")
            }
            LinkPurpose::PasswordReset => {
                let form = json!({ "email": clinic.email });
                let requested = anonymous.post("/v1/password-resets", &form).await;
                (requested, clinic.email.as_str(), "PASSWORD_RESET")
            }
            LinkPurpose::EmailChange => {
                clinic = clinic.log_in_again(&app).await;
                let requested = clinic.post("/v1/account/email-changes", &change).await;
                (requested, NEW_ADDRESS, "EMAIL_CHANGE_CONFIRMATION")
            }
        };
        requested.assert_status(202);
        let mail = &app.mails(to, kind).await[0];
        let (page, token) = mail["link"].as_str().unwrap().split_once("#token=").unwrap();
        let path = page.strip_prefix("http://todokede.test").unwrap();
        anonymous.get(path).await.assert_status(200);
        let flow = path.rsplit('/').next().unwrap();
        let calls = calls(&script, flow);
        assert!(!calls.is_empty(), "{flow}");
        for call in calls {
            let form: Value = match call {
                "accounts" => forms::account(token, &facility),
                "password-resets/completion" => json!({ "token": token, "password": PASSWORD }),
                _ => json!({ "token": token }),
            };
            let caller = if call.starts_with("account/") { &clinic.client } else { &anonymous };
            let reply = caller.post(&format!("/v1/{call}"), &form).await;
            assert!(reply.status < 300, "{purpose:?}: {call}: {}", reply.text);
        }
    }
    FacilityClient::log_in(&app, NEW_ADDRESS, PASSWORD, clinic.facility_code.clone()).await;
}

#[apply(on_both_databases)]
async fn the_page_of_a_mailed_link_sends_no_request() {
    let app = TestApp::start().await;
    for flow in ["registration", "password-reset", "email-change"] {
        let page = app.anonymous().get(&format!("/sandbox/links/{flow}")).await.assert_status(200);
        assert!(page.header("content-security-policy").contains("default-src 'none'"));
        assert!(page.header("content-type").starts_with("text/html"));
    }
    let script = app.anonymous().get("/sandbox/links/link.js").await.assert_status(200);
    assert!(!script.text.contains("fetch(") && !script.text.contains("XMLHttpRequest"));
    app.anonymous().get("/sandbox/links/else").await.assert_problem(404, "NOT_FOUND");
}
