//! Breaks long lines of plain text, and removes characters that would end a line.
//!
//! Widths are counted in the columns of mail programs: a Japanese character takes two columns. A line may break
//! after any Japanese character and between Latin words, but not before closing punctuation that still fits.

/// The maximum number of columns of a line.
const COLUMNS: usize = 84;
/// The maximum number of columns of a line that ends with characters of `AVOIDED_FIRST`.
pub(in crate::delivery::mail) const COLUMNS_WITH_PUNCTUATION: usize = 88;

/// Closing punctuation, marks and small kana. They begin a line only if they no longer fit on the line before.
const AVOIDED_FIRST: &str = "、。，．・：；！？）」』】〕〉》々ー～…’”ぁぃぅぇぉっゃゅょァィゥェォッャュョ";

/// The text as one line: without control characters, separators of lines and paragraphs, and characters that
/// change the direction of reading.
pub(super) fn one_line(text: &str) -> String {
    text.chars().filter(|c| !is_control_or_direction(*c)).collect()
}

fn is_control_or_direction(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with long lines broken. A line that is a URL is not broken. Each line ends with `\n`.
pub(super) fn fit_lines(text: &str) -> String {
    text.lines().fold(String::with_capacity(text.len()), |mut fitted, line| {
        if is_url(line) {
            fitted.push_str(line);
        } else {
            fitted.push_str(&wrap(line));
        }
        fitted.push('\n');
        fitted
    })
}

fn is_url(line: &str) -> bool {
    (line.starts_with("https://") || line.starts_with("http://")) && !line.contains(' ')
}

/// Breaks a line into lines that are not too wide.
fn wrap(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut used = 0;
    for word in split(line) {
        if used > 0 && used + columns(&word) > max_columns_with(&word) {
            out.truncate(out.trim_end_matches(' ').len());
            out.push('\n');
            used = 0;
            if word == " " {
                continue;
            }
        }
        for c in word.chars() {
            if used + width(c) > COLUMNS_WITH_PUNCTUATION {
                out.push('\n');
                used = 0;
            }
            out.push(c);
            used += width(c);
        }
    }
    out
}

/// The number of columns of a text.
pub(in crate::delivery::mail) fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// Splits a line where it may break: into runs of visible ASCII characters and single other characters.
fn split(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut may_grow = false;
    for c in line.chars() {
        match words.last_mut() {
            Some(word) if may_grow && c.is_ascii_graphic() => word.push(c),
            _ => words.push(c.to_string()),
        }
        may_grow = c.is_ascii_graphic();
    }
    words
}

/// The maximum number of columns of a line that ends with `word`.
fn max_columns_with(word: &str) -> usize {
    let may_exceed = word.chars().all(|c| width(c) == 0 || AVOIDED_FIRST.contains(c));
    if may_exceed { COLUMNS_WITH_PUNCTUATION } else { COLUMNS }
}

/// The number of columns of a character: one for ASCII and half-width kana, none for marks that change the character
/// before them, two for all others.
const fn width(c: char) -> usize {
    match c {
        '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => 0,
        '\u{20}'..='\u{7e}' | '\u{ff61}'..='\u{ff9f}' => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_tries_to_add_a_header_stays_one_line() {
        let name = "さくら\r\nBcc: a@example.jp\u{2028}\u{85}\0\u{202e}医院";
        assert_eq!(one_line(name), "さくらBcc: a@example.jp医院");
    }

    #[test]
    fn kanji_variants_in_names_are_kept() {
        for name in ["葛\u{e0100}城医院", "髙﨑歯科", "がん\u{3099}"] {
            assert_eq!(one_line(name), name);
        }
    }

    #[test]
    fn a_short_line_stays_as_it_is() {
        for line in ["", "届出番号：D7K2-9QXM", "　ｱｲｳ ", &"あ".repeat(42), &"a".repeat(84)] {
            assert_eq!(wrap(line), line);
        }
    }

    #[test]
    fn a_long_line_breaks_into_lines_that_fit_and_loses_only_spaces() {
        for line in
            ["医".repeat(100), "a".repeat(300), "。".repeat(90), "ab 医".repeat(60), "か\u{3099}".repeat(80)]
        {
            let text = wrap(&line);
            assert!(text.lines().all(|part| columns(part) <= COLUMNS_WITH_PUNCTUATION), "{text}");
            assert_eq!(text.replace(['\n', ' '], ""), line.replace(' ', ""));
        }
    }

    #[test]
    fn no_line_begins_with_closing_punctuation_and_no_latin_word_is_broken() {
        let line = format!("{}。つづき", "あ".repeat(42));
        assert_eq!(wrap(&line), format!("{}。\nつづき", "あ".repeat(42)));
        let line = format!("{} https://example.jp/a/b", "x".repeat(70));
        assert_eq!(wrap(&line), format!("{}\nhttps://example.jp/a/b", "x".repeat(70)));
    }
}
