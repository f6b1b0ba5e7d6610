use proptest::prelude::*;

use super::*;

/// Passwords of 15 characters and more that people choose: one a line.
const GUESSABLE: &str = include_str!("guessable.txt");
/// Random ones, passphrases in several languages, and what password managers generate: one a line.
const STRONG: &str = include_str!("strong.txt");

fn sakura() -> OwnData {
    let mut data = OwnData::default();
    data.add_number("1310000014");
    data.add_name("架空さくら診療所");
    data.add_email("info", "sakura-clinic.example.jp");
    data
}

#[test]
fn the_length_is_counted_in_characters_and_checked_first() {
    let none = OwnData::default();
    assert_eq!(examine("みじかいことば", &none), Some(Fault::TooShort { min: 15 }));
    assert_eq!(examine(&"長".repeat(129), &none), Some(Fault::TooLong { max: 128 }));
    assert_eq!(examine("fourteen chars", &none), Some(Fault::TooShort { min: 15 }));
    assert_eq!(examine("info1310000014", &sakura()), Some(Fault::TooShort { min: 15 }));
}

#[test]
fn passwords_that_people_choose_are_refused_at_any_length() {
    let none = OwnData::default();
    assert!(GUESSABLE.lines().count() >= 60);
    let accepted: Vec<&str> = GUESSABLE
        .lines()
        .filter(|password| examine(password, &none) != Some(Fault::PasswordCommon))
        .collect();
    assert!(accepted.is_empty(), "{accepted:#?}");
}

#[test]
fn famous_phrases_are_refused_also_with_signs_and_a_few_characters_more() {
    let none = OwnData::default();
    let phrases: Vec<&str> = include_str!("../phrases.txt").lines().collect();
    assert!(phrases.len() >= 200);
    for (number, phrase) in phrases.iter().enumerate() {
        assert!(phrase.chars().all(char::is_alphanumeric), "{phrase}");
        assert!(!phrases.iter().take(number).any(|other| other == phrase), "{phrase} is listed twice");
        let repeated = phrase.repeat(15_usize.div_ceil(phrase.chars().count()));
        let spaced: String = repeated.chars().flat_map(|c| [c, ' ']).collect();
        for password in [format!("{phrase}。{repeated}!!!!!!!!"), repeated.to_uppercase(), spaced, repeated]
        {
            assert_eq!(examine(&password, &none), Some(Fault::PasswordCommon), "{password}");
        }
    }
}

#[test]
fn a_famous_phrase_beside_a_strong_part_and_a_part_of_one_are_accepted() {
    for password in [
        "correcthorsebatterystaple x7!Qm#2vL@9pRz$4Wk",
        "to err is a horse, to glitter a penny",
        "sarumokikaraochiru-kujira-to-hotaru-to-zakuro",
    ] {
        assert_eq!(examine(password, &OwnData::default()), None, "{password}");
    }
}

#[test]
fn passphrases_and_random_passwords_of_any_script_are_accepted() {
    assert!(STRONG.lines().count() >= 60);
    let refused: Vec<_> = STRONG
        .lines()
        .filter_map(|password| examine(password, &sakura()).map(|fault| (password, fault)))
        .collect();
    assert!(refused.is_empty(), "{refused:#?}");
}

#[test]
fn a_long_repetition_of_anything_short_is_refused() {
    for part in ["a", "ab", "abc", "x9", "さ", "桜", "🐙", "password", "P@55w0rd!", "あいうえお", "tokyo2020"]
    {
        for length in [15, 40, 41, 80, 127, 128] {
            let password: String = part.chars().cycle().take(length).collect();
            assert_eq!(examine(&password, &OwnData::default()), Some(Fault::PasswordCommon), "{password}");
        }
    }
}

#[test]
fn a_password_that_is_only_long_in_its_weak_part_is_accepted_for_its_strong_part() {
    let password = format!("{}wvkzjqxhnbrmfytq", "a".repeat(100));
    assert_eq!(examine(&password, &OwnData::default()), None);
}

#[test]
fn own_words_are_refused_as_words_and_not_inside_others() {
    for password in ["kaminari-1310000014-zoku", "雷雲と架空さくら診療所と虹の橋", "the info of seven whales"]
    {
        assert_eq!(examine(password, &sakura()), Some(Fault::PasswordHoldsIdentity), "{password}");
    }
    for password in ["the information of seven whales", "xK9infoQ2vLm8RtZ4w", "t4info7zW2qLk9Xv3B"] {
        assert_eq!(examine(password, &sakura()), None, "{password}");
    }
}

#[test]
fn a_password_made_of_own_words_and_digits_is_refused_even_if_no_word_stands_alone() {
    for password in [
        "info2023info2023",
        "infoinfo84719365",
        "1nf0sakura20230401",
        "sakuraclinicinfo1",
        "infosakuraclinic2023!",
        "kakuu架空さくら20230401",
    ] {
        assert!(examine(password, &sakura()).is_some(), "{password}");
    }
    // Without the account's data these would be strong enough, so its owner learns that the data is the reason.
    let mut data = OwnData::default();
    data.add_email("kwjtzvbxqplmtrd", "gvkzhtwqxn.example");
    let password = "kwjtzvbxqplmtrd1gvkzhtwqxn";
    assert_eq!(examine(password, &OwnData::default()), None);
    assert_eq!(examine(password, &data), Some(Fault::PasswordHoldsIdentity));
}

#[test]
fn full_width_and_half_width_typing_give_the_same_password() {
    assert_eq!(normal_form("ＡＢＣ　ｄｅｆ"), normal_form("ABC def"));
    for password in ["ＰＡＳＳＷＯＲＤ１２３４５６７８９", "ﾊﾟｽﾜｰﾄﾞﾊﾟｽﾜｰﾄﾞﾊﾟｽﾜｰﾄﾞ"]
    {
        assert_eq!(examine(password, &OwnData::default()), Some(Fault::PasswordCommon), "{password}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The chance that a random password of this length looks like a pattern is far below one in a million.
    #[test]
    fn random_passwords_of_twenty_characters_are_accepted(
        password in "[a-z]{20}|[A-Za-z0-9]{20}|[!-~]{20}|[0-9a-f]{20}|[A-Z2-7]{20}|[ぁ-ん]{20}|[ァ-ヶ]{20}|[一-龠]{20}\
             |[\u{1f300}-\u{1f3ff}]{20}|[а-я]{20}|[0-9]{24}|[a-z0-9]{6}-[a-z0-9]{6}-[A-Za-z0-9]{6}",
    ) {
        prop_assert_eq!(examine(&password, &sakura()), None);
    }

    #[test]
    fn no_text_makes_the_check_fail(text in "\\PC{15,128}|[4@8({\\[<369|!170$5+7%2]{15,128}|[aA1年月日昭和十〒0-9-]{15,60}") {
        let _ = examine(&text, &sakura());
    }

    #[test]
    fn a_number_or_a_name_is_found_wherever_it_stands_alone(before in "[ぁ-ん]{9}、", after in "、[ぁ-ん]{9}") {
        for own in ["1310000014", "架空さくら診療所", "info"] {
            let password = format!("{before}{own}{after}");
            prop_assert_eq!(examine(&password, &sakura()), Some(Fault::PasswordHoldsIdentity));
        }
    }
}

/// Spellings of the same keys on different systems.
const SPELLINGS: [&[&str]; 9] = [
    &["\u{301c}", "\u{ff5e}", "~"],
    &["\u{2212}", "\u{ff0d}", "-", "\u{2010}", "\u{2011}"],
    &["\u{a5}", "\u{ffe5}", "\u{ff3c}", "\\"],
    &["\u{2014}", "\u{2015}"],
    &["\u{2016}", "\u{2225}"],
    &["\u{2018}", "\u{2019}", "\u{201b}", "\u{ff07}", "'"],
    &["\u{201c}", "\u{201d}", "\u{201e}", "\u{ff02}", "\""],
    &["\u{2600}", "\u{2600}\u{fe0f}", "\u{2600}\u{fe0e}"],
    &["ﾊﾞ", "バ", "ハ\u{3099}"],
];

#[test]
fn a_sign_is_the_same_in_every_spelling_and_the_signs_stay_apart() {
    let forms = SPELLINGS.map(|spellings| {
        let forms: std::collections::BTreeSet<String> =
            spellings.iter().map(|sign| normal_form(&format!("橋{sign}7"))).collect();
        assert_eq!(forms.len(), 1, "{spellings:?} {forms:?}");
        forms.first().unwrap().clone()
    });
    let different: std::collections::BTreeSet<&String> = forms.iter().collect();
    assert_eq!(different.len(), SPELLINGS.len());
}

#[test]
fn characters_that_only_look_alike_stay_apart() {
    for (one, other) in
        [("ー", "-"), ("ー", "一"), ("〇", "O"), ("か", "カ"), ("Ａ", "a"), ("・", "."), ("`", "'")]
    {
        assert_ne!(normal_form(one), normal_form(other), "{one} {other}");
    }
}

#[test]
fn both_limits_count_the_normal_form() {
    let own_data = OwnData::default();
    // Half-width with voice marks: two characters for each one that counts.
    assert_eq!(examine("ﾊﾞｽﾞｶﾞｺﾞﾋﾞﾄﾞﾈ", &own_data), Some(Fault::TooShort { min: MIN_CHARACTERS }));
    let long = "雨の日は縁側で将棋を指しバ".repeat(10);
    let full = long.chars().take(128).collect::<String>();
    assert_ne!(examine(&full, &own_data), Some(Fault::TooLong { max: MAX_CHARACTERS }));
    assert_ne!(examine(&full.replace('バ', "ﾊﾞ"), &own_data), Some(Fault::TooLong { max: MAX_CHARACTERS }));
    assert_eq!(examine(&format!("{full}ﾊﾞ"), &own_data), Some(Fault::TooLong { max: MAX_CHARACTERS }));
    assert_eq!(examine(&"㍿".repeat(33), &own_data), Some(Fault::TooLong { max: MAX_CHARACTERS }));
}

proptest! {
    #[test]
    fn the_normal_form_of_a_normal_form_is_itself(
        text in "[〜～−－‐¥￥―‖‘’“”☀\u{fe0f}ﾊﾞバか\u{3099}A-z ]{0,30}|\\PC{0,30}",
    ) {
        let normal = normal_form(&text);
        prop_assert_eq!(normal_form(&normal), normal);
    }
}
