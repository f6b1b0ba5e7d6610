//! A request for a mailed link waits in the database until a job answers it. The mail comes once, also if the service
//! dies in between, and later than usual if the database refuses the answer.

use chrono::Duration;
use futures_util::future::join;
use serde_json::{Value, json};
use todokede::boot::background;
use todokede::db::engine::locks::Lock;
use todokede::domain::values::ids::AccountId;

use crate::support::production::eventually;
use crate::support::{ConcurrentTransaction, FacilityClient, PASSWORD, TestApp};

const RESETS: &str = "/v1/password-resets";
const REGISTRATIONS: &str = "/v1/registrations";
const CHANGES: &str = "/v1/account/email-changes";

/// Makes answers fail that create a link, and waits until an attempt for each request that waits has failed.
async fn fail_attempts(app: &TestApp, send: impl AsyncFnOnce()) {
    app.database.add_failing_trigger("links", "BEFORE INSERT", "1 = 1");
    send().await;
    let untried = app.rows("link_requests").with("attempts", 0);
    eventually("an attempt for each request", || async { untried.count() == 0 }).await;
}

async fn request(app: &TestApp, path: &str, email: &str) {
    app.anonymous().post(path, &json!({ "email": email })).await.assert_status(202);
}

/// Waits until the service itself has delivered this number of mails to an address, and returns them.
async fn mails_without_help(app: &TestApp, to: &str, number: usize) -> Vec<Value> {
    let path = format!("/sandbox/messages?to={to}");
    let read = async || app.anonymous().get(&path).await.body["items"].as_array().unwrap().clone();
    eventually("a mail", || async { read().await.len() >= number }).await;
    read().await
}

fn token_in(mail: &Value) -> String {
    mail["link"].as_str().unwrap().split_once("#token=").unwrap().1.to_owned()
}

#[apply(on_both_databases)]
async fn the_service_answers_a_request_by_itself_and_nothing_shows_afterwards_who_asked() {
    let app = TestApp::start().await;
    request(&app, REGISTRATIONS, "a@clinic.example").await;
    let mails = mails_without_help(&app, "a@clinic.example", 1).await;
    assert_eq!((mails.len(), &mails[0]["kind"]), (1, &json!("PROVISIONAL_REGISTRATION")));
    request(&app, RESETS, "nobody@clinic.example").await;
    eventually("an empty queue", || async { app.rows("link_requests").count() == 0 }).await;
    assert_eq!(app.rows("outbox").count(), 1);
}

#[apply(on_both_databases)]
async fn a_request_that_the_service_could_not_answer_is_answered_after_a_restart() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let email = clinic.email.clone();
    fail_attempts(&app, async || request(&app, RESETS, &email).await).await;
    app.database.drop_failing_trigger("links");
    app.rows("link_requests").set("attempts", 0);
    let app = app.restart(&[]).await;
    let mails = mails_without_help(&app, &clinic.email, 3).await;
    assert_eq!(mails.iter().filter(|mail| mail["kind"] == "PASSWORD_RESET").count(), 1);
}

#[apply(on_both_databases)]
async fn a_request_that_a_killed_process_had_claimed_is_answered_after_its_lease() {
    let app = TestApp::start().await;
    fail_attempts(&app, async || request(&app, REGISTRATIONS, "a@clinic.example").await).await;
    let [now, until] = [app.now(), app.now() + Duration::minutes(1)].map(|at| app.database.instant(at));
    app.database.execute(&format!(
        "UPDATE link_requests SET next_attempt_at = {now}, lease_holder = NULL, leased_until = {until}"
    ));
    app.database.drop_failing_trigger("links");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(app.rows("link_requests").count(), 1);
    app.advance(Duration::minutes(1));
    assert_eq!(mails_without_help(&app, "a@clinic.example", 1).await.len(), 1);
}

#[apply(on_both_databases)]
async fn a_request_is_answered_once_even_if_two_workers_answer_it() {
    let app = TestApp::start_with(&[("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "1000/60")]).await;
    for number in 0..20 {
        request(&app, REGISTRATIONS, &format!("a{number}@clinic.example")).await;
    }
    let state = &app.running.state;
    let (one, other) =
        join(background::answer_link_requests(state), background::answer_link_requests(state)).await;
    one.and(other).unwrap();
    eventually("an empty queue", || async { app.rows("link_requests").count() == 0 }).await;
    assert_eq!(app.rows("links").count(), 20);
    assert_eq!(app.rows("outbox").count(), 20);
}

#[apply(on_both_databases)]
async fn the_validity_of_a_link_counts_from_the_request_however_late_its_mail_is() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    fail_attempts(&app, async || request(&app, RESETS, &clinic.email).await).await;
    app.advance(Duration::minutes(59));
    app.database.drop_failing_trigger("links");
    let token = app.token(&clinic.email, "PASSWORD_RESET").await;
    let complete = async || {
        let form = json!({ "token": token, "password": "guess" });
        app.anonymous().post("/v1/password-resets/completion", &form).await
    };
    complete().await.assert_problem(422, "INVALID_CONTENT");
    app.advance(Duration::minutes(1));
    let form = json!({ "token": token, "password": "雪の朝に隣の犬と川岸まで歩いた" });
    let late = app.anonymous().post("/v1/password-resets/completion", &form).await;
    late.assert_problem(410, "LINK_EXPIRED");
}

#[apply(on_both_databases)]
async fn a_request_whose_link_would_have_expired_is_given_up() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    fail_attempts(&app, async || request(&app, RESETS, &clinic.email).await).await;
    app.advance(Duration::hours(1));
    eventually("an empty queue", || async { app.rows("link_requests").count() == 0 }).await;
    app.database.drop_failing_trigger("links");
    assert!(app.mails(&clinic.email, "PASSWORD_RESET").await.is_empty());
}

#[apply(on_both_databases)]
async fn notices_of_wrong_passwords_and_resets_do_not_use_up_each_others_budget() {
    let app = TestApp::start_with(&[("TODOKEDE_LIMIT_MAILS_PER_ADDRESS", "1/3600")]).await;
    let clinic = app.clinic().await;
    let guess_ten_times = async || {
        for _ in 0..10 {
            let login = json!({ "email": clinic.email, "password": "guess" });
            app.anonymous().post("/v1/sessions", &login).await.assert_problem(401, "LOGIN_FAILED");
        }
    };
    guess_ten_times().await;
    assert_eq!(app.mails(&clinic.email, "LOGINS_REFUSED").await.len(), 1);
    for _ in 0..2 {
        request(&app, RESETS, &clinic.email).await;
    }
    assert_eq!(app.mails(&clinic.email, "PASSWORD_RESET").await.len(), 1);
    // The owner has logged in, so strangers begin a new row. The budget of resets does not keep the notice back.
    clinic.log_in_again(&app).await;
    guess_ten_times().await;
    assert_eq!(app.mails(&clinic.email, "LOGINS_REFUSED").await.len(), 2);
    assert_eq!(app.rows("audit_log").with("action", "link_request.dropped").count(), 1);
}

#[apply(on_both_databases)]
async fn a_request_that_cannot_be_decoded_does_not_stop_the_others() {
    let app = TestApp::start().await;
    fail_attempts(&app, async || request(&app, REGISTRATIONS, "damaged@clinic.example").await).await;
    app.rows("link_requests").set("purpose", "unheard of");
    app.database.drop_failing_trigger("links");
    request(&app, REGISTRATIONS, "a@clinic.example").await;
    mails_without_help(&app, "a@clinic.example", 1).await;
    assert_eq!(app.rows("link_requests").with("email", "damaged@clinic.example").count(), 1);
    app.rows("link_requests").delete();
}

#[apply(on_postgres)]
async fn an_account_whose_lock_is_taken_does_not_delay_the_mails_of_others() {
    let app = TestApp::start().await;
    let (busy, other) = (app.clinic().await, app.clinic().await);
    let id = busy.get("/v1/account").await.body["id"].as_str().unwrap().to_owned();
    let mut transaction = ConcurrentTransaction::begin(&app);
    transaction.take_locks(&[Lock::Account(AccountId::parse(&id).unwrap())]);
    for _ in 0..3 {
        request(&app, RESETS, &busy.email).await;
    }
    transaction.wait_until_queued(&app, 2).await;
    request(&app, RESETS, &other.email).await;
    eventually("the mail of the other account", || async {
        app.rows("outbox").with("recipient", &other.email).with("kind", "PASSWORD_RESET").count() == 1
    })
    .await;
    transaction.commit();
    assert_eq!(app.mails(&busy.email, "PASSWORD_RESET").await.len(), 3);
}

/// Requests a change of address whose answer waits until the test drops the failing trigger.
async fn request_change_that_waits(app: &TestApp, clinic: &FacilityClient, email: &str) {
    let form = json!({ "email": email, "password": PASSWORD });
    fail_attempts(app, async || drop(clinic.post(CHANGES, &form).await.assert_status(202))).await;
}

#[apply(on_both_databases)]
async fn a_newer_request_and_a_new_password_end_a_change_of_address_that_waits() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    request_change_that_waits(&app, &clinic, "first@clinic.example").await;
    let form = json!({ "email": "second@clinic.example", "password": PASSWORD });
    clinic.post(CHANGES, &form).await.assert_status(202);
    app.database.drop_failing_trigger("links");
    assert!(app.mails("first@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await.is_empty());
    assert_eq!(app.mails("second@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await.len(), 1);

    request_change_that_waits(&app, &clinic, "third@clinic.example").await;
    let form = json!({ "current_password": PASSWORD, "new_password": "雪の朝に隣の犬と川岸まで歩いた" });
    crate::support::send(clinic.request(reqwest::Method::PUT, "/v1/account/password").json(&form))
        .await
        .assert_status(200);
    app.database.drop_failing_trigger("links");
    assert!(app.mails("third@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await.is_empty());
}

#[apply(on_both_databases)]
async fn a_reset_that_waits_while_the_address_changes_goes_to_neither_mailbox() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = json!({ "email": "new@clinic.example", "password": PASSWORD });
    clinic.post(CHANGES, &form).await.assert_status(202);
    let token = token_in(&app.mails("new@clinic.example", "EMAIL_CHANGE_CONFIRMATION").await[0]);
    fail_attempts(&app, async || request(&app, RESETS, &clinic.email).await).await;
    let form = json!({ "token": token });
    clinic.post(&format!("{CHANGES}/completion"), &form).await.assert_status(200);
    app.database.drop_failing_trigger("links");
    for address in [&clinic.email, "new@clinic.example"] {
        assert!(app.mails(address, "PASSWORD_RESET").await.is_empty(), "{address}");
    }
    assert_eq!(
        app.rows("audit_log").with("action", "password_reset.requested_for_unknown_address").count(),
        1
    );
}
