//! The problem table: status and texts of every code the service answers with.
//!
//! The texts stand in one file per topic below; a code without an entry does not compile.

use crate::domain::values::lang::Lang;
use crate::error::ProblemCode;

mod access;
mod declaration;
mod facility;
mod request;
mod service;
mod succession;
mod upload;

/// A fixed text in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// The text in Japanese.
    pub ja: &'static str,
    /// The text in English.
    pub en: &'static str,
}

impl Words {
    /// The text in one language.
    #[must_use]
    pub const fn get(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }
}

/// What the service says about one problem code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The HTTP status of the answer.
    pub status: u16,
    /// The problem's name, a noun phrase: `title` of the problem document.
    pub title: Words,
    /// What happened: `detail` of the problem document.
    pub cause: Words,
    /// What to do now.
    pub fix: Words,
    /// Whether the same request may succeed later, unchanged.
    pub retryable: bool,
}

/// The call centre as the texts name it: with its hours in a language, or by its number only.
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

/// The catalogue's entry for a code.
#[must_use]
pub const fn entry(code: ProblemCode) -> Entry {
    match code {
        ProblemCode::MalformedJson => request::MALFORMED_JSON,
        ProblemCode::DuplicateKey => request::DUPLICATE_KEY,
        ProblemCode::NestedTooDeep => request::NESTED_TOO_DEEP,
        ProblemCode::InvalidParameter => request::INVALID_PARAMETER,
        ProblemCode::IdempotencyKeyRequired => request::IDEMPOTENCY_KEY_REQUIRED,
        ProblemCode::IdempotencyKeyReused => request::IDEMPOTENCY_KEY_REUSED,
        ProblemCode::TokenMissing => access::TOKEN_MISSING,
        ProblemCode::TokenInvalid => access::TOKEN_INVALID,
        ProblemCode::TokenExpired => access::TOKEN_EXPIRED,
        ProblemCode::SessionEnded => access::SESSION_ENDED,
        ProblemCode::RefreshTokenInvalid => access::REFRESH_TOKEN_INVALID,
        ProblemCode::LoginFailed => access::LOGIN_FAILED,
        ProblemCode::NotFound => service::NOT_FOUND,
        ProblemCode::MethodNotAllowed => service::METHOD_NOT_ALLOWED,
        ProblemCode::RequestTimeout => service::REQUEST_TIMEOUT,
        ProblemCode::LinkUnknown => access::LINK_UNKNOWN,
        ProblemCode::LinkExpired => access::LINK_EXPIRED,
        ProblemCode::LinkUsed => access::LINK_USED,
        ProblemCode::EmailTaken => access::EMAIL_TAKEN,
        ProblemCode::FacilityHasAccount => facility::FACILITY_HAS_ACCOUNT,
        ProblemCode::FacilitySucceeded => facility::FACILITY_SUCCEEDED,
        ProblemCode::SuccessionRequired => facility::SUCCESSION_REQUIRED,
        ProblemCode::FacilityNotDesignated => facility::FACILITY_NOT_DESIGNATED,
        ProblemCode::FacilityAlreadyDesignated => facility::FACILITY_ALREADY_DESIGNATED,
        ProblemCode::WindowNotOpen => declaration::WINDOW_NOT_OPEN,
        ProblemCode::WindowClosed => declaration::WINDOW_CLOSED,
        ProblemCode::RoundNotForKind => declaration::ROUND_NOT_FOR_KIND,
        ProblemCode::DeclarationExists => declaration::DECLARATION_EXISTS,
        ProblemCode::StatusForbids => declaration::STATUS_FORBIDS,
        ProblemCode::SuccessionExists => succession::SUCCESSION_EXISTS,
        ProblemCode::SuccessorTaken => succession::SUCCESSOR_TAKEN,
        ProblemCode::SuccessorHasAccount => succession::SUCCESSOR_HAS_ACCOUNT,
        ProblemCode::SuccessorIsPredecessor => succession::SUCCESSOR_IS_PREDECESSOR,
        ProblemCode::UploadIncomplete => upload::UPLOAD_INCOMPLETE,
        ProblemCode::UploadQuota => upload::UPLOAD_QUOTA,
        ProblemCode::ContentMismatch => upload::CONTENT_MISMATCH,
        ProblemCode::ContentNotOfType => upload::CONTENT_NOT_OF_TYPE,
        ProblemCode::PreconditionFailed => request::PRECONDITION_FAILED,
        ProblemCode::PreconditionRequired => request::PRECONDITION_REQUIRED,
        ProblemCode::BodyTooLarge => request::BODY_TOO_LARGE,
        ProblemCode::UnsupportedMediaType => request::UNSUPPORTED_MEDIA_TYPE,
        ProblemCode::InvalidContent => request::INVALID_CONTENT,
        ProblemCode::RateLimited => service::RATE_LIMITED,
        ProblemCode::Overloaded => service::OVERLOADED,
        ProblemCode::NotReady => service::NOT_READY,
        ProblemCode::Unavailable => service::UNAVAILABLE,
        ProblemCode::OutcomeUnknown => service::OUTCOME_UNKNOWN,
        ProblemCode::Internal => service::INTERNAL,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    const STATUSES: [u16; 15] = [400, 401, 404, 405, 408, 409, 410, 412, 413, 415, 422, 428, 429, 500, 503];

    fn entries() -> impl Iterator<Item = (&'static str, Entry)> {
        ProblemCode::ALL.iter().map(|&code| (code.as_str(), entry(code)))
    }

    #[test]
    fn causes_and_fixes_are_whole_sentences_in_both_languages() {
        for (code, entry) in entries() {
            for words in [entry.cause, entry.fix] {
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
    fn english_texts_hold_no_japanese_and_japanese_texts_do() {
        let japanese =
            |text: &str| text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'));
        for (code, entry) in entries() {
            for words in [entry.title, entry.cause, entry.fix] {
                assert!(japanese(words.ja), "{code}: {}", words.ja);
                assert!(!japanese(words.en), "{code}: {}", words.en);
            }
        }
    }

    #[test]
    fn only_statuses_of_the_conventions_are_used_and_only_passing_ones_are_retryable() {
        for (code, entry) in entries() {
            assert!(STATUSES.contains(&entry.status), "{code}: {}", entry.status);
            assert_eq!(entry.retryable, matches!(entry.status, 408 | 429 | 503), "{code}");
        }
    }

    #[test]
    fn the_texts_name_the_operation_that_helps() {
        for (code, operation) in [
            (ProblemCode::TokenExpired, "POST /v1/sessions/refresh"),
            (ProblemCode::LinkExpired, "POST /v1/registrations"),
            (ProblemCode::LinkExpired, "POST /v1/password-resets"),
            (ProblemCode::SuccessionRequired, "POST /v1/successions"),
            (ProblemCode::FacilityHasAccount, "POST /v1/password-resets"),
            (ProblemCode::PreconditionRequired, "If-Match"),
        ] {
            let Words { ja, en } = entry(code).fix;
            assert!(ja.contains(operation) && en.contains(operation), "{}", code.as_str());
        }
    }

    #[test]
    fn the_call_centre_has_one_number() {
        for text in [call_centre!(ja), call_centre!(en)] {
            assert!(text.contains(call_centre!(phone)), "{text}");
        }
    }
}
