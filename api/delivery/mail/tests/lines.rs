//! Tests that values cannot change the form of a subject or of the lines of a text.

use super::samples::{composed, declaration, declaration_rejected, portal};
use crate::delivery::mail::message::{DeclarationFacts, FacilityNumber, Message, Portal};
use crate::delivery::mail::writing::SUBJECT_LIMIT;
use crate::delivery::mail::writing::lines::{COLUMNS_WITH_PUNCTUATION, columns};
use crate::domain::values::calendar::Instant;

fn withdrawn(receipt_number: &str) -> Message {
    let facts = DeclarationFacts { receipt_number: receipt_number.to_owned(), ..declaration() };
    Message::DeclarationWithdrawn { facts }
}

#[test]
fn a_name_or_a_number_cannot_add_a_header_to_the_subject() {
    let portal = Portal { name: "ポータル\r\n\r\nBcc: a@example.jp".to_owned(), ..portal() };
    let mail = withdrawn("D7K2\u{85}\r\n\r\n本文").compose(&portal).unwrap();
    assert_eq!(mail.subject, "【ポータルBcc: a@example.jp】猶予届出の取下げのお知らせ（届出番号 D7K2本文）");
}

#[test]
fn a_subject_that_is_too_long_is_cut() {
    let mail = composed(&withdrawn(&"9".repeat(500)));
    assert_eq!(mail.subject.chars().count(), SUBJECT_LIMIT);
}

#[test]
fn a_name_cannot_add_a_line_to_the_text() {
    let facts = DeclarationFacts {
        facility_name: "さくら\r\n\n■ 理由\u{2028}医院".to_owned(),
        category_name: "第1号\n　猶予の期限：なし".to_owned(),
        ..declaration()
    };
    let mail = composed(&Message::DeclarationWithdrawn { facts });
    assert_eq!(mail.text.lines().next(), Some("さくら■ 理由医院 御中"));
    assert!(mail.text.contains("\n　猶予類型：第1号　猶予の期限：なし\n"), "{}", mail.text);
}

#[test]
fn the_longest_name_of_a_facility_is_broken_into_lines() {
    let name = "医".repeat(100);
    let mail = composed(&Message::AccountCreated {
        facility_name: name.clone(),
        facility_number: FacilityNumber::Code("1810110016".to_owned()),
    });
    let lines = mail.text.lines().filter(|line| !line.starts_with("https://"));
    assert!(lines.map(columns).all(|columns| columns <= COLUMNS_WITH_PUNCTUATION), "{}", mail.text);
    assert!(mail.text.replace('\n', "").starts_with(&format!("{name} 御中")));
}

#[test]
fn a_long_link_is_never_broken() {
    let url = format!("https://portal.example.jp/#token={}", "a".repeat(400));
    let expires_at: Instant = "2023-02-04T00:00:00Z".parse().unwrap();
    let mail = composed(&Message::PasswordReset { link: url.clone(), expires_at });
    assert!(mail.text.lines().any(|line| line == url));
    assert!(mail.html.contains(&format!("<a href=\"{url}\">{url}</a>")));
}

#[test]
fn a_reason_keeps_its_line_breaks() {
    let Message::DeclarationRejected { facts, .. } = declaration_rejected() else { unreachable!() };
    let reason = "一行目\r\n\r\n三行目\n".to_owned();
    let mail = composed(&Message::DeclarationRejected { facts, reason });
    assert!(mail.text.contains("■ 理由\n一行目\n\n三行目\n\n"), "{}", mail.text);
    assert!(mail.html.contains("<b>■ 理由</b><br>\n一行目<br>\n<br>\n三行目</p>"), "{}", mail.html);
}
