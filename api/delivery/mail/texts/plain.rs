//! A mail as plain text: lines that fit the column, links alone on theirs and never broken.

use super::lines::wrapped;
use super::page::{
    Block, CALL_CENTRE, CALL_CENTRE_IN_ENGLISH, ENGLISH_HEADING, HEADING_MARK, Page, SENDERS, SENDING_ONLY,
};

const RULE: &str = "------------------------------------------------------------";

/// The text, lines ended by `\n`.
pub(super) fn write(page: &Page) -> String {
    let mut text = String::new();
    lines(&mut text, [page.addressee.as_str(), "", &page.greeting()]);
    for part in &page.body {
        block(&mut text, part);
        text.push('\n');
    }
    lines(&mut text, [RULE]);
    lines(&mut text, CALL_CENTRE);
    lines(&mut text, [""]);
    lines(&mut text, SENDING_ONLY);
    lines(&mut text, ["", &page.portal_name, SENDERS]);
    unbroken(&mut text, &page.portal_url);
    lines(&mut text, [RULE, ENGLISH_HEADING]);
    lines(&mut text, &page.english);
    lines(&mut text, [CALL_CENTRE_IN_ENGLISH]);
    text
}

fn block(text: &mut String, block: &Block) {
    match block {
        Block::Paragraph { heading, lines: said } => {
            lines(text, heading.iter().map(|heading| format!("{HEADING_MARK}{heading}")));
            lines(text, said);
        }
        Block::Facts(facts) => lines(text, facts.iter().map(|(label, value)| format!("　{label}：{value}"))),
        Block::Link { label, url, validity } => {
            lines(text, [format!("{label}：")]);
            unbroken(text, url);
            lines(text, validity);
        }
    }
}

fn lines<T: AsRef<str>>(text: &mut String, lines: impl IntoIterator<Item = T>) {
    for line in lines {
        unbroken(text, &wrapped(line.as_ref()));
    }
}

fn unbroken(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
