//! Delivery of mails in production: what is received, which replica sends it, and what stays in the database.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value, json};
use todokede::boot;
use todokede::boot::serving;
use todokede::db::engine::writer::Mode;
use todokede::db::store::mails::outbox::{self, Lease};
use todokede::domain::mails::MailState;
use todokede::jobs::mails::outbox::Outbox;
use todokede::jobs::queue::{ClaimRequest, claim};
use todokede::usecases::work::Call;
use uuid::Uuid;

use crate::support::production::{Production, eventually, settings};
use crate::support::sink::{Fault, Phase, Sink};
use crate::support::{TestApp, forms};

#[apply(on_both_databases)]
async fn a_mail_has_the_headers_of_transactional_mail_and_its_link_as_text_and_as_html() {
    let sink = Sink::start().await;
    let certificate = sink.certificate().display().to_string();
    let production = Production::start_with(&[
        ("TODOKEDE_SMTP_URL", &sink.url()),
        ("TODOKEDE_SMTP_CA_FILE", &certificate),
        ("TODOKEDE_MAIL_FROM", "医療機関等向けポータルサイト（試験） <no-reply@portal.example.jp>"),
        ("TODOKEDE_MAIL_REPLY_TO", "desk@portal.example.jp"),
    ])
    .await;
    let form = json!({ "email": "reception@clinic.example" });
    production.stranger().post("/v1/registrations", &form).await.is(202);
    eventually("the mail", || async { sink.count() == 1 }).await;
    let mail = &sink.received()[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.as_str()),
        ("no-reply@portal.example.jp", "reception@clinic.example")
    );
    assert!(mail.raw.is_ascii() && mail.raw.lines().all(|line| line.len() <= 998), "{}", mail.raw);

    let mime = mail.mime();
    assert_eq!(mime.shown("From"), "医療機関等向けポータルサイト（試験） <no-reply@portal.example.jp>");
    assert_eq!(mime.header("Reply-To"), "desk@portal.example.jp");
    assert_eq!(mime.header("To"), "reception@clinic.example");
    assert_eq!(
        mime.shown("Subject"),
        "【医療機関等向けポータルサイト】仮登録メール（アカウント登録用URLのご案内）"
    );
    assert_eq!(mime.header("Auto-Submitted"), "auto-generated");
    assert_eq!(mime.header("X-Auto-Response-Suppress"), "All");
    assert_eq!(mime.header("MIME-Version"), "1.0");
    assert!(mime.header("Content-Type").starts_with("multipart/alternative"));
    let date = chrono::DateTime::parse_from_rfc2822(mime.header("Date")).unwrap().to_utc();
    assert!((date - production.state().clock.now()).abs() < TimeDelta::minutes(5), "{date}");
    let id = mime.header("Message-ID");
    assert!(id.starts_with("<msg_") && id.ends_with("@portal.example.jp>"), "{id}");
    let names = ["From", "To", "Subject", "Date", "Message-ID", "Reply-To", "Auto-Submitted"];
    assert_eq!(mime.names()[..7], names);
    assert_eq!(mime.names()[7..], ["X-Auto-Response-Suppress", "MIME-Version", "Content-Type"]);

    let (text, html) = (mime.part("text/plain"), mime.part("text/html"));
    let link = text.lines().find(|line| line.contains("#token=")).unwrap();
    assert!(link.starts_with("https://portal.todokede.test/registration#token="), "{link}");
    assert!(html.contains(&format!("<a href=\"{link}\">{link}</a>")) && html.contains("<html lang=\"ja\">"));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn the_content_of_a_mail_is_deleted_once_it_is_sent() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Dot, Fault::Says("451 4.3.0 later"), "", 1);
    let production = Production::sending_to(&sink, 5).await;
    let form = json!({ "email": "reception@clinic.example" });
    production.stranger().post("/v1/registrations", &form).await.is(202);
    eventually("the failure", || async { production.mails("DEFERRED") == 1 }).await;
    let kept = production.rows("outbox").containing("body", "#token=").containing("html", "#token=");
    assert_eq!(kept.count(), 1);
    production.run_dry().await;
    let emptied = production
        .rows("outbox")
        .with("body", "")
        .with("html", "")
        .with("state", "SENT")
        .without("failure")
        .with("attempts", 2);
    assert_eq!((kept.count(), emptied.count(), sink.count()), (0, 1, 1));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_mail_whose_sender_died_is_sent_by_another_once_the_lease_has_ended() {
    let mut sink = Sink::start().await;
    sink.shut_down();
    let production = Production::sending_to(&sink, 5).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    // Another sender claims the mail between two attempts of the service, and never sends it.
    eventually("the claim", || async {
        let call = Call::internal(production.state().clock.now());
        let claiming = production.state().database.write(Mode::Store, move |conn| {
            let lease = Lease { holder: Uuid::new_v4(), until: call.now + TimeDelta::minutes(10) };
            let request = ClaimRequest { lease, room: 9, per_lane: 9, under_way: HashMap::new() };
            claim::<Outbox>(conn, &request, call.now)
        });
        claiming.await.unwrap().jobs.len() == 1
    })
    .await;
    sink.come_back().await;
    production.queue(["other@clinic.example".to_owned()]).await;
    eventually("the other mail", || async { sink.count() == 1 }).await;
    assert_eq!(sink.received_by("reception@clinic.example").len(), 0, "it is leased");
    production.state().clock.advance(TimeDelta::minutes(11));
    production.state().wake.notify_one();
    eventually("the mail", || async { sink.received_by("reception@clinic.example").len() == 1 }).await;
    production.stop().await;
}

#[apply(on_both_databases)]
async fn two_replicas_send_every_mail_once() {
    let sink = Sink::start().await;
    let production = Production::sending_to(&sink, 30).await;
    let (url, certificate) = (sink.url(), sink.certificate().display().to_string());
    let twin = settings(
        production.folder.path(),
        &production.database,
        &[("TODOKEDE_SMTP_URL", &url), ("TODOKEDE_SMTP_CA_FILE", &certificate)],
    );
    let twin = tokio::task::spawn_blocking(move || boot::open(twin).unwrap()).await.unwrap();
    let twin = serving::start(twin).unwrap();
    for round in 0..10 {
        production.queue((0..30).map(|number| format!("reception-{number}@clinic-{round}.example"))).await;
        twin.state.wake.notify_one();
    }
    eventually("every mail", || async { production.mails("SENT") == 300 }).await;
    let addresses: HashSet<String> = sink.received().into_iter().map(|mail| mail.to).collect();
    assert_eq!((sink.count(), addresses.len()), (300, 300));
    twin.stop().await.unwrap();
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_service_that_stops_finishes_the_mails_under_way_and_keeps_no_lease() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Dot, Fault::Hangs, "", 4);
    let production = Production::sending_to(&sink, 1).await;
    production.queue((0..60).map(|number| format!("reception-{number}@clinic-{}.example", number % 9))).await;
    eventually("a mail under way", || async { sink.connections() > 0 }).await;
    let (database, _folder) = production.stop().await;
    let mails = |state| database.rows("outbox").with("state", state).count();
    assert_eq!(database.rows("outbox").with_any("lease_holder").count(), 0);
    let sent = mails("SENT");
    assert_eq!(usize::try_from(sent).unwrap(), sink.count(), "every mail that was sent is recorded as sent");
    assert_eq!(mails("ABANDONED"), 0);
}

#[apply(on_both_databases)]
async fn a_mail_that_waits_for_the_servers_last_answer_is_not_sent_again() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Dot, Fault::TakesAndHangs, "", 1);
    let production = Production::patient_at_the_dot(&sink, 1, 300).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    let held_for = |minutes| {
        let until = production.state().clock.now() + TimeDelta::minutes(minutes);
        production.rows("outbox").after("leased_until", until).count() == 1
    };
    eventually("the claim", || async { sink.count() == 1 }).await;
    assert!(!held_for(2), "the first lease is short, as its holder may die");
    eventually("the lease to be longer", || async { held_for(5) }).await;
    production.state().clock.advance(TimeDelta::minutes(5));
    production.state().wake.notify_one();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((sink.count(), production.mails("QUEUED")), (1, 1));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_service_that_stops_does_not_wait_for_a_last_answer_that_may_take_minutes() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Dot, Fault::TakesAndHangs, "", 1);
    let production = Production::patient_at_the_dot(&sink, 1, 300).await;
    production.queue(["reception@clinic.example".to_owned()]).await;
    eventually("the mail to be taken", || async { sink.count() == 1 }).await;
    let begun = Instant::now();
    let (database, _folder) = production.stop().await;
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
    let unknown = database
        .rows("outbox")
        .with("state", "DEFERRED")
        .with("failure", "CONNECTION_LOST")
        .with("attempts", 1)
        .without("lease_holder")
        .like("body", "_%");
    assert_eq!(unknown.count(), 1);
}

#[apply(on_both_databases)]
async fn a_mail_that_no_server_accepts_is_abandoned_when_its_link_expires() {
    let sink = Sink::start().await;
    sink.strike_for(Phase::Rcpt, Fault::Says("450 4.2.0 later"), "busy@clinic.example", 99);
    let production = Production::sending_to(&sink, 5).await;
    let form = json!({ "email": "busy@clinic.example" });
    production.stranger().post("/v1/registrations", &form).await.is(202);
    eventually("the failure", || async { production.mails("DEFERRED") == 1 }).await;
    let counts = production.state().database.read(outbox::count_by_state).await.unwrap();
    assert_eq!(counts, [(MailState::Deferred, 1)]);
    production.state().clock.advance(TimeDelta::hours(25));
    production.state().wake.notify_one();
    eventually("the end", || async { production.mails("ABANDONED") == 1 }).await;
    let kept = production.rows("outbox").with("failure", "MAILBOX_BUSY").with("body", "").with("html", "");
    assert_eq!(kept.count(), 1, "the last failure is kept");
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_facility_sees_the_state_of_its_own_mails_only() {
    let sink = Sink::start().await;
    let production = Production::sending_to(&sink, 5).await;
    let (clinic, other) = (production.register(&sink, 1).await, production.register(&sink, 4).await);
    production.run_dry().await;
    sink.strike(Phase::Rcpt, Fault::Says("450 4.2.0 later"));
    let change = json!({ "current_password": crate::support::PASSWORD, "new_password": "雪の朝に隣の犬と川岸まで歩いた" });
    let request = clinic.request(reqwest::Method::PUT, "/v1/account/password").json(&change);
    crate::support::send(request).await.is(204);
    let states = || async {
        let page = clinic.get("/v1/account/mails").await.is(200);
        let items = page.body["items"].as_array().unwrap().clone();
        items.into_iter().map(|item| (item["kind"].clone(), item["state"].clone(), item)).collect::<Vec<_>>()
    };
    eventually("the failure", || async { states().await[0].1 == "DEFERRED" }).await;
    let seen = states().await;
    let kinds: Vec<&Value> = seen.iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["PASSWORD_CHANGED", "ACCOUNT_CREATED"]);
    let (deferred, sent) = (&seen[0].2, &seen[1].2);
    assert_eq!(deferred["failure"], "MAILBOX_BUSY");
    assert_eq!((&deferred["attempts"], &deferred["to"]), (&json!(1), &json!(clinic.email)));
    assert!(deferred["next_attempt_at"].is_string() && deferred.get("sent_at").is_none());
    assert_eq!(sent["state"], "SENT");
    assert!(
        sent["sent_at"].is_string() && sent.get("next_attempt_at").is_none() && sent.get("failure").is_none()
    );
    for (.., item) in &seen {
        assert!(item.get("body").is_none() && item.get("text").is_none() && item.get("html").is_none());
    }
    let others = other.get("/v1/account/mails").await.is(200);
    assert!(others.body["items"].as_array().unwrap().iter().all(|item| item["to"] == other.email.as_str()));
    assert_eq!(others.body["items"].as_array().unwrap().len(), 1);
    production.stranger().get("/v1/account/mails").await.refused(401, "TOKEN_MISSING");
    sink.recover();
    production.run_dry().await;
    production.stop().await;
}

#[apply(on_both_databases)]
async fn mails_are_listed_newest_first_and_page_by_page() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic.file("/v1/declarations", &forms::no_network()).await.is(201);
    app.mails(&clinic.email, "DECLARATION_RECEIVED").await;
    let all = clinic.get("/v1/account/mails").await.is(200).body["items"].as_array().unwrap().clone();
    assert!(all.len() >= 2, "{all:?}");
    assert!(all.iter().all(|mail| mail["state"] == "SENT"));
    assert!(all.is_sorted_by(|one, next| one["queued_at"].as_str() >= next["queued_at"].as_str()));
    let seen = clinic.pages("/v1/account/mails?page_size=1").await.concat();
    assert_eq!(seen, all);
    clinic.get("/v1/account/mails?page_size=0").await.refused(400, "INVALID_PARAMETER");
}

#[apply(on_both_databases)]
async fn the_sandboxes_mailbox_shows_the_html_too() {
    let app = TestApp::start().await;
    app.registration_token("reception@clinic.example").await;
    let mail = app.mails("reception@clinic.example", "PROVISIONAL_REGISTRATION").await.remove(0);
    let (html, link) = (mail["html"].as_str().unwrap(), mail["link"].as_str().unwrap());
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains(&format!("<a href=\"{link}\">{link}</a>")));
}
