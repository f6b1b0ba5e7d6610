//! Many who do the same at once: one effect, and everybody hears of it.

use futures_util::future::join_all;
use todokede::db::engine::writer::Mode;

use crate::support::database::execute;
use crate::support::{TestApp, forms};

const MANY: usize = 64;

#[apply(on_both_databases)]
async fn many_equal_filings_at_once_are_one_declaration_with_one_answer() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    let form = forms::no_network();
    let replies = join_all((0..MANY).map(|_| clinic.file_with_key("/v1/declarations", &form, "storm"))).await;
    for reply in &replies {
        assert_eq!((reply.status, &reply.text), (201, &replies[0].text));
    }
    let fresh = replies.iter().filter(|reply| reply.header("idempotent-replayed").is_empty()).count();
    assert_eq!(fresh, 1);
    for table in ["declarations", "declaration_revisions"] {
        assert_eq!(app.rows(table).count(), 1, "{table}");
    }
}

#[apply(on_both_databases)]
async fn of_many_who_register_one_facility_at_once_one_gets_it_and_the_others_are_told() {
    let app = TestApp::start_with(&[
        ("TODOKEDE_LIMIT_MAILS_PER_CLIENT", "100000/60"),
        ("TODOKEDE_LIMIT_TOKENS_PER_CLIENT", "100000/60"),
    ])
    .await;
    let facility = app.unused_facility("MEDICAL").await;
    let mut racers = Vec::new();
    for number in 0..MANY {
        let token = app.registration_token(&format!("racer{number}@clinic.example")).await;
        let (stranger, form) = (app.anonymous(), forms::account(&token, &facility));
        racers.push(async move { stranger.post("/v1/accounts", &form).await });
    }
    let replies = join_all(racers).await;
    let mut taken = 0;
    for reply in &replies {
        let code = reply.body["code"].as_str();
        match (reply.status, code) {
            (201, _) => taken += 1,
            // Hashing a password takes its turn, and its queue is bounded.
            (503, Some("OVERLOADED")) | (409, Some("FACILITY_HAS_ACCOUNT")) => {}
            _ => panic!("{}", reply.text),
        }
    }
    assert_eq!(taken, 1);
    assert_eq!(app.rows("accounts").count(), 1);
}

#[apply(on_postgres)]
async fn a_job_that_hides_a_failed_statement_is_not_answered_as_stored() {
    let app = TestApp::start().await;
    let write = app.running.state.database.write(Mode::Store, |conn| {
        execute(conn, "DELETE FROM sandbox_messages; INSERT INTO nowhere VALUES (1)").unwrap_err();
        Ok(())
    });
    write.await.unwrap_err();
}
