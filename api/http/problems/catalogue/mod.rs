//! The catalogue of problems: the HTTP status and the texts of every problem code.
//!
//! Each file in this folder has the table of one area. A refusal without an entry does not compile.

use crate::domain::values::lang::Lang;
use crate::domain::values::refusal::Refusal;
use crate::error::ProblemCode;
use crate::http::problems::refusals::ServiceRefusal;

mod accounts;
mod filings;
mod identity;
mod request;
mod service;
mod uploads;

/// A text in both languages that is part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StaticText {
    /// The text in Japanese.
    pub ja: &'static str,
    /// The text in English.
    pub en: &'static str,
}

impl StaticText {
    /// The text in one language.
    #[must_use]
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }
}

/// The status and the texts of one problem code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The name of the problem, a noun phrase. It is the `title` of the problem document.
    pub title: StaticText,
    /// What happened. It is the first part of `detail` in the problem document.
    pub cause: StaticText,
    /// What the person at the screen should do. It is the second part of `detail`.
    pub fix: StaticText,
    /// What the caller's program should do, with the operations and headers to use.
    pub advice: Option<StaticText>,
    /// Whether the unchanged request may succeed later.
    pub retryable: bool,
}

impl Entry {
    /// What happened and what the person at the screen should do, as the problem document says it.
    #[must_use]
    pub fn detail(&self, lang: Lang) -> String {
        let separator = if lang == Lang::En { " " } else { "" };
        format!("{}{separator}{}", self.cause.get(lang), self.fix.get(lang))
    }
}

/// The call centre as part of a text: with its opening hours in Japanese (`ja`) or English (`en`), or only its
/// telephone number (`phone`).
macro_rules! call_centre {
    (phone) => {
        "0800-080-4583"
    };
    (ja) => {
        "コールセンター（0800-080-4583、月～金曜日 8:00～18:00、土曜日 8:00～16:00、祝日を除く）"
    };
    (en) => {
        "the call centre (0800-080-4583, Mon–Fri 8:00–18:00, Sat 8:00–16:00, closed on public holidays)"
    };
}
pub(super) use call_centre;

/// Every problem code with its entry, area by area.
pub fn problems() -> impl Iterator<Item = (ProblemCode, Entry)> {
    table(request::entry)
        .chain(table(identity::entry))
        .chain(table(accounts::entry))
        .chain(table(filings::entry))
        .chain(table(uploads::entry))
        .chain(table(service::entry))
}

fn table<R: Refusal>(entry: impl Fn(R) -> Entry) -> impl Iterator<Item = (ProblemCode, Entry)> {
    R::ALL.iter().map(move |refusal| ((*refusal).into(), entry(*refusal)))
}

/// The catalogue's entry for a code.
#[must_use]
pub fn entry(code: ProblemCode) -> Entry {
    let found = problems().find(|(known, _)| *known == code);
    // A code has no entry only if the table of its area is missing in `problems`. A test excludes that.
    found.map_or_else(|| service::entry(ServiceRefusal::Internal), |(_, entry)| entry)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::domain::accounts::AccountRefusal;
    use crate::domain::filings::uploads::{MAX_FILES, MAX_TOTAL_BYTES, UploadRefusal};
    use crate::domain::identity::refusals::IdentityRefusal;
    use crate::http::problems::refusals::RequestRefusal;

    const STATUSES: [u16; 18] =
        [400, 401, 403, 404, 405, 408, 409, 410, 412, 413, 414, 415, 422, 428, 429, 431, 500, 503];

    fn entries() -> impl Iterator<Item = (&'static str, Entry)> {
        problems().map(|(code, entry)| (code.as_str(), entry))
    }

    #[test]
    fn no_two_refusals_have_the_same_code() {
        let mut seen = HashSet::new();
        for (code, found) in problems() {
            assert!(seen.insert(code), "{code:?}");
            assert_eq!(entry(code), found, "{code:?}");
        }
        assert_eq!(seen.len(), 60);
    }

    #[test]
    fn causes_and_fixes_are_whole_sentences_in_both_languages() {
        for (code, entry) in entries() {
            for words in [entry.cause, entry.fix].into_iter().chain(entry.advice) {
                assert!(words.ja.ends_with('。') && words.ja.chars().count() > 10, "{code}: {}", words.ja);
                assert!(words.en.ends_with('.') && words.en.chars().count() > 10, "{code}: {}", words.en);
            }
        }
    }

    #[test]
    fn titles_are_short_noun_phrases_and_no_two_are_the_same() {
        for lang in [Lang::Ja, Lang::En] {
            let mut seen = HashSet::new();
            for (code, entry) in entries() {
                let title = entry.title.get(lang);
                assert!(!title.is_empty() && title.chars().count() <= 40, "{code}: {title}");
                assert!(!title.ends_with(['。', '.']), "{code}: {title}");
                assert!(seen.insert(title), "{code}: {title}");
            }
        }
    }

    #[test]
    fn japanese_texts_contain_japanese_characters_and_english_texts_do_not() {
        let japanese =
            |text: &str| text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
        for (code, entry) in entries() {
            for words in [entry.title, entry.cause, entry.fix].into_iter().chain(entry.advice) {
                assert!(japanese(words.ja), "{code}: {}", words.ja);
                assert!(!japanese(words.en), "{code}: {}", words.en);
            }
        }
    }

    #[test]
    fn every_status_is_listed_and_only_408_429_503_and_a_scan_are_retryable() {
        for (code, entry) in entries() {
            assert!(STATUSES.contains(&entry.status), "{code}: {}", entry.status);
            let is_scanning = code == UploadRefusal::UploadScanning.code();
            assert_eq!(entry.retryable, matches!(entry.status, 408 | 429 | 503) || is_scanning, "{code}");
        }
    }

    #[test]
    fn the_quota_of_uploads_is_the_one_that_the_rules_have() {
        let cause = entry(UploadRefusal::UploadQuota.into()).cause;
        let limits = [format!("{MAX_FILES}"), format!("{} MiB", MAX_TOTAL_BYTES >> 20)];
        for text in [cause.ja, cause.en] {
            assert!(limits.iter().all(|limit| text.contains(limit)), "{text}");
        }
    }

    #[test]
    fn only_the_advice_names_operations_and_headers() {
        for (code, Entry { fix, .. }) in entries() {
            for text in [fix.ja, fix.en] {
                for technical in ["/v1/", "POST", "PUT", "GET", "-Key", "If-Match", "JSON", "Retry-After"] {
                    assert!(!text.contains(technical), "{code}: {text}");
                }
            }
        }

        for (code, operation) in [
            (IdentityRefusal::TokenExpired.into(), "POST /v1/sessions/refresh"),
            (IdentityRefusal::LinkExpired.into(), "POST /v1/registrations"),
            (IdentityRefusal::LinkExpired.into(), "POST /v1/password-resets"),
            (AccountRefusal::SuccessionRequired.into(), "POST /v1/successions"),
            (AccountRefusal::FacilityHasAccount.into(), "POST /v1/password-resets"),
            (RequestRefusal::PreconditionRequired.into(), "If-Match"),
        ] {
            let code: ProblemCode = code;
            let StaticText { ja, en } = entry(code).advice.unwrap();
            assert!(ja.contains(operation) && en.contains(operation), "{}", code.as_str());
        }
    }

    #[test]
    fn both_texts_of_the_call_centre_contain_its_phone_number() {
        for text in [call_centre!(ja), call_centre!(en)] {
            assert!(text.contains(call_centre!(phone)), "{text}");
        }
    }
}
