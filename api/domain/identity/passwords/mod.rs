//! The rules for passwords (NIST SP 800-63B). A password must be long, must take many guesses and must not contain the
//! account's own data. It need not contain particular kinds of characters.

use unicode_normalization::UnicodeNormalization;

use crate::domain::values::characters;
use crate::domain::values::fault::Fault;

mod estimate;
mod japanese;
mod notations;
mod own_data;
#[cfg(test)]
mod tests;

pub use own_data::OwnData;

/// The minimum number of characters of the normal form. NIST SP 800-63B requires 15 if the password is the only factor.
pub const MIN_CHARACTERS: u64 = 15;
/// The maximum number of characters of the normal form. What is typed may be longer: half-width `ﾊﾞ` has two characters
/// for one.
pub const MAX_CHARACTERS: u64 = 128;

/// Signs that input methods write differently for the same key or the same word, and the sign that stands for all of
/// them. NFKC has folded the full-width forms before. docs/decisions/0012-passwords.md has the reason for each.
const SIGNS: [(char, char); 12] = [
    ('\u{301c}', '~'),        // 〜, the wave dash, for ～
    ('\u{2212}', '-'),        // −, the minus sign, for －
    ('\u{2010}', '-'),        // ‐, the hyphen, for －
    ('\u{00a5}', '\\'),       // ¥ for ＼
    ('\u{2015}', '\u{2014}'), // ―, the horizontal bar, for —
    ('\u{2225}', '\u{2016}'), // ∥, the parallel sign, for ‖
    ('\u{2018}', '\''),       // ‘ for ＇
    ('\u{2019}', '\''),       // ’ for ＇
    ('\u{201b}', '\''),       // ‛ for ＇
    ('\u{201c}', '"'),        // “ for ＂
    ('\u{201d}', '"'),        // ” for ＂
    ('\u{201e}', '"'),        // „ for ＂
];

/// Whether a sign shows as a picture or as a character. Some keyboards add this invisible character to emoji.
const PRESENTATION: [char; 2] = ['\u{fe0e}', '\u{fe0f}'];

/// The form of a password that is hashed, measured and compared with the account's data: NFKC, with one sign for those in
/// which input methods differ. So a password that was set on one system can be typed on another.
#[must_use]
pub fn normal_form(password: &str) -> String {
    let sign = |c: char| SIGNS.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    password.chars().filter(|c| !PRESENTATION.contains(c)).nfkc().map(sign).collect()
}

/// The forms of a password under which others may know it: as it was typed, in NFKC, and in [`normal_form`].
#[must_use]
pub fn known_forms(password: &str) -> Vec<String> {
    let mut forms = vec![normal_form(password), password.nfkc().collect(), password.to_owned()];
    forms.dedup();
    forms
}

/// The fault of a password, if it has one. It takes up to some milliseconds, so it must not run on a thread that serves
/// requests.
///
/// The checks are, in this order: the length; that no word of the account's own data occurs as a whole word; the number
/// of guesses that the password takes from somebody who knows common passwords and the account's own data.
#[must_use]
pub fn examine(password: &str, own_data: &OwnData) -> Option<Fault> {
    let normal = normal_form(password);
    let length = characters::count(&normal);
    if length < MIN_CHARACTERS {
        return Some(Fault::TooShort { min: MIN_CHARACTERS });
    }
    if length > MAX_CHARACTERS {
        return Some(Fault::TooLong { max: MAX_CHARACTERS });
    }
    if own_data.is_in(&normal) {
        return Some(Fault::PasswordHoldsIdentity);
    }
    if !estimate::is_guessable(&normal, &own_data.parts()) {
        return None;
    }
    // The caller learns whether the own data is the reason.
    let fault = if estimate::is_guessable(&normal, &[]) {
        Fault::PasswordCommon
    } else {
        Fault::PasswordHoldsIdentity
    };
    Some(fault)
}
