//! The data of an account that its password must not contain as a word, and must not be made of.

use super::japanese;
use crate::domain::values::characters;
use crate::domain::values::search_key::search_key;

/// The minimum number of characters of a word. Shorter ones occur by chance.
const MIN_WORD: usize = 4;
/// The minimum number of characters of a Latin word that digits separate from others. A random password may contain a
/// shorter one between digits by chance.
const MIN_WORD_AMONG_DIGITS: usize = 6;
/// The minimum number of digits of a number that is recognized everywhere.
const MIN_NUMBER: usize = 7;
/// Ends of facility names. What is before them is a word, too.
const KINDS: [&str; 11] = [
    "訪問看護ステーション",
    "歯科クリニック",
    "歯科医院",
    "クリニック",
    "診療所",
    "薬局",
    "薬店",
    "医院",
    "病院",
    "歯科",
    "内科",
];

/// The account's own data: the number and the names of its facility, the names of its founder and contact, its e-mail
/// address.
#[derive(Debug, Clone, Default)]
pub struct OwnData {
    words: Vec<Word>,
    numbers: Vec<String>,
    /// For the estimate: all words and their parts.
    parts: Vec<String>,
}

/// A word without separators, as [`search_key`]s of its characters.
type Word = Vec<char>;

impl OwnData {
    /// Adds a facility code, a receipt number, a postal code or a telephone number.
    pub fn add_number(&mut self, number: &str) {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        self.parts.push(digits.clone());
        if digits.len() >= MIN_NUMBER {
            self.numbers.push(digits);
        }
    }

    /// Adds the name of a facility, a person or a corporation, in any script.
    pub fn add_name(&mut self, name: &str) {
        let normal = super::normal_form(name);
        self.add_word(&normal);
        for word in normal.split(|c: char| !c.is_alphanumeric()) {
            self.add_word(word);
            for kind in KINDS {
                self.add_word(word.strip_suffix(kind).unwrap_or_default());
            }
        }
    }

    /// Adds an e-mail address: the part before the `@` with its words, and the labels of the domain.
    pub fn add_email(&mut self, local_part: &str, domain: &str) {
        self.add_word(local_part);
        for label in domain.split('.') {
            self.add_word(label);
        }
        for word in
            [local_part, domain].into_iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        {
            self.add_word(word);
            self.parts.push(word.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase());
        }
    }

    fn add_word(&mut self, word: &str) {
        let letters: Word = Letter::all(word).into_iter().map(|letter| letter.key).collect();
        self.parts.push(japanese::fold(&letters.iter().collect::<String>()));
        if letters.len() >= MIN_WORD && !self.words.contains(&letters) {
            self.words.push(letters);
        }
    }

    /// The words for the estimate.
    pub(super) fn parts(&self) -> Vec<String> {
        let mut parts: Vec<String> =
            self.parts.iter().filter(|part| part.chars().count() > 1).cloned().collect();
        parts.sort_unstable();
        parts.dedup();
        parts
    }

    /// Whether a password contains a word or a number of the data.
    pub(super) fn is_in(&self, password: &str) -> bool {
        let letters = Letter::all(password);
        let digits: String = letters.iter().map(|letter| letter.key).collect();
        self.numbers.iter().any(|number| digits.contains(number))
            || self.words.iter().any(|word| contains_word(&letters, word))
    }
}

/// A letter or a digit of a password.
struct Letter {
    key: char,
    script: Script,
    /// Whether a separator is before it, or it begins a word as in `CamelCase`.
    begins_word: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Digit,
    Latin,
    Hiragana,
    Katakana,
    Kanji,
}

impl Script {
    const fn of(c: char) -> Self {
        match c {
            '\u{3041}'..='\u{309f}' => Self::Hiragana,
            '\u{30a0}'..='\u{30ff}' => Self::Katakana,
            _ if c.is_ascii_digit() => Self::Digit,
            '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => Self::Kanji,
            _ => Self::Latin,
        }
    }
}

impl Letter {
    fn all(text: &str) -> Vec<Self> {
        let (mut letters, mut after_separator, mut after_small) = (Vec::new(), true, false);
        for c in super::normal_form(text).chars().filter(|c| !characters::is_invisible(*c)) {
            if !c.is_alphanumeric() {
                after_separator = true;
                continue;
            }
            let begins_word = after_separator || (after_small && c.is_uppercase());
            (after_separator, after_small) = (false, c.is_lowercase());
            let keys = search_key(&c.to_string());
            letters.extend(keys.chars().enumerate().map(|(number, key)| Self {
                key,
                script: Script::of(key),
                begins_word: begins_word && number == 0,
            }));
        }
        letters
    }
}

fn contains_word(letters: &[Letter], word: &[char]) -> bool {
    letters.windows(word.len()).enumerate().any(|(at, window)| {
        window.iter().zip(word).all(|(letter, key)| letter.key == *key)
            && is_border(letters, at, word.len())
            && is_border(letters, at + word.len(), word.len())
    })
}

/// Whether a word of `length` characters can begin or end before the letter at `at`. Japanese has no spaces: a compound
/// of kanji or of katakana goes on, but after hiragana, and where the script changes, a word can end.
fn is_border(letters: &[Letter], at: usize, length: usize) -> bool {
    let (Some(before), Some(after)) = (at.checked_sub(1).and_then(|at| letters.get(at)), letters.get(at))
    else {
        return true;
    };
    after.begins_word
        || match (before.script, after.script) {
            (Script::Hiragana, Script::Hiragana) => true,
            (Script::Latin, Script::Digit) | (Script::Digit, Script::Latin) => {
                length >= MIN_WORD_AMONG_DIGITS
            }
            (one, other) => one != other,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> OwnData {
        let mut data = OwnData::default();
        data.add_number("1310000014");
        data.add_name("医療法人社団架空会　架空さくら診療所");
        data.add_name("架空 花子");
        data.add_name("スマイル歯科");
        data.add_email("info", "hikari-clinic.example.jp");
        data.add_email("reception", "example.jp");
        data
    }

    #[test]
    fn an_own_word_is_found_in_any_spelling() {
        for password in [
            "kaminari-1310000014-zoku",
            "kaminari131-0000014zoku",
            "雷雲と架空さくら診療所と虹の橋",
            "雷雲と架空 さくら 診療所と虹の橋",
            "雷雲と架空さくらの庭と虹の橋",
            "夜は架空花子が将棋を指した",
            "朝のスマイルと珈琲と新聞紙",
            "Bright-RECEPTION-desk-lamp",
            "BrightReceptionDeskLamp",
            "purple reception lamp garden",
            "9reception7purplelampgarden",
            "ｐｕｒｐｌｅ　ｒｅｃｅｐｔｉｏｎ　ｌａｍｐ",
            "the info of seven purple whales",
            "雲の上にinfoと書いた手紙が届く",
            "blue hikari-clinic whale lamp",
        ] {
            assert!(data().is_in(password), "{password}");
        }
    }

    #[test]
    fn a_part_of_a_longer_word_is_not_an_own_word() {
        for password in [
            "the information of seven whales",
            "InformationOfSevenWhales",
            "receptionists sing at midnight",
            "xK9infoQ2vLm8RtZ4w",
            "t4info7zW2qLk9Xv3B",
            "雲の上に架空花子供が昇った",
            "朝のスマイルズと珈琲と新聞紙",
            "131000001 purple lamp garden",
        ] {
            assert!(!data().is_in(password), "{password}");
        }
    }

    #[test]
    fn words_of_fewer_than_four_characters_and_an_empty_name_are_found_nowhere() {
        let mut data = OwnData::default();
        data.add_name("");
        data.add_name("東京");
        data.add_email("abc", "x.jp");
        data.add_number("2023");
        assert!(!data.is_in("東京 abc x jp 2023 雨の日は縁側で"));
        assert!(!OwnData::default().is_in(""));
    }
}
