//! Tests of the HTML of the mails: it has the same wording as the plain text, and values cannot add markup.

use super::samples::{composed, every_message};
use crate::delivery::mail::message::{Composed, DeclarationFacts, Message, Portal};
use crate::domain::values::calendar::Instant;

/// The visible text of the HTML without white space.
fn visible_text(html: &str) -> String {
    let (_, body) = html.split_once("<body").unwrap();
    let texts = body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
    let text: String = texts.collect();
    let entities = [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")];
    let text = entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c));
    without_spaces(&text)
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn assert_same_content(mail: &Composed) {
    let text: String = mail.text.lines().filter(|line| !line.starts_with("-----")).collect();
    assert_eq!(visible_text(&mail.html), without_spaces(&text));
}

#[test]
fn every_mail_says_the_same_in_html_and_in_plain_text() {
    for message in every_message() {
        assert_same_content(&composed(&message));
    }
}

#[test]
fn the_html_loads_nothing_and_shows_the_url_of_every_link() {
    for message in every_message() {
        let mail = composed(&message);
        for word in ["<img", "<script", "<style", "<link", "src=", "url(", "@import", "<iframe", "<form"] {
            assert!(!mail.html.contains(word), "{word} in {}", mail.html);
        }
        for href in mail.html.split("<a href=\"").skip(1) {
            let (url, rest) = href.split_once("\">").unwrap();
            assert!(rest.starts_with(&format!("{url}</a>")), "{href}");
            assert!(mail.text.contains(url), "{url}");
        }
    }
}

#[test]
fn a_value_cannot_become_a_tag_an_attribute_or_an_entity() {
    let evil = || "<b onclick='x'>&lt;\"さくら\"</b><!--".to_owned();
    let portal = Portal { name: evil(), url: "https://a.example/\"><script>".to_owned() };
    let expires_at: Instant = "2023-02-04T00:00:00Z".parse().unwrap();
    let facts = DeclarationFacts {
        facility_name: evil(),
        facility_code: evil(),
        receipt_number: evil(),
        round_name: evil(),
        category_name: evil(),
    };
    for message in [
        Message::DeclarationRejected { facts, reason: evil() },
        Message::AddressTaken { login_url: "javascript:alert('x')".to_owned(), recovery_url: evil() },
        Message::PasswordReset { link: "javascript:alert('x')".to_owned(), expires_at },
    ] {
        let mail = message.compose(&portal).unwrap();
        assert_same_content(&mail);
        for word in ["<b onclick", "<script", "<!--", "href=\"javascript"] {
            assert!(!mail.html.contains(word), "{word} in {}", mail.html);
        }
    }
}

#[test]
fn no_sentence_is_broken_in_html_and_every_long_one_is_in_plain_text() {
    for message in every_message() {
        let mail = composed(&message);
        for broken in mail.html.split("<br>").filter_map(|part| part.lines().last()) {
            let is_fact = broken.contains("<b>") || broken.contains("日本時間");
            let goes_on = broken.ends_with(['、', 'を', 'が', 'に', 'は', 'て', 'で', 'と']);
            assert!(is_fact || !goes_on, "{broken}");
        }
    }
    let mail = composed(&super::samples::declaration_accepted());
    assert!(mail.text.contains("オンライン資格確認の導入を\nお願いいたします。"), "{}", mail.text);
    assert!(mail.html.contains("オンライン資格確認の導入をお願いいたします。"), "{}", mail.html);
    let mail = composed(&super::samples::provisional_registration());
    assert!(mail.text.contains("入力し、\n　仮登録メールを"), "{}", mail.text);
    assert!(mail.html.contains("入力し、仮登録メールを"), "{}", mail.html);
}
