//! A login hashes the password, whether or not the address belongs to an account. So the time of an answer does not
//! show which addresses have accounts.

use futures_util::FutureExt as _;
use secrecy::SecretString;
use serde_json::json;

use crate::support::{PASSWORD, TestApp};

#[apply(on_both_databases)]
async fn a_login_waits_for_a_password_check_whether_or_not_its_address_is_known() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let emails = [clinic.email.as_str(), "nobody@clinic.example"];
    let forms = emails.map(|email| json!({ "email": email, "password": "guess" }));
    // Fills the queue of password checks. Each pending future in `waiting` occupies a place in the queue.
    let mut waiting = Vec::new();
    loop {
        let mut check = Box::pin(app.running.state.passwords.hash(SecretString::from(PASSWORD)));
        match check.as_mut().now_or_never() {
            None => waiting.push(check),
            Some(refused) => break drop(refused.unwrap_err()),
        }
    }
    for form in &forms {
        app.anonymous().post("/v1/sessions", form).await.assert_problem(503, "OVERLOADED");
    }
    drop(waiting);
    for form in &forms {
        app.anonymous().post("/v1/sessions", form).await.assert_problem(401, "LOGIN_FAILED");
    }
}
