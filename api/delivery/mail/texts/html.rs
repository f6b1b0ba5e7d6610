//! A mail as HTML: the same lines as the plain text. No picture, no script, nothing is fetched and
//! nobody is followed; links are shown as what they are.

use super::page::{
    Block, CALL_CENTRE, CALL_CENTRE_IN_ENGLISH, ENGLISH_HEADING, HEADING_MARK, Page, SENDERS, SENDING_ONLY,
};

const HEAD: &str = "<!DOCTYPE html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width\">\n</head>\n\
    <body style=\"max-width:42em;margin:0 auto;padding:1em;line-height:1.7;color:#222;background:#fff\">\n";
const RULE: &str = "<hr style=\"border:0;border-top:1px solid #999\">\n";

/// The document.
pub(super) fn write(page: &Page) -> String {
    let mut html = HEAD.to_owned();
    paragraph(&mut html, [escaped(&page.addressee)]);
    paragraph(&mut html, [escaped(&page.greeting())]);
    for part in &page.body {
        block(&mut html, part);
    }
    html.push_str(RULE);
    paragraph(&mut html, CALL_CENTRE.iter().map(|line| escaped(line)));
    paragraph(&mut html, SENDING_ONLY.iter().map(|line| escaped(line)));
    paragraph(&mut html, [escaped(&page.portal_name), escaped(SENDERS), link(&page.portal_url)]);
    html.push_str(RULE);
    html.push_str("<div lang=\"en\">\n");
    let english = page.english.iter().map(String::as_str);
    let english = std::iter::once(ENGLISH_HEADING).chain(english).chain([CALL_CENTRE_IN_ENGLISH]);
    paragraph(&mut html, english.map(escaped));
    html.push_str("</div>\n</body>\n</html>\n");
    html
}

fn block(html: &mut String, block: &Block) {
    match block {
        Block::Paragraph { heading, lines } => {
            let heading = heading.iter().map(|heading| bold(&format!("{HEADING_MARK}{heading}")));
            paragraph(html, heading.chain(lines.iter().map(|line| escaped(line))));
        }
        Block::Facts(facts) => paragraph(
            html,
            facts.iter().map(|(label, value)| format!("{}{}", bold(&format!("{label}：")), escaped(value))),
        ),
        Block::Link { label, url, validity } => {
            let validity = validity.iter().map(|line| escaped(line));
            paragraph(html, [bold(&format!("{label}：")), link(url)].into_iter().chain(validity));
        }
    }
}

fn paragraph(html: &mut String, lines: impl IntoIterator<Item = String>) {
    let lines: Vec<String> = lines.into_iter().collect();
    html.push_str("<p>");
    html.push_str(&lines.join("<br>\n"));
    html.push_str("</p>\n");
}

fn bold(text: &str) -> String {
    format!("<b>{}</b>", escaped(text))
}

/// The address shown as it is. Only an address of the web becomes a link.
fn link(url: &str) -> String {
    let shown = escaped(url);
    if url.starts_with("https://") || url.starts_with("http://") {
        format!("<a href=\"{shown}\">{shown}</a>")
    } else {
        shown
    }
}

/// The text with every character that means something to HTML written as a reference.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use crate::delivery::mail::message::{Composed, Portal};
    use crate::delivery::mail::texts::letter::Letter;
    use crate::delivery::mail::texts::samples::{every_message, portal};

    /// What a reader of the HTML sees, without the spaces and lines between.
    fn seen(html: &str) -> String {
        let (_, body) = html.split_once("<body").unwrap();
        let texts = body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
        let text: String = texts.collect();
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
        let text = entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c));
        without_spaces(&text)
    }

    fn without_spaces(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace()).collect()
    }

    fn says_the_same(mail: &Composed) {
        let text: String = mail.text.lines().filter(|line| !line.starts_with("-----")).collect();
        assert_eq!(seen(&mail.html), without_spaces(&text));
    }

    #[test]
    fn every_mail_says_the_same_in_html_and_in_plain_text() {
        for message in every_message() {
            says_the_same(&message.compose(&portal()));
        }
    }

    #[test]
    fn nothing_is_fetched_and_every_link_is_shown_as_it_is() {
        for message in every_message() {
            let mail = message.compose(&portal());
            for word in ["<img", "<script", "<style", "<link", "src=", "url(", "@import", "<iframe", "<form"]
            {
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
        let evil = "<b onclick='x'>&lt;\"さくら\"</b><!--";
        let portal = Portal { name: evil.to_owned(), url: "https://a.example/\"><script>".to_owned() };
        let mail = Letter::to_facility(evil, "お知らせ")
            .says(&[evil])
            .section(evil, &[evil])
            .facts(&[(evil, evil)])
            .quotes(evil, evil)
            .link(evil, "javascript:alert('x')")
            .in_english(&[evil])
            .sign(&portal);
        says_the_same(&mail);
        for word in ["<b onclick", "<script", "<!--", "href=\"javascript"] {
            assert!(!mail.html.contains(word), "{word} in {}", mail.html);
        }
    }
}
