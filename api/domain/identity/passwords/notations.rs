//! Dates, years and postal codes in Japanese notations, rewritten to what zxcvbn recognizes.

/// The names of the eras with the year before their first one. In Latin letters an era is its initial.
const ERAS: [(&str, u32); 10] = [
    ("令和", 2018),
    ("平成", 1988),
    ("昭和", 1925),
    ("大正", 1911),
    ("明治", 1867),
    ("れいわ", 2018),
    ("へいせい", 1988),
    ("しょうわ", 1925),
    ("reiwa", 2018),
    ("heisei", 1988),
];

/// A folded text with `2023/4/1` for 令和5年4月1日, with `2023` for 令和5年, and with a five-digit number for a postal code,
/// because hardly more than 100,000 of them exist.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (written, after) = if let Some((date, after)) = date_at(rest) {
            (date, after)
        } else if let Some((code, after)) = postal_code_at(rest) {
            (code, after)
        } else {
            (first.to_string(), rest.strip_prefix(first).unwrap_or_default())
        };
        plain.push_str(&written);
        rest = after;
    }
    plain
}

/// A year with an era or with 年, and the month and the day that follow it, at the start of a text.
fn date_at(text: &str) -> Option<(String, &str)> {
    let (base, after_era) = ERAS
        .iter()
        .find_map(|(era, base)| text.strip_prefix(era).map(|after| (*base, after)))
        .unwrap_or((0, text));
    let (year, rest) = after_era.strip_prefix('元').map(|rest| (1, rest)).or_else(|| number_at(after_era))?;
    let (year, has_sign, rest) = match rest.strip_prefix('年').or_else(|| rest.strip_prefix("nen")) {
        Some(rest) => (base + year, true, rest),
        None => (base + year, false, rest),
    };
    if !has_sign && base == 0 || !(1_868..=2_199).contains(&year) {
        return None;
    }
    let date = number_at(rest).and_then(|(month, rest)| {
        let rest = rest.strip_prefix('月').or_else(|| rest.strip_prefix("gatsu"))?;
        let (day, rest) = number_at(rest)?;
        let rest = rest.strip_prefix('日').or_else(|| rest.strip_prefix("nichi"))?;
        Some((format!("{year}/{month}/{day}"), rest))
    });
    Some(date.unwrap_or_else(|| (year.to_string(), rest)))
}

/// A number of at most four digits, or in kanji, at the start of a text.
fn number_at(text: &str) -> Option<(u32, &str)> {
    let is_digit = |c: char| c.is_ascii_digit() || c == '十' || kanji_digit(c).is_some();
    let rest = text.trim_start_matches(is_digit);
    let number = text.strip_suffix(rest)?;
    if number.is_empty() || number.chars().count() > 4 {
        return None;
    }
    let value = number.chars().fold((0, 0), |(tens, units), c| match c {
        '十' => (if units == 0 { 10 } else { units * 10 }, 0),
        _ => (tens, units * 10 + c.to_digit(10).or_else(|| kanji_digit(c)).unwrap_or(0)),
    });
    Some((value.0 + value.1, rest))
}

fn kanji_digit(c: char) -> Option<u32> {
    "〇一二三四五六七八九".chars().zip(0..).find_map(|(digit, value)| (digit == c).then_some(value))
}

/// A postal code with its mark or its hyphen, at the start of a text.
fn postal_code_at(text: &str) -> Option<(String, &str)> {
    let digits_of = |text: &str, count: usize| text.chars().take_while(char::is_ascii_digit).count() == count;
    let unmarked = text.strip_prefix('〒').unwrap_or(text);
    let (area, town) = unmarked.split_once('-').filter(|(area, _)| area.len() == 3)?;
    if !digits_of(area, 3) || !digits_of(town, 4) {
        return None;
    }
    let (town, rest) = town.split_at_checked(2).and_then(|(kept, rest)| Some((kept, rest.get(2..)?)))?;
    Some((format!("{area}{town}"), rest))
}
