//! Forms of a password in which Japanese patterns look like patterns that zxcvbn knows.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::notations;
use crate::domain::values::characters;

/// Orders that people walk through: kana in their tables and on keyboards, numbers, months, famous sentences.
static ORDERS: LazyLock<Vec<Vec<char>>> =
    LazyLock::new(|| include_str!("orders.txt").lines().map(|order| fold(order).chars().collect()).collect());

/// Where each character occurs in [`ORDERS`]: the number of the order and the position in it.
static PLACES: LazyLock<HashMap<char, Vec<(usize, usize)>>> = LazyLock::new(|| {
    let mut places: HashMap<char, Vec<(usize, usize)>> = HashMap::new();
    for (number, order) in ORDERS.iter().enumerate() {
        for (position, c) in order.iter().enumerate() {
            places.entry(*c).or_default().push((number, position));
        }
    }
    places
});

/// Signs that separate the parts of dates, numbers and words.
const SEPARATORS: &str = "-_.,/・、。:+=|";
/// The shortest walk that counts. Latin texts contain short pieces of the orders by chance.
const MIN_WALK: usize = 3;
const MIN_LATIN_WALK: usize = 5;

/// The first of the private-use characters that stand for walks, and how many of them each order has. No order is
/// longer.
const FIRST_MARK: u32 = 0xF_0000;
const MARKS_OF_ORDER: u32 = 0x100;

/// A text in lower case, with hiragana for katakana and without invisible characters.
pub(super) fn fold(text: &str) -> String {
    let visible = text.chars().filter(|c| !characters::is_invisible(*c));
    visible.flat_map(char::to_lowercase).map(hiragana).collect()
}

fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => c,
    }
}

/// A folded text without separators, with plain digits for dates, and with rising or falling characters for walks
/// through an order, which zxcvbn recognizes as sequences.
pub(super) fn mark_patterns(folded: &str) -> String {
    let text: Vec<char> = notations::plain(&without_separators(folded)).chars().collect();
    let mut marked = String::with_capacity(folded.len());
    let mut rest = text.as_slice();
    while let [first, after @ ..] = rest {
        if let Some((marks, after)) = walk_at(rest) {
            marked.extend(marks);
            rest = after;
        } else {
            marked.push(*first);
            rest = after;
        }
    }
    marked
}

/// Removes white space, and a separator that occurs at least three times (`1-2-3-4`). A text with several different
/// signs keeps them, because they may be random.
fn without_separators(text: &str) -> String {
    let mut signs = text.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace());
    let separator = signs.next().filter(|first| SEPARATORS.contains(*first) && signs.clone().count() >= 2);
    let separator = separator.filter(|first| signs.all(|sign| sign == *first));
    text.chars().filter(|c| !c.is_whitespace() && Some(*c) != separator).collect()
}

/// The longest walk at the start of a text, as marks, and the text after it.
fn walk_at(text: &[char]) -> Option<(Vec<char>, &[char])> {
    let first = text.first()?;
    let walks = PLACES.get(first)?.iter().flat_map(|(number, position)| {
        let order = ORDERS.get(*number).map_or(&[][..], Vec::as_slice);
        let (before, from) = order.split_at((*position).min(order.len()));
        let rising = text.iter().zip(from).take_while(|(c, other)| c == other).count();
        let falling =
            text.iter().skip(1).zip(before.iter().rev()).take_while(|(c, other)| c == other).count() + 1;
        [(rising, *number, *position, true), (falling, *number, *position, false)]
    });
    let (length, number, position, rising) = walks.max_by_key(|(length, ..)| *length)?;
    let minimum = if first.is_ascii() { MIN_LATIN_WALK } else { MIN_WALK };
    if length < minimum {
        return None;
    }
    let base = FIRST_MARK + u32::try_from(number).ok()? * MARKS_OF_ORDER + u32::try_from(position).ok()?;
    let steps = (0..u32::try_from(length).ok()?).map(|step| if rising { base + step } else { base - step });
    Some((steps.filter_map(char::from_u32).collect(), text.get(length..)?))
}
