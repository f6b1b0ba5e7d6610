//! The language that a caller prefers (`Accept-Language`; RFC 9110, 12.5.4).

use actix_web::http::header::{self, HeaderMap};

use super::fields;
use crate::domain::values::lang::Lang;

/// English if the caller prefers it to Japanese, else Japanese.
#[must_use]
pub fn language_of(headers: &HeaderMap) -> Lang {
    let wanted = fields::list(headers, header::ACCEPT_LANGUAGE).unwrap_or_default();
    let quality = |tag: &str| {
        let weights = wanted.split(',').filter_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let language = parts.next()?.split('-').next()?;
            let weight = parts.find_map(weight_of).unwrap_or(1.0);
            language.eq_ignore_ascii_case(tag).then_some(weight)
        });
        weights.fold(0.0_f32, f32::max)
    };
    if quality("en") > quality("ja") { Lang::En } else { Lang::Ja }
}

/// The weight of an entry, if the parameter states one: `q=0.5`.
fn weight_of(parameter: &str) -> Option<f32> {
    let (name, weight) = parameter.split_once('=')?;
    let weight = || weight.trim().parse().ok().filter(|weight| (0.0..=1.0).contains(weight));
    name.trim().eq_ignore_ascii_case("q").then(weight)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::HeaderValue;

    fn language(wanted: &str) -> Lang {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(wanted).unwrap());
        language_of(&headers)
    }

    #[test]
    fn answers_are_in_english_only_if_the_caller_prefers_it() {
        for (wanted, expected) in [
            ("", Lang::Ja),
            ("en", Lang::En),
            ("en-GB,en;q=0.9", Lang::En),
            ("ja,en;q=0.8", Lang::Ja),
            ("en;q=0.3, ja-JP;q=0.4", Lang::Ja),
            ("fr", Lang::Ja),
            ("*", Lang::Ja),
            ("en;q=x,;;,", Lang::En),
            ("en;Q=0.3, ja;q=0.4", Lang::Ja),
            ("ja;Q=0.3, en; q = 0.4", Lang::En),
            ("en;q=inf, ja;q=0.9", Lang::En),
            ("en;q=0.5, ja;q=-1", Lang::Ja),
        ] {
            assert_eq!(language(wanted), expected, "{wanted}");
        }
    }
}
