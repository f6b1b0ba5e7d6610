//! The pages that the `type` of problem documents links to. Each explains one code in both languages: the cause, what
//! to do, and an example.
//!
//! The pages load no script, no image, and nothing from another host.

use askama::Template;

use super::catalogue::{Entry, entry, problems};
use crate::domain::values::lang::Lang;
use crate::error::{Error, ProblemCode};

mod example;

pub use self::example::example_of;

/// The path segment of a code's page: `FACILITY_HAS_ACCOUNT` becomes `facility-has-account`.
#[must_use]
pub fn slug(code: ProblemCode) -> String {
    code.as_str().to_ascii_lowercase().replace('_', "-")
}

/// The code of a path segment.
#[must_use]
pub fn from_slug(segment: &str) -> Option<ProblemCode> {
    problems().map(|(code, _)| code).find(|code| slug(*code) == segment)
}

/// The page that explains one code, in Japanese and then in English.
#[derive(Template)]
#[template(path = "problem.html", config = "api/http/problems/page/askama.toml")]
struct ProblemPage {
    code: ProblemCode,
    entry: Entry,
    example_ja: String,
    example_en: String,
}

/// The page that lists every code, with its slug and its entry.
#[derive(Template)]
#[template(path = "index.html", config = "api/http/problems/page/askama.toml")]
struct IndexPage {
    problems: Vec<(String, ProblemCode, Entry)>,
}

/// The HTML page that explains one code.
///
/// # Errors
/// An internal error if the template cannot be rendered.
pub fn page(code: ProblemCode) -> Result<String, Error> {
    let example = |lang| serde_json::to_string_pretty(&example_of(code, lang)).map_err(Error::internal);
    let page = ProblemPage {
        code,
        entry: entry(code),
        example_ja: example(Lang::Ja)?,
        example_en: example(Lang::En)?,
    };
    page.render().map_err(Error::internal)
}

/// The HTML page that lists every code with a link to its page.
///
/// Its links are relative, so the path of the page must end with a slash.
///
/// # Errors
/// An internal error if the template cannot be rendered.
pub fn index() -> Result<String, Error> {
    let problems = problems().map(|(code, entry)| (slug(code), code, entry)).collect();
    IndexPage { problems }.render().map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::accounts::AccountRefusal;

    #[test]
    fn every_code_has_a_slug_from_which_it_is_found() {
        assert_eq!(slug(AccountRefusal::FacilityHasAccount.into()), "facility-has-account");
        for (code, _) in problems() {
            let slug = slug(code);
            assert!(slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{slug}");
            assert_eq!(from_slug(&slug), Some(code));
        }
    }

    #[test]
    fn other_segments_have_no_code() {
        for segment in
            ["", "facility_has_account", "FACILITY-HAS-ACCOUNT", "facility-has-account/", "../internal"]
        {
            assert_eq!(from_slug(segment), None, "{segment}");
        }
    }

    /// The text as the template engine writes it.
    fn escaped(text: &str) -> String {
        askama::filters::escape(text, askama::filters::Html).unwrap().0.to_string()
    }

    #[test]
    fn texts_are_escaped_for_html() {
        let text = || r#"</title><a href="x" title='y'>&amp;"#.to_owned();
        let safe = "&#60;/title&#62;&#60;a href=&#34;x&#34; title=&#39;y&#39;&#62;&#38;amp;";
        let code = AccountRefusal::FacilityHasAccount.into();
        let mark = "</title>".to_owned();
        let html =
            ProblemPage { code, entry: entry(code), example_ja: text(), example_en: mark }.render().unwrap();
        assert!(html.contains(&format!("<pre><code>{safe}</code></pre>")), "{html}");
        let html = IndexPage { problems: vec![(text(), code, entry(code))] }.render().unwrap();
        assert!(html.contains(&format!("<a href=\"./{safe}\">")), "{html}");
        for (code, _) in problems() {
            let html = page(code).unwrap();
            let (_, example) = html.split_once("<pre><code>").unwrap();
            let (example, _) = example.split_once("</code></pre>").unwrap();
            assert!(!example.contains(['<', '>', '"', '\'']), "{}: {example}", code.as_str());
        }
    }

    #[test]
    fn a_page_has_every_text_in_both_languages() {
        for (code, _) in problems() {
            let Entry { status, title, cause, fix, .. } = entry(code);
            let html = page(code).unwrap();
            for text in
                [title.ja, title.en, cause.ja, cause.en, fix.ja, fix.en, code.as_str(), &status.to_string()]
            {
                assert!(html.contains(&escaped(text)), "{}: {text}", code.as_str());
            }
        }
    }

    #[test]
    fn pages_load_nothing() {
        let pages = problems().map(|(code, _)| page(code)).chain([index()]);
        for html in pages {
            let html = html.unwrap();
            assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"ja\">"));
            assert_eq!(html.matches("<style>").count(), 1);
            for external in ["<script", "<link", "<img", "://", "url(", "@import"] {
                assert!(!html.contains(external), "{external}");
            }
        }
    }

    #[test]
    fn the_index_links_to_every_page() {
        let html = index().unwrap();
        for (code, _) in problems() {
            assert!(html.contains(&format!("href=\"./{}\"", slug(code))), "{}", code.as_str());
        }
    }
}
