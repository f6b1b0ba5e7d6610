//! Prefectures. The facility codes of a prefecture begin with its number.

use std::fmt;

/// One of the 47 prefectures, from Hokkaido (01) to Okinawa (47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefecture(u8);

impl Prefecture {
    /// The prefecture with this number; `None` unless the number is from 1 to 47.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        (1..=47).contains(&number).then_some(Self(number))
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for Prefecture {
    /// The number in two digits, as in facility codes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_47_prefectures_and_each_is_written_with_two_digits() {
        let all: Vec<String> = (0..=u8::MAX)
            .filter_map(Prefecture::from_number)
            .map(|prefecture| prefecture.to_string())
            .collect();
        assert_eq!(all.len(), 47);
        assert_eq!(all.first().map(String::as_str), Some("01"));
        assert_eq!(all.last().map(String::as_str), Some("47"));
    }
}
