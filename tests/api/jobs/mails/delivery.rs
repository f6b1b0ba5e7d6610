//! Delivery of mails in production: what recipients get, which replica sends a mail, and what stays in the database.

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

use crate::support::mail_server::{Fault, MailServer, Phase};
use crate::support::production::{Production, eventually, settings};
use crate::support::{TestApp, forms};

#[apply(on_both_databases)]
async fn a_mail_has_the_headers_of_transactional_mail_and_its_link_as_text_and_as_html() {
    let mail_server = MailServer::start().await;
    let certificate = mail_server.certificate().display().to_string();
    let production = Production::start_with(&[
        ("TODOKEDE_SMTP_URL", &mail_server.url()),
        ("TODOKEDE_SMTP_CA_FILE", &certificate),
        ("TODOKEDE_MAIL_FROM", "医療機関等向けポータルサイト（試験） <no-reply@portal.example.jp>"),
        ("TODOKEDE_MAIL_REPLY_TO", "desk@portal.example.jp"),
    ])
    .await;
    let form = json!({ "email": "reception@clinic.example" });
    production.anonymous().post("/v1/registrations", &form).await.assert_status(202);
    eventually("the mail", || async { mail_server.received_count() == 1 }).await;
    let mail = &mail_server.received()[0];
    assert_eq!(
        (mail.from.as_str(), mail.to.as_str()),
        ("no-reply@portal.example.jp", "reception@clinic.example")
    );
    assert!(mail.raw.is_ascii() && mail.raw.lines().all(|line| line.len() <= 998), "{}", mail.raw);

    let mime = mail.mime();
    assert_eq!(
        mime.decoded_header("From"),
        "医療機関等向けポータルサイト（試験） <no-reply@portal.example.jp>"
    );
    assert_eq!(mime.header("Reply-To"), "desk@portal.example.jp");
    assert_eq!(mime.header("To"), "reception@clinic.example");
    assert_eq!(
        mime.decoded_header("Subject"),
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
    assert_eq!(mime.header_names()[..7], names);
    assert_eq!(mime.header_names()[7..], ["X-Auto-Response-Suppress", "MIME-Version", "Content-Type"]);

    let (text, html) = (mime.part("text/plain"), mime.part("text/html"));
    let link = text.lines().find(|line| line.contains("#token=")).unwrap();
    assert!(link.starts_with("https://portal.todokede.test/registration#token="), "{link}");
    assert!(html.contains(&format!("<a href=\"{link}\">{link}</a>")) && html.contains("<html lang=\"ja\">"));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn the_content_of_a_mail_is_deleted_once_it_is_sent() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::EndOfData, Fault::Reply("451 4.3.0 later"), "", 1);
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    let form = json!({ "email": "reception@clinic.example" });
    production.anonymous().post("/v1/registrations", &form).await.assert_status(202);
    eventually("the failure", || async { production.mails_in_state("DEFERRED") == 1 }).await;
    let with_content = production.rows("outbox").containing("body", "#token=").containing("html", "#token=");
    assert_eq!(with_content.count(), 1);
    production.deliver_all_mails().await;
    let emptied = production
        .rows("outbox")
        .with("body", "")
        .with("html", "")
        .with("state", "SENT")
        .with_null("failure")
        .with("attempts", 2);
    assert_eq!((with_content.count(), emptied.count(), mail_server.received_count()), (0, 1, 1));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_waiting_mail_has_no_token_and_the_mail_that_is_sent_has_one_that_works() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::Rcpt, Fault::Reply("450 4.2.0 later"), "", 1);
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    let form = json!({ "email": "reception@clinic.example" });
    production.anonymous().post("/v1/registrations", &form).await.assert_status(202);
    eventually("the failure", || async { production.mails_in_state("DEFERRED") == 1 }).await;
    let key = production.state().tokens.public_keys().next().unwrap().0.to_owned();
    let fragment = format!("/registration#token=key.{key}");
    let stored = production.rows("outbox").containing("body", &fragment).containing("html", &fragment);
    assert_eq!(stored.count(), 1);

    production.deliver_all_mails().await;
    let mime = mail_server.received()[0].mime();
    let link =
        mime.part("text/plain").lines().find_map(|line| line.split_once("#token=")).unwrap().1.to_owned();
    assert!(!link.contains(&key) && mime.part("text/html").contains(&format!("#token={link}\"")), "{link}");
    let form = json!({ "token": link });
    production.anonymous().post("/v1/registrations/confirmation", &form).await.assert_status(200);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_mail_whose_key_is_missing_waits_and_is_not_sent_without_its_token() {
    let mail_server = MailServer::start().await;
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    mail_server.inject_fault_for(Phase::Rcpt, Fault::Reply("450 4.2.0 later"), "", 1);
    let form = json!({ "email": "reception@clinic.example" });
    production.anonymous().post("/v1/registrations", &form).await.assert_status(202);
    eventually("the failure", || async { production.mails_in_state("DEFERRED") == 1 }).await;
    production.rows("outbox").set("html", "https://portal.todokede.test/registration#token=key.unknown");
    production.state().clock.advance(TimeDelta::minutes(2));
    production.state().wake.notify_one();
    let missing = production.rows("outbox").with("failure", "LINK_KEY_MISSING").with("state", "DEFERRED");
    eventually("the next attempt", || async { missing.count() == 1 }).await;
    assert_eq!(mail_server.received_count(), 0);
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_mail_that_a_replica_claimed_and_did_not_send_is_sent_once_the_lease_has_ended() {
    let mut mail_server = MailServer::start().await;
    mail_server.shut_down();
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    // The test claims the mail as another replica would, between two attempts of the service, and never sends it.
    eventually("the claim", || async {
        let call = Call::internal(production.state().clock.now());
        let claiming = production.state().database.write(Mode::Commit, move |conn| {
            let lease = Lease { holder: Uuid::new_v4(), until: call.now + TimeDelta::minutes(10) };
            let request = ClaimRequest { lease, room: 9, per_lane: 9, under_way: HashMap::new() };
            claim::<Outbox>(conn, &request, call.now)
        });
        claiming.await.unwrap().jobs.len() == 1
    })
    .await;
    mail_server.restart().await;
    production.queue_mails(["other@clinic.example".to_owned()]).await;
    eventually("the other mail", || async { mail_server.received_count() == 1 }).await;
    assert_eq!(mail_server.received_for("reception@clinic.example").len(), 0, "the mail is leased");
    production.state().clock.advance(TimeDelta::minutes(11));
    production.state().wake.notify_one();
    eventually("the mail", || async { mail_server.received_for("reception@clinic.example").len() == 1 })
        .await;
    production.stop().await;
}

#[apply(on_both_databases)]
async fn two_replicas_send_every_mail_once() {
    let mail_server = MailServer::start().await;
    let production = Production::start_with_mail_server(&mail_server, 30).await;
    let (url, certificate) = (mail_server.url(), mail_server.certificate().display().to_string());
    let replica = settings(
        production.folder.path(),
        &production.database,
        &[("TODOKEDE_SMTP_URL", &url), ("TODOKEDE_SMTP_CA_FILE", &certificate)],
    );
    let replica = tokio::task::spawn_blocking(move || boot::open(replica).unwrap()).await.unwrap();
    let replica = serving::start(replica).unwrap();
    for round in 0..10 {
        production
            .queue_mails((0..30).map(|number| format!("reception-{number}@clinic-{round}.example")))
            .await;
        replica.state.wake.notify_one();
    }
    eventually("every mail", || async { production.mails_in_state("SENT") == 300 }).await;
    let addresses: HashSet<String> = mail_server.received().into_iter().map(|mail| mail.to).collect();
    assert_eq!((mail_server.received_count(), addresses.len()), (300, 300));
    replica.stop().await.unwrap();
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_service_that_stops_finishes_the_attempts_under_way_and_gives_up_its_leases() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::EndOfData, Fault::Hang, "", 4);
    let production = Production::start_with_mail_server(&mail_server, 1).await;
    production
        .queue_mails((0..60).map(|number| format!("reception-{number}@clinic-{}.example", number % 9)))
        .await;
    eventually("a mail under way", || async { mail_server.connection_count() > 0 }).await;
    let (database, _folder) = production.stop().await;
    let mails = |state| database.rows("outbox").with("state", state).count();
    assert_eq!(database.rows("outbox").with_non_null("lease_holder").count(), 0);
    let sent = mails("SENT");
    assert_eq!(
        usize::try_from(sent).unwrap(),
        mail_server.received_count(),
        "every mail that was sent is recorded as sent"
    );
    assert_eq!(mails("ABANDONED"), 0);
}

#[apply(on_both_databases)]
async fn a_mail_that_waits_for_the_reply_to_its_content_is_not_sent_again() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::EndOfData, Fault::AcceptThenHang, "", 1);
    let production = Production::start_with_mail_timeouts(&mail_server, 1, 300).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    let leased_for = |minutes| {
        let until = production.state().clock.now() + TimeDelta::minutes(minutes);
        production.rows("outbox").after("leased_until", until).count() == 1
    };
    eventually("the claim", || async { mail_server.received_count() == 1 }).await;
    assert!(!leased_for(2), "the first lease is short, because its holder may crash");
    eventually("the longer lease", || async { leased_for(5) }).await;
    production.state().clock.advance(TimeDelta::minutes(5));
    production.state().wake.notify_one();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!((mail_server.received_count(), production.mails_in_state("QUEUED")), (1, 1));
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_service_that_stops_does_not_wait_minutes_for_the_reply_to_a_mails_content() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::EndOfData, Fault::AcceptThenHang, "", 1);
    let production = Production::start_with_mail_timeouts(&mail_server, 1, 300).await;
    production.queue_mails(["reception@clinic.example".to_owned()]).await;
    eventually("the mail to be accepted", || async { mail_server.received_count() == 1 }).await;
    let started = Instant::now();
    let (database, _folder) = production.stop().await;
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
    let unknown = database
        .rows("outbox")
        .with("state", "DEFERRED")
        .with("failure", "CONNECTION_LOST")
        .with("attempts", 1)
        .with_null("lease_holder")
        .like("body", "_%");
    assert_eq!(unknown.count(), 1);
}

#[apply(on_both_databases)]
async fn a_mail_that_no_server_accepts_is_abandoned_when_its_link_expires() {
    let mail_server = MailServer::start().await;
    mail_server.inject_fault_for(Phase::Rcpt, Fault::Reply("450 4.2.0 later"), "busy@clinic.example", 99);
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    let form = json!({ "email": "busy@clinic.example" });
    production.anonymous().post("/v1/registrations", &form).await.assert_status(202);
    eventually("the failure", || async { production.mails_in_state("DEFERRED") == 1 }).await;
    let counts = production.state().database.read(outbox::count_by_state).await.unwrap();
    assert_eq!(counts, [(MailState::Deferred, 1)]);
    production.state().clock.advance(TimeDelta::hours(25));
    production.state().wake.notify_one();
    eventually("the mail to be abandoned", || async { production.mails_in_state("ABANDONED") == 1 }).await;
    let abandoned =
        production.rows("outbox").with("failure", "MAILBOX_BUSY").with("body", "").with("html", "");
    assert_eq!(abandoned.count(), 1, "the last failure is stored and the content is deleted");
    production.stop().await;
}

#[apply(on_both_databases)]
async fn a_facility_sees_the_state_of_its_own_mails_only() {
    let mail_server = MailServer::start().await;
    let production = Production::start_with_mail_server(&mail_server, 5).await;
    let (clinic, other) =
        (production.register(&mail_server, 1).await, production.register(&mail_server, 4).await);
    production.deliver_all_mails().await;
    mail_server.inject_fault(Phase::Rcpt, Fault::Reply("450 4.2.0 later"));
    let change = json!({ "current_password": crate::support::PASSWORD, "new_password": "雪の朝に隣の犬と川岸まで歩いた" });
    let request = clinic.request(reqwest::Method::PUT, "/v1/account/password").json(&change);
    let changed = crate::support::send(request).await.assert_status(200);
    let renewed = clinic.with_token(changed.body["access_token"].as_str().unwrap());
    let states = || async {
        let page = renewed.get("/v1/account/mails").await.assert_status(200);
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
    let others = other.get("/v1/account/mails").await.assert_status(200);
    assert!(others.body["items"].as_array().unwrap().iter().all(|item| item["to"] == other.email.as_str()));
    assert_eq!(others.body["items"].as_array().unwrap().len(), 1);
    production.anonymous().get("/v1/account/mails").await.assert_problem(401, "TOKEN_MISSING");
    mail_server.clear_faults();
    production.deliver_all_mails().await;
    production.stop().await;
}

#[apply(on_both_databases)]
async fn mails_are_listed_newest_first_and_page_by_page() {
    let app = TestApp::start().await;
    let clinic = app.clinic().await;
    clinic.file("/v1/declarations", &forms::no_network()).await.assert_status(201);
    app.mails(&clinic.email, "DECLARATION_RECEIVED").await;
    let all =
        clinic.get("/v1/account/mails").await.assert_status(200).body["items"].as_array().unwrap().clone();
    assert!(all.len() >= 2, "{all:?}");
    assert!(all.iter().all(|mail| mail["state"] == "SENT"));
    assert!(all.is_sorted_by(|one, next| one["queued_at"].as_str() >= next["queued_at"].as_str()));
    let seen = clinic.pages("/v1/account/mails?page_size=1").await.concat();
    assert_eq!(seen, all);
    clinic.get("/v1/account/mails?page_size=0").await.assert_problem(400, "INVALID_PARAMETER");
}

#[apply(on_both_databases)]
async fn the_mailbox_of_the_sandbox_shows_the_html_of_a_mail() {
    let app = TestApp::start().await;
    app.registration_token("reception@clinic.example").await;
    let mail = app.mails("reception@clinic.example", "PROVISIONAL_REGISTRATION").await.remove(0);
    let (html, link) = (mail["html"].as_str().unwrap(), mail["link"].as_str().unwrap());
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains(&format!("<a href=\"{link}\">{link}</a>")));
}
