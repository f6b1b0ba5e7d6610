//! The rules for passwords (NIST SP 800-63B). A password must be long, must not be common and must not contain the
//! account's own data. It need not contain particular kinds of characters.

use unicode_normalization::UnicodeNormalization;

use crate::domain::values::characters;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::search_key::search_key;

/// The minimum number of characters. NIST SP 800-63B requires 15 if the password is the only factor.
pub const MIN_CHARACTERS: u64 = 15;
/// The maximum number of characters.
pub const MAX_CHARACTERS: u64 = 128;

/// Words that are common in passwords, most of them Japanese. Each is a [`search_key`].
const WORDS: &str = include_str!("password_words.txt");
/// The minimum number of different letters outside the listed words.
const MIN_OWN_LETTERS: usize = 5;
/// The minimum number of characters of a part of the account's data. Shorter parts may occur in a password by chance.
const MIN_IDENTITY_LENGTH: usize = 4;

/// The form of a password that is hashed: NFKC, so that full-width and half-width typing give the same hash.
#[must_use]
pub fn normal_form(password: &str) -> String {
    password.nfkc().collect()
}

/// Every fault of a password. `identity` is the account's own data: the facility code, the facility name and the part
/// of the e-mail address before the `@`. A password of a wrong length is not checked further.
#[must_use]
pub fn examine(password: &str, identity: &[&str]) -> Vec<Fault> {
    let normal = normal_form(password);
    let length = characters::count(&normal);
    if length < MIN_CHARACTERS {
        return vec![Fault::TooShort { min: MIN_CHARACTERS }];
    }
    if length > MAX_CHARACTERS {
        return vec![Fault::TooLong { max: MAX_CHARACTERS }];
    }
    let mut faults = Vec::new();
    let key = search_key(&normal);
    let contains_part = |part: &&str| {
        let part = search_key(part);
        part.chars().count() >= MIN_IDENTITY_LENGTH && key.contains(&part)
    };
    if identity.iter().any(contains_part) {
        faults.push(Fault::PasswordHoldsIdentity);
    }
    if is_common(&key) {
        faults.push(Fault::PasswordCommon);
    }
    faults
}

/// Notes every fault of a password at `pointer`.
pub fn note_faults(pointer: &str, password: &str, own_data: &[String], faults: &mut Faults) {
    let own_data: Vec<&str> = own_data.iter().map(String::as_str).collect();
    for fault in examine(password, &own_data) {
        faults.add(pointer, fault);
    }
}

/// Whether a password has fewer than [`MIN_OWN_LETTERS`] different letters after the listed words are removed, longest
/// words first.
fn is_common(key: &str) -> bool {
    let mut words: Vec<&str> = WORDS.lines().filter(|word| !word.is_empty()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.into_iter().fold(key.to_owned(), |rest, word| rest.replace(word, ""));
    let mut own_letters: Vec<char> = rest.chars().filter(|c| c.is_alphabetic()).collect();
    own_letters.sort_unstable();
    own_letters.dedup();
    own_letters.len() < MIN_OWN_LETTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_counted_in_characters_and_checked_first() {
        assert_eq!(examine("みじかいことば", &[]), [Fault::TooShort { min: 15 }]);
        assert_eq!(examine(&"長".repeat(129), &[]), [Fault::TooLong { max: 128 }]);
        assert_eq!(examine("fourteen chars", &[]), [Fault::TooShort { min: 15 }]);
    }

    #[test]
    fn long_sentences_in_any_script_are_accepted() {
        for password in [
            "correct horse battery staple",
            "雨の日は縁側で祖母と将棋を指した",
            "kaze ga tsuyoi asa no shiosai",
            "Zq7-tR9w-Lm2k-Xv4b",
        ] {
            assert_eq!(examine(password, &["1310000014", "架空さくら診療所", "reception"]), [], "{password}");
        }
    }

    #[test]
    fn common_words_digits_and_repetition_are_refused_at_any_length() {
        for password in [
            "passwordpassword",
            "Password20230401!",
            "123456789012345",
            "aaaaaaaaaaaaaaaaaaaa",
            "qwertyuiop123456",
            "byouinclinic2023",
            "パスワードパスワードパスワード",
            "ＰＡＳＳＷＯＲＤ１２３４５６７８９",
            "abababababababababab",
        ] {
            assert_eq!(examine(password, &[]), [Fault::PasswordCommon], "{password}");
        }
    }

    #[test]
    fn a_password_that_contains_the_accounts_own_data_is_refused_in_any_spelling() {
        let identity = ["1310000014", "架空さくら診療所", "reception"];
        for password in [
            "kaminari-1310000014-zoku",
            "雷雲と架空さくら診療所と虹の橋",
            "雷雲と架空 さくら 診療所と虹の橋",
            "Bright-RECEPTION-desk-lamp",
        ] {
            assert!(examine(password, &identity).contains(&Fault::PasswordHoldsIdentity), "{password}");
        }
    }

    #[test]
    fn full_width_and_half_width_typing_give_the_same_password() {
        assert_eq!(normal_form("ＡＢＣ　ｄｅｆ"), normal_form("ABC def"));
    }
}
