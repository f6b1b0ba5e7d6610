//! The search key of a name or an address, by which names and addresses are searched and compared. It is never shown.
//!
//! Spellings of one name that differ in width, case, spaces, hyphens or variant kanji have the same key. Different
//! names may have the same key, too, so equal keys only suggest that two names are the same.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::characters;

/// Families of kanji that are variants of each other in names (異体字). Search keys contain the first kanji of a family.
///
/// Compatibility ideographs such as U+FA19 are not listed, because NFKC replaces them first.
const FAMILIES: &str = "
    高髙 崎﨑嵜㟢 辺邉邊 浜濱濵 徳德 斉齊齋斎 島嶋嶌 広廣 沢澤 桜櫻 国國圀 栄榮 真眞 瀬瀨 富冨 槙槇
    吉𠮷 橋槗𣘺 渕淵渊 桑桒 柳栁桺 峰峯 岳嶽 野埜 村邨 館舘 荘莊 郷鄕 郎郞 彦彥 宝寶寳 巌巖 滝瀧 竜龍
    条條 曽曾 弥彌 蔵藏 塩鹽 浅淺 豊豐 静靜 晋晉 遥遙 恵惠 寿壽 万萬 与與 亜亞 円圓 実實 関關 渋澁澀
    峡峽 呉吳 黒黑 青靑 清淸 黄黃 緑綠 横橫 増增 歩步 戸戶 内內 巻卷 栃杤 桧檜 芦蘆 穂穗 稲稻 亀龜 鶏鷄
    鴎鷗 麹麴 麦麥 勲勳 昇曻 昂昻 涼凉 篭籠 萌萠 釜釡 頼賴 聡聰 禄祿 礼禮 禅禪 顕顯 鎮鎭 隠隱 霊靈 双雙
    仏佛 伝傳 灯燈 糸絲 来來 秋穐 松枩 欅﨔 鉄鐵銕 庁廳 巣巢 医醫 薬藥 歯齒 会會 学學 総總 団團 県縣
    区區 独獨 体體 旧舊 当當 経經 済濟 台臺 舎舍 楽樂 駅驛 気氣 満滿 湾灣 教敎 寛寬 産產 顔顏 応應 将將
    権權 検檢 覚覺 観觀 誉譽 譲讓 釈釋 験驗 齢齡 点點 党黨 脳腦 暁曉 様樣 為爲 数數 摂攝 壱壹 発發 営營
    帰歸 画畫 続續 毎每
";

static REPRESENTATIVES: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    FAMILIES
        .split_whitespace()
        .filter_map(|family| family.chars().next().map(|first| (first, family)))
        .flat_map(|(first, family)| family.chars().skip(1).map(move |variant| (variant, first)))
        .collect()
});

/// The search key of a name or an address: in NFKC and lower case, without white space and invisible characters, with
/// `-` for every hyphen between digits, and with the first kanji of each family. The key of a key is the key itself.
#[must_use]
pub fn search_key(text: &str) -> String {
    let folded: String = text
        .nfkc()
        .filter(|c| !c.is_whitespace() && !characters::is_invisible(*c))
        .flat_map(char::to_lowercase)
        .map(representative)
        // The steps before can bring a character and a combining mark together, so the text is composed again.
        .nfkc()
        .collect();
    with_plain_hyphens(&folded)
}

fn representative(c: char) -> char {
    REPRESENTATIVES.get(&c).copied().unwrap_or(c)
}

/// Replaces every run of hyphens between two digits by one `-`. Other hyphens are kept, because `ー` is a long vowel.
fn with_plain_hyphens(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if !characters::is_hyphen(c) || !plain.ends_with(|last: char| last.is_ascii_digit()) {
            plain.push(c);
            continue;
        }
        let mut run = String::from(c);
        while let Some(more) = rest.next_if(|c| characters::is_hyphen(*c)) {
            run.push(more);
        }
        let joins_digits = rest.peek().is_some_and(char::is_ascii_digit);
        plain.push_str(if joins_digits { "-" } else { &run });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_name_have_the_same_key() {
        for (one, other) in [
            ("髙﨑医院", "高崎医院"),
            ("渡邉内科", "渡辺内科"),
            ("渡邊內科", "渡辺内科"),
            ("濵田　德子", "浜田徳子"),
            ("齋藤齒科醫院", "斉藤歯科医院"),
            ("𠮷田藥局", "吉田薬局"),
            ("神\u{fa19}\u{fa1b}\u{fa1a}", "神神福祥"),
            ("葛\u{e0100}飾", "葛飾"),
            ("ｱｲｳｸﾘﾆｯｸ", "アイウクリニック"),
            ("カ\u{3099}ーデン", "ガーデン"),
            ("ＡＢＣ薬局", "abc 薬局"),
            ("青空町１－２－３", "青空町1-2-3"),
            ("青空町１ー２‐３", "青空町1−2―3"),
            ("青空町1 - 2", "青空町1-2"),
        ] {
            assert_eq!(search_key(one), search_key(other));
        }
    }

    #[test]
    fn long_vowels_and_other_hyphens_are_kept_and_different_names_have_different_keys() {
        assert_eq!(search_key("センター"), "センター");
        assert_eq!(search_key("ビル2ーA"), "ビル2ーa");
        assert_eq!(search_key("第1ーセンター2"), "第1ーセンター2");
        for (one, other) in
            [("川田", "河田"), ("大田", "太田"), ("阿部", "安部"), ("1-2", "12"), ("は", "ば")]
        {
            assert_ne!(search_key(one), search_key(other));
        }
    }

    #[test]
    fn a_text_of_white_space_only_has_an_empty_key() {
        assert_eq!(search_key(" \t\n　\u{200b}"), "");
    }

    #[test]
    fn no_kanji_belongs_to_two_families() {
        let mut seen = std::collections::HashSet::new();
        for c in FAMILIES.split_whitespace().flat_map(str::chars) {
            assert!(seen.insert(c), "{c} is in two families");
            assert_eq!(c.to_string().nfkc().collect::<String>(), c.to_string(), "NFKC folds {c} already");
        }
    }

    proptest! {
        #[test]
        fn the_key_of_a_key_is_the_key_itself(
            text in "[0-9０-９ーｰ－‐ -]{0,12}|[かカﾊﾞﾟ゛゜\u{3099} AΣİßẞ髙邊ー1-]{0,12}|\\PC{0,30}",
        ) {
            let key = search_key(&text);
            prop_assert_eq!(search_key(&key), key);
        }

        #[test]
        fn spaces_do_not_change_the_key(words in prop::collection::vec("[0-9ぁ-んァ-ヶ一-龠ー-]{1,5}", 1..5)) {
            prop_assert_eq!(search_key(&words.join("　")), search_key(&words.concat()));
        }
    }
}
