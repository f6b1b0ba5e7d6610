//! Estimates how many guesses a password takes from somebody who knows common passwords and the account's own data.
//!
//! zxcvbn finds common passwords, words, keyboard patterns, sequences, repetition and dates, also with `@` for `a`. It
//! knows only the Latin script, so it reads forms of the password in which Japanese patterns look like patterns that it
//! knows (see [`japanese`](super::japanese)). The form that takes the fewest guesses counts.

use std::sync::LazyLock;

use zxcvbn::zxcvbn;

use super::japanese;

/// The minimum number of guesses of a password, as a power of ten. zxcvbn counts a factor of ten for a character that
/// belongs to no pattern, so about twelve such characters are required. Its best score, 4, begins at 10, which is enough
/// for a login that allows few attempts, but not if the hashes are stolen.
const MIN_GUESSES: f64 = 12.2;
/// The minimum without the listed words and the account's own words, as a power of ten. zxcvbn counts a sequence of many
/// common words as strong, even if all of them are words that come to mind at a facility.
const MIN_GUESSES_OF_REST: f64 = 6.0;
/// The number of characters that zxcvbn reads at once. Its time grows with the square of their number and more.
const PIECE: usize = 40;
/// The maximum number of ways to read signs as letters. zxcvbn tries all of them, so its time grows with this number.
const MAX_READINGS: usize = 4;

/// Words that are common in passwords, most of them Japanese.
static WORDS: LazyLock<Vec<String>> =
    LazyLock::new(|| include_str!("words.txt").lines().map(japanese::fold).collect());

/// Famous phrases as words, letters only: proverbs, quotes, poems, songs. Each counts only as a whole, because its parts are
/// ordinary words.
static PHRASES: LazyLock<Vec<String>> =
    LazyLock::new(|| include_str!("phrases.txt").lines().map(japanese::fold).collect());

/// Whether a password takes too few guesses. `own_words` are words of the account's own data, which an attacker tries
/// first.
pub(super) fn is_guessable(password: &str, own_words: &[String]) -> bool {
    let words = own_words.iter().chain(WORDS.iter()).chain(PHRASES.iter());
    let words: Vec<&str> = words.map(String::as_str).collect();
    let plain = japanese::fold(password);
    let marked = japanese::mark_patterns(&plain);
    let unpunctuated = unpunctuated_phrase(&plain);
    [Some(&plain), Some(&marked), unpunctuated.as_ref()].into_iter().flatten().any(|form| {
        !takes_guesses(form, MIN_GUESSES, &words)
            || !takes_guesses(&without_words(form, &words), MIN_GUESSES_OF_REST, &[])
    })
}

/// A folded text without spaces and signs, if it has a famous phrase then. The signs of other texts may be random.
fn unpunctuated_phrase(folded: &str) -> Option<String> {
    let letters: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    PHRASES.iter().any(|phrase| letters.contains(phrase.as_str())).then_some(letters)
}

/// Whether a text takes at least `minimum` guesses, as a power of ten. The whole takes at least as many as its hardest
/// piece.
fn takes_guesses(text: &str, minimum: f64, words: &[&str]) -> bool {
    let text: Vec<char> = with_few_readings(text).chars().collect();
    let mut pieces = text.chunks(PIECE).map(String::from_iter);
    pieces.any(|piece| zxcvbn(&piece, words).guesses_log10() >= minimum)
}

/// The signs that zxcvbn reads as letters, by letter.
const SIGNS: [&str; 9] = ["4@", "({[<", "69", "1!|", "1|7", "$5", "+7", "3", "0"];
/// Signs that are read as the same letter: the first takes the place of the others.
const SAME: [&str; 5] = ["4@", "({[<", "1!|", "5$", "7+"];

/// Replaces signs by others with the same meaning, if there are so many that trying all their readings takes long.
fn with_few_readings(text: &str) -> String {
    let readings = |signs: &str| signs.chars().filter(|sign| text.contains(*sign)).count().max(1);
    if SIGNS.iter().map(|signs| readings(signs)).product::<usize>() <= MAX_READINGS {
        return text.to_owned();
    }
    let replaced = text.chars().map(|c| {
        let same = SAME.iter().find(|same| same.contains(c));
        same.and_then(|same| same.chars().next()).unwrap_or(c)
    });
    replaced.collect()
}

/// A text without words, longest words first.
fn without_words(text: &str, words: &[&str]) -> String {
    let mut words: Vec<&str> = words.iter().copied().filter(|word| text.contains(word)).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.into_iter().fold(text.to_owned(), |rest, word| rest.replace(word, ""))
}
