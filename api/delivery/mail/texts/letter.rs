//! The sheet every mail is written on: addressee, paragraphs, and the foot with the call centre.

use super::lines::one_line;
use super::page::{Block, Page};
use super::{html, plain};
use crate::delivery::mail::message::{Composed, Portal};
use crate::domain::values::calendar::{Instant, in_japan};
use crate::domain::values::wareki::wareki_moment;

const SUBJECT_LIMIT: usize = 60;
/// What to do about a mail that cannot be right.
pub(super) const PLEASE_CALL: &str = "お手数ですが、下記のコールセンターへご連絡ください。";

/// A mail being written.
pub(in crate::delivery::mail) struct Letter {
    title: String,
    addressee: String,
    body: Vec<Block>,
    english: Vec<String>,
}

impl Letter {
    /// To whoever reads the address, where no name is known or may be told.
    pub(super) fn to_contact(title: &str) -> Self {
        Self::new(title, "ご担当者 様".to_owned())
    }

    /// To a facility.
    pub(super) fn to_facility(facility_name: &str, title: &str) -> Self {
        Self::new(title, format!("{facility_name} 御中"))
    }

    fn new(title: &str, addressee: String) -> Self {
        Self { title: title.to_owned(), addressee, body: Vec::new(), english: Vec::new() }
    }

    /// Names the filing in the subject by its receipt number.
    pub(super) fn about(mut self, receipt_number: &str) -> Self {
        self.title = format!("{}（届出番号 {receipt_number}）", self.title);
        self
    }

    /// A paragraph, line by line.
    pub(super) fn says(self, lines: &[&str]) -> Self {
        self.with(Block::Paragraph { heading: None, lines: lines_of(lines) })
    }

    /// A paragraph under a heading.
    pub(super) fn section(self, heading: &str, lines: &[&str]) -> Self {
        self.with(Block::Paragraph { heading: Some(one_line(heading)), lines: lines_of(lines) })
    }

    /// Facts with their labels, one to a line.
    pub(super) fn facts(self, facts: &[(&str, &str)]) -> Self {
        self.with(Block::Facts(
            facts.iter().map(|(label, value)| (one_line(label), one_line(value))).collect(),
        ))
    }

    /// A text of staff, with its own line breaks, under a heading.
    pub(super) fn quotes(self, heading: &str, text: &str) -> Self {
        self.section(heading, &text.lines().collect::<Vec<_>>())
    }

    /// A link, alone on its line.
    pub(super) fn link(self, label: &str, url: &str) -> Self {
        self.with(Block::Link { label: one_line(label), url: one_line(url), validity: None })
    }

    /// A link that stops working, and when.
    pub(super) fn expiring_link(self, label: &str, url: &str, expires_at: Instant) -> Self {
        let validity = Some(format!("有効期限：{}まで（日本時間）", wareki_moment(expires_at)));
        self.with(Block::Link { label: one_line(label), url: one_line(url), validity })
    }

    /// What to do if one did not ask for this mail.
    pub(super) fn if_unasked(self, lines: &[&str]) -> Self {
        self.section("このメールに心当たりがない場合", lines)
    }

    /// The English summary.
    pub(super) fn in_english(mut self, lines: &[&str]) -> Self {
        self.english.extend(lines_of(lines));
        self
    }

    /// Completes the mail with the portal's name and the foot.
    pub(in crate::delivery::mail) fn sign(self, portal: &Portal) -> Composed {
        let subject = one_line(&format!("【{}】{}", portal.name, self.title));
        let page = Page {
            addressee: one_line(&self.addressee),
            portal_name: one_line(&portal.name),
            portal_url: one_line(&portal.url),
            body: self.body,
            english: self.english,
        };
        Composed {
            subject: subject.chars().take(SUBJECT_LIMIT).collect(),
            text: plain::write(&page),
            html: html::write(&page),
        }
    }

    fn with(mut self, block: Block) -> Self {
        self.body.push(block);
        self
    }
}

/// The instant in English, on the clocks of Japan.
pub(super) fn in_english(at: Instant) -> String {
    in_japan(at).format("%-d %B %Y, %H:%M (Japan time)").to_string()
}

fn lines_of(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| one_line(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::mail::texts::lines::{COLUMNS_WITH_PUNCTUATION, columns};
    use crate::delivery::mail::texts::samples::portal;

    #[test]
    fn neither_a_name_nor_a_number_can_add_a_header_to_the_subject() {
        let portal = Portal { name: "ポータル\r\nBcc: a@example.jp".to_owned(), ..portal() };
        let mail = Letter::to_contact("お知らせ\u{85}").about("D7K2\r\n\r\n本文").sign(&portal);
        assert_eq!(mail.subject, "【ポータルBcc: a@example.jp】お知らせ（届出番号 D7K2本文）");
    }

    #[test]
    fn an_endless_title_is_cut() {
        let mail = Letter::to_contact(&"長".repeat(500)).sign(&portal());
        assert_eq!(mail.subject.chars().count(), SUBJECT_LIMIT);
    }

    #[test]
    fn the_longest_name_of_a_facility_is_broken_into_lines() {
        let name = "医".repeat(100);
        let mail = Letter::to_facility(&name, "お知らせ").facts(&[("医療機関等名", &name)]).sign(&portal());
        assert!(mail.text.lines().all(|line| columns(line) <= COLUMNS_WITH_PUNCTUATION), "{}", mail.text);
        assert!(mail.text.replace('\n', "").starts_with(&format!("{name} 御中")));
    }

    #[test]
    fn a_long_link_is_never_broken() {
        let url = format!("https://portal.example.jp/#token={}", "a".repeat(400));
        let mail = Letter::to_contact("お知らせ").link("URL", &url).sign(&portal());
        assert!(mail.text.lines().any(|line| line == url));
    }

    #[test]
    fn a_reason_keeps_its_own_lines() {
        let mail = Letter::to_contact("お知らせ").quotes("理由", "一行目\r\n二行目\n").sign(&portal());
        assert!(mail.text.contains("■ 理由\n一行目\n二行目\n\n"), "{}", mail.text);
    }
}
