//! Compares the ledger with what the service and its database have.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;

use super::line::{Ask, Line};
use super::writer::{Act, Writer};
use super::{Book, Entry, Findings};

/// Checks every entry of every writer, and the sums over all writers.
pub async fn audit(writers: &[Writer], line: &Line, book: &Book) -> Findings {
    delivered(line).await;
    let mut findings = Findings::default();
    for found in join_all(writers.iter().map(hold)).await {
        findings.acknowledged += found.acknowledged;
        findings.lost.extend(found.lost);
        findings.doubled.extend(found.doubled);
        findings.stuck.extend(found.stuck);
    }
    hold_sums(writers, book, &mut findings);
    findings
}

/// Checks every entry of one writer.
async fn hold(writer: &Writer) -> Findings {
    let (acknowledged, stuck) = (writer.entries.len(), writer.stuck.clone());
    let mut findings = Findings { acknowledged, stuck, ..Findings::default() };
    hold_declarations(writer, &mut findings).await;
    hold_files(writer, &mut findings).await;
    hold_mails(writer, &mut findings).await;
    for (_, entry) in &writer.entries {
        ask_again(writer, entry, &mut findings).await;
    }
    findings
}

/// Waits until no mail is left to be delivered. The answer of `/readyz` may be a second old.
async fn delivered(line: &Line) {
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    while line.insist(&Ask::get("/readyz")).await.body["mails_waiting"] != 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// All items of a list, from all its pages.
async fn whole_list(line: &Line, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let page = line.insist(&Ask::get(&format!("{path}page_size=100{next}"))).await;
        all.extend(page.body["items"].as_array().unwrap().iter().cloned());
        let Some(token) = page.body["next_page_token"].as_str() else { return all };
        next = format!("&page_token={token}");
    }
}

async fn hold_declarations(writer: &Writer, findings: &mut Findings) {
    let mut stored: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for declaration in whole_list(&writer.line, "/v1/declarations?").await {
        let reference = declaration["client_reference"].as_str().unwrap().to_owned();
        stored.entry(reference).or_default().push(declaration);
    }
    let withdrawn: Vec<&str> =
        writer.of(Act::Withdraw).map(|entry| entry.answer.body["id"].as_str().unwrap()).collect();
    for entry in writer.of(Act::File) {
        let key = entry.ask.key.as_deref().unwrap();
        let answer = &entry.answer.body;
        let found = stored.remove(key).unwrap_or_default();
        if found.len() > 1 {
            findings.doubled.push(format!("{key}: {} declarations", found.len()));
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
            findings.lost.push(format!("{key}: {} and not {expected}", found["status"]));
        }
    }
    findings
        .doubled
        .extend(stored.into_keys().map(|key| format!("{key}: a declaration that nobody was told of")));
}

async fn hold_files(writer: &Writer, findings: &mut Findings) {
    for entry in writer.of(Act::Announce) {
        let file = writer.line.try_to(&Ask::get(&entry.answer.location)).await;
        if file.is_err() {
            findings.lost.push(entry.answer.location.clone());
        }
    }
}

/// Checks in the sandbox's mailbox that each effect sent one mail.
async fn hold_mails(writer: &Writer, findings: &mut Findings) {
    let mails = whole_list(&writer.line, &format!("/sandbox/messages?to={}&", writer.email)).await;
    for (act, kind) in [
        (Act::Register, "ACCOUNT_CREATED"),
        (Act::File, "DECLARATION_ACCEPTED"),
        (Act::Withdraw, "DECLARATION_WITHDRAWN"),
    ] {
        let (due, came) = (writer.of(act).count(), mails.iter().filter(|mail| mail["kind"] == kind).count());
        let list = if came < due { &mut findings.lost } else { &mut findings.doubled };
        if came != due {
            list.push(format!("{}: {came} mails {kind} for {due} keys", writer.email));
        }
    }
}

/// Sends a request again: its key must give the same answer, marked as replayed.
async fn ask_again(writer: &Writer, entry: &Entry, findings: &mut Findings) {
    let key = entry.ask.key.as_deref().unwrap();
    match writer.line.try_to(&entry.ask).await {
        Ok(again) if !again.replayed => findings.doubled.push(format!("{key}: carried out anew")),
        Ok(again) => {
            let first = super::Reply { replayed: true, ..entry.answer.clone() };
            if again != first {
                findings.stuck.push(format!("{key}: {} and before {}", again.text, first.text));
            }
        }
        Err(error) => findings.stuck.push(format!("{key}: {error}")),
    }
}

/// Checks that the database has as many rows as there are keys for them.
fn hold_sums(writers: &[Writer], book: &Book, findings: &mut Findings) {
    let sum = |act: Act| writers.iter().map(|writer| writer.of(act).count()).sum::<usize>();
    let keys = writers.iter().map(|writer| writer.entries.len()).sum();
    for (table, due) in [
        ("accounts", sum(Act::Register)),
        ("declarations", sum(Act::File)),
        ("declaration_revisions", sum(Act::File)),
        ("uploads", sum(Act::Announce)),
        ("idempotency_keys", keys),
    ] {
        let rows = book.rows(table);
        let list = if rows < due { &mut findings.lost } else { &mut findings.doubled };
        if rows != due {
            list.push(format!("{rows} rows in {table} for {due} keys"));
        }
    }
    findings.errors.extend(book.damage());
}
