//! The page behind the `type` of each problem document: cause, fix and example in both languages.
//!
//! The pages are complete in themselves: no script, no picture, nothing from another host.

use super::catalogue::{Entry, Words, entry, problems};
use crate::domain::values::lang::Lang;
use crate::error::ProblemCode;

mod example;

const STYLE: &str = "
body { margin: 0 auto; max-width: 42rem; padding: 1rem; font: 1rem/1.7 system-ui, sans-serif; color: #222 }
h1 { font-size: 1.5rem; line-height: 1.4 }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .25rem }
p { margin: .25rem 0 }
li { margin: .75rem 0 }
section { border-top: 1px solid #bbb; margin-top: 2rem }
code { font-size: .875rem; overflow-wrap: anywhere }
pre { padding: .75rem; background: #f3f3f3; white-space: pre-wrap }
";

const ALL_PROBLEMS: Words = Words { ja: "エラーの一覧", en: "All problems" };
const CAUSE: Words = Words { ja: "何が起きたか", en: "What happened" };
const FIX: Words = Words { ja: "どうすればよいか", en: "What to do" };
const EXAMPLE: Words = Words { ja: "応答の例", en: "Example of the answer" };
const RETRYABLE: Words = Words {
    ja: "同じ内容のまま、時間をおいて再送できます。",
    en: "The same request may be sent again later, unchanged.",
};
const NOT_RETRYABLE: Words = Words {
    ja: "自動では再送せず、上の説明に沿って対応してください。",
    en: "Do not repeat the request automatically: follow the advice above first.",
};

/// The path segment of a code's page: `FACILITY_HAS_ACCOUNT` becomes `facility-has-account`.
#[must_use]
pub fn slug(code: ProblemCode) -> String {
    code.as_str().to_ascii_lowercase().replace('_', "-")
}

/// The code a path segment stands for.
#[must_use]
pub fn from_slug(segment: &str) -> Option<ProblemCode> {
    problems().map(|(code, _)| code).find(|code| slug(*code) == segment)
}

/// The HTML page that explains one code, in Japanese and then in English.
#[must_use]
pub fn page(code: ProblemCode) -> String {
    let entry = entry(code);
    let body = format!(
        "<p><a href=\"./\">{back}</a></p>\n\
         <h1>{title}</h1>\n\
         <p><code>{code}</code> · HTTP {status}</p>\n\
         {japanese}\
         <section lang=\"en\">\n<h1>{english_title}</h1>\n{english}</section>\n",
        back = escape(ALL_PROBLEMS.ja),
        title = escape(entry.title.ja),
        code = escape(code.as_str()),
        status = entry.status,
        japanese = explanation(code, Lang::Ja),
        english_title = escape(entry.title.en),
        english = explanation(code, Lang::En),
    );
    document(&format!("{} ({})", entry.title.ja, code.as_str()), &body)
}

/// The HTML page that lists every code with a link to its page.
///
/// Its links are relative, so it must be served at a path that ends with a slash.
#[must_use]
pub fn index() -> String {
    let items: String = problems().map(|(code, _)| index_item(code)).collect();
    let body = format!(
        "<h1>{} <span lang=\"en\">{}</span></h1>\n<ul>\n{items}</ul>\n",
        escape(ALL_PROBLEMS.ja),
        escape(ALL_PROBLEMS.en)
    );
    document(ALL_PROBLEMS.ja, &body)
}

fn index_item(code: ProblemCode) -> String {
    let Entry { status, title, .. } = entry(code);
    format!(
        "<li><a href=\"./{slug}\"><code>{code}</code></a> · HTTP {status}<br>\n\
         {ja}<br><span lang=\"en\">{en}</span></li>\n",
        slug = escape(&slug(code)),
        code = escape(code.as_str()),
        ja = escape(title.ja),
        en = escape(title.en),
    )
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!DOCTYPE html>\n\
         <html lang=\"ja\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n\
         <style>{STYLE}</style>\n\
         </head>\n\
         <body>\n\
         <main>\n\
         {body}\
         </main>\n\
         </body>\n\
         </html>\n",
        title = escape(title),
    )
}

fn explanation(code: ProblemCode, lang: Lang) -> String {
    let Entry { cause, fix, retryable, .. } = entry(code);
    let retry = if retryable { RETRYABLE } else { NOT_RETRYABLE };
    format!(
        "<h2>{cause_heading}</h2>\n<p>{cause}</p>\n\
         <h2>{fix_heading}</h2>\n<p>{fix}</p>\n<p>{retry}</p>\n\
         <h2>{example_heading}</h2>\n<pre><code>{example}</code></pre>\n",
        cause_heading = escape(CAUSE.get(lang)),
        cause = escape(cause.get(lang)),
        fix_heading = escape(FIX.get(lang)),
        fix = escape(fix.get(lang)),
        retry = escape(retry.get(lang)),
        example_heading = escape(EXAMPLE.get(lang)),
        example = escape(&example::document(code, lang)),
    )
}

/// Text made safe for HTML content and attribute values.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::accounts::AccountRefusal;

    #[test]
    fn every_code_has_a_slug_that_leads_back_to_it() {
        assert_eq!(slug(AccountRefusal::FacilityHasAccount.into()), "facility-has-account");
        for (code, _) in problems() {
            let slug = slug(code);
            assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{slug}");
            assert_eq!(from_slug(&slug), Some(code));
        }
    }

    #[test]
    fn other_segments_lead_nowhere() {
        for segment in
            ["", "facility_has_account", "FACILITY-HAS-ACCOUNT", "facility-has-account/", "../internal"]
        {
            assert_eq!(from_slug(segment), None, "{segment}");
        }
    }

    #[test]
    fn text_is_escaped_wherever_html_could_read_it() {
        assert_eq!(
            escape(r#"<a href="x" title='y'>&amp;"#),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;"
        );
        let html = document("</title><script>", "");
        assert!(html.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"));
        for (code, _) in problems() {
            let html = page(code);
            let (_, example) = html.split_once("<pre><code>").unwrap();
            let (example, _) = example.split_once("</code></pre>").unwrap();
            assert!(!example.contains(['<', '>', '"', '\'']), "{}: {example}", code.as_str());
        }
    }

    #[test]
    fn a_page_says_everything_in_both_languages() {
        for (code, _) in problems() {
            let Entry { status, title, cause, fix, .. } = entry(code);
            let html = page(code);
            for text in
                [title.ja, title.en, cause.ja, cause.en, fix.ja, fix.en, code.as_str(), &status.to_string()]
            {
                assert!(html.contains(&escape(text)), "{}: {text}", code.as_str());
            }
        }
    }

    #[test]
    fn pages_load_nothing() {
        let pages = problems().map(|(code, _)| page(code)).chain([index()]);
        for html in pages {
            assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"ja\">"));
            assert_eq!(html.matches("<style>").count(), 1);
            for foreign in ["<script", "<link", "<img", "://", "url(", "@import"] {
                assert!(!html.contains(foreign), "{foreign}");
            }
        }
    }

    #[test]
    fn the_index_links_to_every_page() {
        let html = index();
        for (code, _) in problems() {
            assert!(html.contains(&format!("href=\"./{}\"", slug(code))), "{}", code.as_str());
        }
    }
}
