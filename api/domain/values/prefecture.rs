//! Prefectures. The facility codes of a prefecture begin with its number.

use std::fmt;

use super::search_key::search_key;

/// The names in the order of the numbers, as an address begins with them.
const NAMES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// One of the 47 prefectures, from Hokkaido (01) to Okinawa (47).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefecture(u8);

impl Prefecture {
    /// The prefecture with this number; `None` unless the number is from 1 to 47.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        (1..=47).contains(&number).then_some(Self(number))
    }

    /// The prefecture with whose name an address begins, in any width and with variant kanji; `None` if it begins with
    /// something else, such as a city.
    #[must_use]
    pub fn of_address(address: &str) -> Option<Self> {
        let key = search_key(address);
        (1..).zip(NAMES).find(|(_, name)| key.starts_with(&search_key(name))).map(|(number, _)| Self(number))
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

    #[test]
    fn an_address_that_begins_with_the_name_of_a_prefecture_is_in_that_prefecture() {
        for (number, name) in (1..).zip(NAMES) {
            for address in [format!("{name}架空市１－１"), format!(" {name}　架空郡"), name.to_owned()]
            {
                assert_eq!(
                    Prefecture::of_address(&address).map(Prefecture::number),
                    Some(number),
                    "{address}"
                );
            }
        }
        for (address, number) in [("長﨑縣架空市", 42), ("東 京 都千代田区", 13), ("廣島県", 34)]
        {
            assert_eq!(Prefecture::of_address(address).map(Prefecture::number), Some(number), "{address}");
        }
    }

    #[test]
    fn an_address_that_begins_with_a_city_or_another_word_names_no_prefecture() {
        for address in [
            "",
            "千代田区架空町",
            "京都市架空区",
            "福井市架空町",
            "〒100-0000 東京都",
            "日本国東京都",
            "東京",
            "Tokyo",
        ] {
            assert_eq!(Prefecture::of_address(address), None, "{address}");
        }
    }
}
