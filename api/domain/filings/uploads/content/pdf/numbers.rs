//! The numbers of objects.

use super::lexer::is_white_space;

/// The largest number of an object in the files of usual programs (ISO 32000-1, annex C).
const MAX_NUMBER: usize = 8_388_607;

/// A set of numbers of objects. It takes at most a bit for each number, however often a file repeats them.
#[derive(Default)]
pub(super) struct Numbers {
    bits: Vec<u64>,
    /// Whether a number was added that is too large, or could not be read.
    has_unknown: bool,
}

impl Numbers {
    /// Adds a number. `None` is one that could not be read.
    pub(super) fn add(&mut self, number: Option<usize>) {
        let Some(number) = number.filter(|number| *number <= MAX_NUMBER) else {
            self.has_unknown = true;
            return;
        };
        let (word, bit) = (number / 64, number % 64);
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        if let Some(bits) = self.bits.get_mut(word) {
            *bits |= 1 << bit;
        }
    }

    /// Whether a number may be in both sets.
    pub(super) fn may_meet(&self, others: &Self) -> bool {
        let is_known = self.bits.iter().zip(&others.bits).any(|(own, other)| own & other != 0);
        is_known || self.has_unknown && !others.is_empty() || others.has_unknown && !self.is_empty()
    }

    fn is_empty(&self) -> bool {
        self.bits.is_empty() && !self.has_unknown
    }
}

/// The number of the object before whose word `obj` these bytes are: the first of the two numbers at their end. `None`
/// if it is written in another way, such as with a comment, or if there are no numbers.
pub(super) fn number_at_end(before: &[u8]) -> Option<usize> {
    let (before, generation) = split_digits(trim_white_space(before));
    let (_, number) = split_digits(trim_white_space(before));
    let is_separate = !generation.is_empty() && before.last().copied().is_some_and(is_white_space);
    std::str::from_utf8(number).ok().filter(|_| is_separate)?.parse().ok()
}

fn trim_white_space(bytes: &[u8]) -> &[u8] {
    let white = bytes.iter().rev().take_while(|byte| is_white_space(**byte)).count();
    bytes.get(..bytes.len() - white).unwrap_or_default()
}

/// Splits the digits at the end off.
fn split_digits(bytes: &[u8]) -> (&[u8], &[u8]) {
    let digits = bytes.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    bytes.split_at_checked(bytes.len() - digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_the_first_of_the_two_numbers_before_it() {
        for (before, number) in [
            ("1 0 ", Some(1)),
            ("endobj12 0 ", Some(12)),
            ("\r\n 007\n\0 0", Some(7)),
            ("1", None),
            ("1 ", None),
            ("10 % comment\n", None),
            ("9%\n0%\n", None),
            ("", None),
            ("99999999999999999999999 0 ", None),
        ] {
            assert_eq!(number_at_end(before.as_bytes()), number, "{before:?}");
        }
    }

    #[test]
    fn a_number_that_cannot_be_read_may_be_any() {
        let set = |numbers: &[Option<usize>]| {
            let mut set = Numbers::default();
            for number in numbers {
                set.add(*number);
            }
            set
        };
        for (left, right, expected) in [
            (&[Some(1), Some(70)][..], &[Some(70)][..], true),
            (&[Some(1), Some(70)], &[Some(6), Some(71)], false),
            (&[None], &[Some(1)], true),
            (&[Some(MAX_NUMBER + 1)], &[Some(1)], true),
            (&[Some(MAX_NUMBER)], &[Some(MAX_NUMBER)], true),
            (&[None], &[], false),
            (&[], &[], false),
        ] {
            assert_eq!(set(left).may_meet(&set(right)), expected, "{left:?} and {right:?}");
            assert_eq!(set(right).may_meet(&set(left)), expected, "{right:?} and {left:?}");
        }
    }
}
