//! Many simultaneous requests that exclude each other: one has its effect, and each gets the right answer.

use futures_util::future::join_all;
use todokede::db::engine::writer::Mode;

use crate::support::database::execute;
use crate::support::{TestApp, forms};

/// How many requests are sent at once.
const REQUESTS: usize = 64;

#[apply(on_both_databases)]
async fn many_equal_filings_at_once_make_one_declaration_and_get_the_same_answer() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::no_network();
    let replies =
        join_all((0..REQUESTS).map(|_| clinic.file_with_key("/v1/declarations", &form, "same-key"))).await;
    for reply in &replies {
        assert_eq!((reply.status, &reply.text), (201, &replies[0].text));
    }
    let first_answers = replies.iter().filter(|reply| reply.header("idempotent-replayed").is_empty()).count();
    assert_eq!(first_answers, 1);
    for table in ["declarations", "declaration_revisions"] {
        assert_eq!(app.rows(table).count(), 1, "{table}");
    }
}

#[apply(on_both_databases)]
async fn of_many_registrations_of_one_facility_at_once_only_one_succeeds() {
    let app = TestApp::start_with(&[
        ("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "100000/60"),
        ("TODOKEDE_LIMIT_WRONG_TOKENS_PER_CLIENT", "100000/60"),
    ])
    .await;
    let facility = app.unused_facility("MEDICAL").await;
    let mut requests = Vec::new();
    for number in 0..REQUESTS {
        let token = app.registration_token(&format!("racer{number}@clinic.example")).await;
        let (anonymous, form) = (app.anonymous(), forms::account(&token, &facility));
        requests.push(async move { anonymous.post("/v1/accounts", &form).await });
    }
    let replies = join_all(requests).await;
    let mut created = 0;
    for reply in &replies {
        let code = reply.body["code"].as_str();
        match (reply.status, code) {
            (201, _) => created += 1,
            // The queue of passwords to be hashed is bounded.
            (503, Some("OVERLOADED")) | (409, Some("FACILITY_HAS_ACCOUNT")) => {}
            _ => panic!("{}", reply.text),
        }
    }
    assert_eq!(created, 1);
    assert_eq!(app.rows("accounts").count(), 1);
}

#[apply(on_postgres)]
async fn a_write_that_ignores_the_error_of_a_statement_gets_an_error_at_its_end() {
    let app = TestApp::start().await;
    let write = app.running.state.database.write(Mode::Commit, |conn| {
        execute(conn, "DELETE FROM sandbox_messages; INSERT INTO nowhere VALUES (1)").unwrap_err();
        Ok(())
    });
    write.await.unwrap_err();
}
