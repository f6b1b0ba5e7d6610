//! What a password must be (NIST SP 800-63B): long, not common, not the account's own data. There
//! are no rules of composition.

use unicode_normalization::UnicodeNormalization;

use crate::domain::values::characters;
use crate::domain::values::fault::Fault;
use crate::domain::values::faults::Faults;
use crate::domain::values::search_key::search_key;

/// Fewest characters while the password is the only factor.
pub const MIN_CHARACTERS: u64 = 15;
/// Most characters.
pub const MAX_CHARACTERS: u64 = 128;

/// Words that people build passwords from, most of them Japanese.
const WORDS: &str = include_str!("password_words.txt");
/// What must remain of a password once listed words, digits and repetition are taken out.
const LEAST_OF_ITS_OWN: usize = 5;
/// Parts of an account's data shorter than this may occur in a password by chance.
const SHORTEST_IDENTITY: usize = 4;

/// The password as it is hashed: the same characters typed on different keyboards give the same.
#[must_use]
pub fn normal_form(password: &str) -> String {
    password.nfkc().collect()
}

/// Every fault of a password. `identity` is the account's own data: facility code,
/// facility name, mail name.
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
    let holds = |part: &&str| {
        let part = search_key(part);
        part.chars().count() >= SHORTEST_IDENTITY && key.contains(&part)
    };
    if identity.iter().any(holds) {
        faults.push(Fault::PasswordHoldsIdentity);
    }
    if is_common(&key) {
        faults.push(Fault::PasswordCommon);
    }
    faults
}

/// Notes every fault of a password at its place in the form.
pub fn note_faults(pointer: &str, password: &str, own_data: &[String], faults: &mut Faults) {
    let own_data: Vec<&str> = own_data.iter().map(String::as_str).collect();
    for fault in examine(password, &own_data) {
        faults.add(pointer, fault);
    }
}

/// Whether hardly anything is left once listed words are taken out, longest first, and of the rest
/// every character counts once and digits and signs do not count.
fn is_common(key: &str) -> bool {
    let mut words: Vec<&str> = WORDS.lines().filter(|word| !word.is_empty()).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.into_iter().fold(key.to_owned(), |rest, word| rest.replace(word, ""));
    let mut own: Vec<char> = rest.chars().filter(|c| c.is_alphabetic()).collect();
    own.sort_unstable();
    own.dedup();
    own.len() < LEAST_OF_ITS_OWN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_characters_and_is_said_before_anything_else() {
        assert_eq!(examine("みじかいことば", &[]), [Fault::TooShort { min: 15 }]);
        assert_eq!(examine(&"長".repeat(129), &[]), [Fault::TooLong { max: 128 }]);
        assert_eq!(examine("fourteen chars", &[]), [Fault::TooShort { min: 15 }]);
    }

    #[test]
    fn long_sentences_in_any_script_are_good_passwords() {
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
    fn common_words_digits_and_repetition_are_no_password_however_long() {
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
    fn a_password_that_holds_the_accounts_own_data_is_refused_in_any_spelling() {
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
    fn full_width_and_half_width_typing_is_the_same_password() {
        assert_eq!(normal_form("ＡＢＣ　ｄｅｆ"), normal_form("ABC def"));
    }
}
