//! `/.well-known/security.txt` (RFC 9116).

use chrono::{DateTime, TimeDelta, Utc};
use todokede::clock::Clock;

use crate::support::TestApp;

const PATH: &str = "/.well-known/security.txt";
const CONTACTS: &str = "mailto:security@portal.example.jp, https://portal.example.jp/security?from=api";

#[apply(on_sqlite)]
async fn without_a_contact_there_is_no_file() {
    TestApp::start().await.anonymous().get(PATH).await.assert_problem(404, "NOT_FOUND");
}

#[apply(on_sqlite)]
async fn the_file_has_every_required_field_and_never_expires_while_it_is_served() {
    let app = TestApp::start_with(&[("TODOKEDE_SECURITY_CONTACT", CONTACTS)]).await;
    // The clock of a sandbox does not count, because the file is read at the present time.
    for instant in ["2023-02-03T09:00:00+09:00", "2199-12-31T23:59:59+09:00"] {
        app.set_clock(instant);
        let reply = app.anonymous().get(PATH).await.assert_status(200);
        assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
        let fields: Vec<(&str, &str)> =
            reply.text.lines().map(|line| line.split_once(": ").unwrap()).collect();
        let values = |name: &str| -> Vec<&str> {
            fields.iter().filter(|(field, _)| *field == name).map(|(_, value)| *value).collect()
        };
        assert_eq!(values("Contact").join(", "), CONTACTS);
        assert_eq!(values("Preferred-Languages"), ["ja, en"]);
        assert_eq!(values("Canonical"), ["http://todokede.test/.well-known/security.txt"]);
        let [expires] = values("Expires")[..] else { panic!("{}", reply.text) };
        let expires: DateTime<Utc> = expires.parse().unwrap();
        let left = expires - Clock::of_machine().now();
        assert!(left > TimeDelta::days(30) && left < TimeDelta::days(365), "{left}");
        assert!(reply.text.ends_with('\n'));
    }
}

#[apply(on_sqlite)]
async fn the_file_is_read_only_and_has_a_head() {
    let app = TestApp::start_with(&[("TODOKEDE_SECURITY_CONTACT", CONTACTS)]).await;
    let refused = app.anonymous().post(PATH, &serde_json::json!({})).await;
    refused.assert_problem(405, "METHOD_NOT_ALLOWED");
    assert_eq!(refused.header("allow"), "GET, HEAD");
}
