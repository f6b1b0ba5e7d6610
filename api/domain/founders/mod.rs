//! Whether the name of a founder (開設者) fits its kind. Many forms have the representative in place of the corporation,
//! or the wrong kind. Names follow no rule, so this is a guess, and its result a warning.

use unicode_normalization::UnicodeNormalization;

use super::accounts::{Founder, FounderKind};
use super::values::warning::{FieldWarning, Warning};

#[cfg(test)]
mod tests;

/// Parts of the names of corporations and public bodies, in NFKC and lower case. Names of persons hardly have them.
const CORPORATE_PARTS: [&str; 41] = [
    "法人",
    "会社",
    "(株)",
    "(有)",
    "(医)",
    "(社)",
    "(財)",
    "(福)",
    "(学)",
    "(宗)",
    "(資)",
    "(名)",
    "(合)",
    "(独)",
    "(国)",
    "組合",
    "財団",
    "社団",
    "連合",
    "生協",
    "農協",
    "赤十字",
    "済生会",
    "厚生連",
    "共済",
    "事業団",
    "公社",
    "企業団",
    "機構",
    "協会",
    "大学",
    "学園",
    "学校",
    "広域",
    "株式",
    "有限",
    "npo",
    "inc.",
    "ltd",
    "llc",
    "corp",
];
/// Last words of the names of corporations and public bodies. They are also last characters of given names, such as 健市.
const CORPORATE_ENDS: [&str; 29] = [
    "会",
    "社",
    "団",
    "県",
    "府",
    "都",
    "道",
    "市",
    "町",
    "村",
    "区",
    "国",
    "省",
    "庁",
    "局",
    "院",
    "園",
    "所",
    "堂",
    "館",
    "店",
    "署",
    "庫",
    "寺",
    "センター",
    "クリニック",
    "グループ",
    "ホーム",
    "ホールディングス",
];
/// Titles of representatives that stand directly before a name, or behind the name of the corporation.
const LONG_TITLES: [&str; 8] =
    ["理事長", "代表取締役", "代表理事", "代表社員", "取締役社長", "代表役員", "代表者", "業務執行社員"];
/// Titles of which some occur within names, such as 院長 in 医療法人社団院長会. They count at the start or the end of a
/// word.
const SHORT_TITLES: [&str; 21] = [
    "病院長",
    "院長",
    "学長",
    "総長",
    "会長",
    "社長",
    "所長",
    "園長",
    "館長",
    "校長",
    "局長",
    "市長",
    "町長",
    "村長",
    "区長",
    "知事",
    "大臣",
    "管理者",
    "企業長",
    "組合長",
    "支部長",
];
/// The most characters of a person's name that is written without a space.
const MAX_UNSPACED: usize = 7;
/// The most characters of a family name or a given name.
const MAX_PART: usize = 6;

impl Founder {
    /// The warnings about the founder at `pointer`, the JSON pointer of the founder in the body.
    #[must_use]
    pub fn warnings(&self, pointer: &str) -> Vec<FieldWarning> {
        let name = Name::of(self.name.as_str());
        let warning = match self.kind {
            FounderKind::Corporation if name.has_title() || name.is_personal() => {
                Warning::CorporationNameExpected
            }
            FounderKind::Individual if name.is_plainly_corporate() => Warning::PersonNameExpected,
            FounderKind::Corporation | FounderKind::Individual => return Vec::new(),
        };
        vec![FieldWarning { pointer: format!("{pointer}/name"), warning }]
    }
}

/// The words of a name, in NFKC and lower case.
struct Name(Vec<String>);

impl Name {
    fn of(text: &str) -> Self {
        let normal: String = text.nfkc().flat_map(char::to_lowercase).collect();
        Self(normal.split_whitespace().map(str::to_owned).collect())
    }

    fn has_title(&self) -> bool {
        self.0.iter().any(|word| {
            let long = LONG_TITLES.iter().any(|title| {
                word.split_once(title).is_some_and(|(_, rest)| rest.is_empty() || is_unspaced_name(rest))
            });
            let short = SHORT_TITLES
                .iter()
                .any(|title| word.ends_with(title) || word.strip_prefix(title).is_some_and(is_unspaced_name));
            long || short
        })
    }

    fn has_corporate_part(&self) -> bool {
        let whole = self.0.concat();
        CORPORATE_PARTS.iter().any(|part| whole.contains(part))
    }

    /// A given name may end as a corporation does; then it stands behind a space and is short.
    fn has_corporate_end(&self) -> bool {
        let last = self.0.last().map(String::as_str).unwrap_or_default();
        let may_be_given_name = self.0.len() > 1 && last.chars().count() <= 2;
        !may_be_given_name && ends_as_corporation(last)
    }

    /// Whether the name looks like that of a person: one or two words, or three for a foreign name, in kanji or kana.
    fn is_personal(&self) -> bool {
        if self.has_corporate_part() || self.has_corporate_end() {
            return false;
        }
        match self.0.as_slice() {
            [name] => is_unspaced_name(name) && name.chars().any(is_kanji),
            [_, _] | [_, _, _] => {
                self.0.iter().all(|part| is_japanese(part) && part.chars().count() <= MAX_PART)
            }
            _ => false,
        }
    }

    /// Whether the name can hardly be that of a person.
    fn is_plainly_corporate(&self) -> bool {
        let is_body = |word: &String| ["会", "社", "団", "県", "府"].iter().any(|end| word.ends_with(end));
        self.has_corporate_part() || (self.0.len() == 1 && self.0.iter().any(is_body))
    }
}

fn ends_as_corporation(word: &str) -> bool {
    CORPORATE_ENDS.iter().any(|end| word.ends_with(end))
}

/// Whether a word may be a person's whole name.
fn is_unspaced_name(word: &str) -> bool {
    (2..=MAX_UNSPACED).contains(&word.chars().count()) && is_japanese(word) && !ends_as_corporation(word)
}

fn is_japanese(word: &str) -> bool {
    word.chars().all(|c| is_kanji(c) || matches!(c, '\u{3041}'..='\u{309f}' | '\u{30a1}'..='\u{30fc}'))
}

const fn is_kanji(c: char) -> bool {
    matches!(c, '々' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
