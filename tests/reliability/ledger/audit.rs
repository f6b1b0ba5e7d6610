//! Compares the ledger with the data of the service and its database.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;

use super::client::{Request, RetryingClient};
use super::writer::{Kind, Writer};
use super::{Database, Entry, Findings};

/// Checks every entry of every writer, and the number of rows in the database.
pub async fn audit(writers: &[Writer], client: &RetryingClient, database: &Database) -> Findings {
    wait_for_delivery(client).await;
    let mut findings = Findings::default();
    for found in join_all(writers.iter().map(check_writer)).await {
        findings.acknowledged += found.acknowledged;
        findings.lost.extend(found.lost);
        findings.duplicated.extend(found.duplicated);
        findings.stuck.extend(found.stuck);
    }
    check_row_counts(writers, database, &mut findings);
    findings
}

/// Checks every entry of one writer.
async fn check_writer(writer: &Writer) -> Findings {
    let (acknowledged, stuck) = (writer.entries.len(), writer.stuck.clone());
    let mut findings = Findings { acknowledged, stuck, ..Findings::default() };
    check_declarations(writer, &mut findings).await;
    check_uploads(writer, &mut findings).await;
    check_mails(writer, &mut findings).await;
    for (_, entry) in &writer.entries {
        check_replay(writer, entry, &mut findings).await;
    }
    findings
}

/// Waits until every mail is delivered, as the operator's port reports. The first answer of its `/readyz` could be from
/// before the last request, because the service reuses an answer for a second.
async fn wait_for_delivery(operator: &RetryingClient) {
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    loop {
        let readiness = operator.send_until_success(&Request::get("/readyz")).await.body;
        if readiness["mails_waiting"] == 0 && readiness["link_requests_waiting"] == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// All items of a list, from all its pages.
async fn all_items(client: &RetryingClient, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let page = client.send_until_success(&Request::get(&format!("{path}page_size=100{next}"))).await;
        all.extend(page.body["items"].as_array().unwrap().iter().cloned());
        let Some(token) = page.body["next_page_token"].as_str() else { return all };
        next = format!("&page_token={token}");
    }
}

/// Checks that each filing stored one declaration, and that the declaration has the expected status.
async fn check_declarations(writer: &Writer, findings: &mut Findings) {
    let mut stored: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for declaration in all_items(&writer.client, "/v1/declarations?").await {
        let reference = declaration["client_reference"].as_str().unwrap().to_owned();
        stored.entry(reference).or_default().push(declaration);
    }
    let withdrawn: Vec<&str> =
        writer.of(Kind::Withdraw).map(|entry| entry.answer.body["id"].as_str().unwrap()).collect();
    for entry in writer.of(Kind::File) {
        let key = entry.request.key.as_deref().unwrap();
        let answer = &entry.answer.body;
        let found = stored.remove(key).unwrap_or_default();
        if found.len() > 1 {
            findings.duplicated.push(format!("{key}: {} declarations", found.len()));
        }
        let same = |found: &&Value| {
            found["id"] == answer["id"] && found["receipt_number"] == answer["receipt_number"]
        };
        let Some(found) = found.iter().find(same) else {
            findings.lost.push(format!("{key}: {}", answer["receipt_number"]));
            continue;
        };
        let expected =
            if withdrawn.contains(&answer["id"].as_str().unwrap()) { "WITHDRAWN" } else { "ACCEPTED" };
        if found["status"] != expected {
            findings.lost.push(format!("{key}: {} instead of {expected}", found["status"]));
        }
    }
    findings.duplicated.extend(
        stored.into_keys().map(|key| format!("{key}: a declaration whose filing was not acknowledged")),
    );
}

/// Checks that each announced upload exists.
async fn check_uploads(writer: &Writer, findings: &mut Findings) {
    for entry in writer.of(Kind::Announce) {
        let upload = writer.client.try_until_success(&Request::get(&entry.answer.location)).await;
        if upload.is_err() {
            findings.lost.push(entry.answer.location.clone());
        }
    }
}

/// Checks that the sandbox's mailbox has one mail for each key that causes a mail.
async fn check_mails(writer: &Writer, findings: &mut Findings) {
    let mails = all_items(&writer.client, &format!("/sandbox/messages?to={}&", writer.email)).await;
    for (kind, mail_kind) in [
        (Kind::Register, "ACCOUNT_CREATED"),
        (Kind::File, "DECLARATION_ACCEPTED"),
        (Kind::Withdraw, "DECLARATION_WITHDRAWN"),
    ] {
        let expected = writer.of(kind).count();
        let found = mails.iter().filter(|mail| mail["kind"] == mail_kind).count();
        let list = if found < expected { &mut findings.lost } else { &mut findings.duplicated };
        if found != expected {
            list.push(format!("{}: {found} mails {mail_kind} for {expected} keys", writer.email));
        }
    }
}

/// Sends a request again, and checks that its key gives the same answer, marked as replayed.
async fn check_replay(writer: &Writer, entry: &Entry, findings: &mut Findings) {
    let key = entry.request.key.as_deref().unwrap();
    match writer.client.try_until_success(&entry.request).await {
        Ok(again) if !again.replayed => findings.duplicated.push(format!("{key}: carried out again")),
        Ok(again) => {
            let first = super::Reply { replayed: true, ..entry.answer.clone() };
            if again != first {
                findings.stuck.push(format!("{key}: {} instead of {}", again.text, first.text));
            }
        }
        Err(error) => findings.stuck.push(format!("{key}: {error}")),
    }
}

/// Checks that each table has one row for each key that should have stored one.
fn check_row_counts(writers: &[Writer], database: &Database, findings: &mut Findings) {
    let sum = |kind: Kind| writers.iter().map(|writer| writer.of(kind).count()).sum::<usize>();
    let keys = writers.iter().map(|writer| writer.entries.len()).sum();
    for (table, expected) in [
        ("accounts", sum(Kind::Register)),
        ("declarations", sum(Kind::File)),
        ("declaration_revisions", sum(Kind::File)),
        ("uploads", sum(Kind::Announce)),
        ("idempotency_keys", keys),
    ] {
        let rows = database.count_rows(table);
        let list = if rows < expected { &mut findings.lost } else { &mut findings.duplicated };
        if rows != expected {
            list.push(format!("{rows} rows in {table} for {expected} keys"));
        }
    }
    findings.errors.extend(database.damage());
}
