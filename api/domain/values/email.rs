//! E-mail addresses. An address is the login id of an account, so two spellings of one mailbox must compare
//! as equal, and an address to which mail servers cannot deliver must not get an account.
//!
//! Old addresses of Japanese mobile carriers may contain `..` or a dot before the `@`. Mail servers refuse such
//! addresses. They have a separate fault, whose text tells the owner what to do. Some owners put the part before the `@`
//! in quotation marks, which would make it valid by RFC 5322; carriers and mail servers handle that differently.

use std::fmt;

use super::characters;
use super::fault::Fault;

const LOCAL_PART_MAX: usize = 64;
const LABEL_MAX: usize = 63;

/// An e-mail address (メールアドレス). The part before the `@` is kept as it was sent; the domain is in lower case.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The maximum number of characters of an address (RFC 5321).
    pub const MAX: u64 = 254;

    /// Reads an address. Full-width characters are read as the same characters of ASCII.
    ///
    /// # Errors
    /// [`Fault::EmailCarrierDots`] if the only error is `..` or a dot before the `@`, with or without quotation marks;
    /// [`Fault::EmailQuoted`] for other quotation marks around the part before the `@`; [`Fault::EmailForm`] for every
    /// other error.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = characters::nfkc(text);
        let (local_part, domain) = text.trim().rsplit_once('@').ok_or(Fault::EmailForm)?;
        if let Some(quoted) = within_quotation_marks(local_part) {
            let is_carrier = Self::parse(&format!("{quoted}@{domain}")) == Err(Fault::EmailCarrierDots);
            return Err(if is_carrier { Fault::EmailCarrierDots } else { Fault::EmailQuoted });
        }
        let address = format!("{local_part}@{}", domain.to_ascii_lowercase());
        if characters::count(&address) > Self::MAX
            || !is_local_part_ignoring_dots(local_part)
            || !is_domain(domain)
        {
            return Err(Fault::EmailForm);
        }
        if local_part.contains("..") || local_part.ends_with('.') {
            return Err(Fault::EmailCarrierDots);
        }
        Ok(Self(address))
    }

    /// The address to which mail is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The whole address in lower case. Addresses are compared by this key, and the key is unique among accounts.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The part before the `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').unwrap_or_default().0
    }

    /// The part after the `@`, in lower case.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.split_once('@').unwrap_or_default().1
    }
}

/// What is between quotation marks of any kind; `None` if the text does not begin and end with one.
fn within_quotation_marks(text: &str) -> Option<&str> {
    const MARKS: [char; 8] = ['"', '\'', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '「', '」'];
    text.strip_prefix(MARKS).and_then(|rest| rest.strip_suffix(MARKS))
}

/// Whether a text is a local part of RFC 5321, except that `..` and a dot at the end are allowed, too.
fn is_local_part_ignoring_dots(text: &str) -> bool {
    (1..=LOCAL_PART_MAX).contains(&text.len())
        && !text.starts_with('.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&b))
}

/// Whether a text is a domain: at least two labels of letters, digits and inner hyphens. The last label must not be a
/// number.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.split('.').all(is_label)
        && text.rsplit_once('.').is_some_and(|(_, last)| !last.bytes().all(|b| b.is_ascii_digit()))
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Hides the address: it is personal data and must not reach a log.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_domain_is_changed_to_lower_case_and_the_key_ignores_case() {
        let address = EmailAddress::parse(" Hanako.Yamada+Todokede@Clinic.EXAMPLE.jp\n").unwrap();
        assert_eq!(address.to_string(), "Hanako.Yamada+Todokede@clinic.example.jp");
        assert_eq!(address.local_part(), "Hanako.Yamada+Todokede");
        assert_eq!(address.domain(), "clinic.example.jp");
        assert_eq!(address.key(), "hanako.yamada+todokede@clinic.example.jp");
    }

    #[test]
    fn a_full_width_address_is_read_as_ascii() {
        let address = EmailAddress::parse("　ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ　").unwrap();
        assert_eq!(address.as_str(), "hanako@example.jp");
    }

    #[test]
    fn unusual_but_deliverable_addresses_are_accepted() {
        for text in [
            "a@b.cd",
            "_@example.jp",
            "!#$%&'*+/=?^_`{|}~-@example.jp",
            "a@xn--eckwd4c7c.jp",
            "a@1.2.example",
            "a@example.1a",
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn carrier_dots_have_a_separate_fault_at_any_domain() {
        for text in [
            "hanako..y@carrier.example",
            "hanako.@carrier.example",
            "h...@example.jp",
            "hanako．＠example.jp",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(Fault::EmailCarrierDots), "{text}");
        }
    }

    #[test]
    fn carrier_dots_do_not_hide_another_fault() {
        for text in [
            ".hanako..y@example.jp",
            ".@example.jp",
            "..@example.jp",
            "hana ko..y@example.jp",
            "hanako..y@example",
            "hanako.@",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(Fault::EmailForm), "{text}");
        }
    }

    #[test]
    fn quotation_marks_have_a_fault_that_names_them_or_the_dots_within() {
        for text in [
            "\"a..b\"@docomo.ne.jp",
            "\"hanako.\"@carrier.example",
            "“h..y”@carrier.example",
            "＂h..y＂＠carrier.example",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(Fault::EmailCarrierDots), "{text}");
        }
        for text in [
            "\"hana ko\"@example.jp",
            "\"hanako\"@example.jp",
            "“hanako”@example.jp",
            "\"a@b\"@example.jp",
            "\"\"@b.jp",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(Fault::EmailQuoted), "{text}");
        }
    }

    #[test]
    fn local_parts_that_are_not_plain_atoms_are_refused() {
        for text in [
            "",
            "@",
            "hanako",
            "@example.jp",
            ".hanako@example.jp",
            "hana ko@example.jp",
            "hanako(home)@example.jp",
            "hanako@home@example.jp",
            "花子@example.jp",
            "hana,ko@example.jp",
            "hana\u{0}ko@example.jp",
            "hana\r\nko@example.jp",
            "hana\u{200b}ko@example.jp",
            "<hanako@example.jp>",
            "mailto:hanako@example.jp",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(Fault::EmailForm), "{text:?}");
        }
    }

    #[test]
    fn domains_that_cannot_receive_mail_are_refused() {
        for domain in [
            "",
            ".",
            "localhost",
            "example..jp",
            ".example.jp",
            "example.jp.",
            "-example.jp",
            "example-.jp",
            "exa_mple.jp",
            "例え.jp",
            "example。jp",
            "192.0.2.1",
            "[192.0.2.1]",
            "[IPv6:::1]",
            "exam ple.jp",
            "example.jp\u{0}",
            "example.jp\u{feff}",
        ] {
            assert_eq!(EmailAddress::parse(&format!("hanako@{domain}")), Err(Fault::EmailForm), "{domain:?}");
        }
    }

    #[test]
    fn lengths_have_the_limits_of_rfc_5321() {
        let address = |name: usize, labels: &[usize]| {
            let domain: Vec<_> = labels.iter().map(|length| "b".repeat(*length)).collect();
            EmailAddress::parse(&format!("{}@{}", "a".repeat(name), domain.join(".")))
        };
        assert_eq!(address(64, &[63, 63, 61]).unwrap().as_str().len(), 254);
        assert_eq!(address(64, &[63, 63, 62]), Err(Fault::EmailForm));
        assert_eq!(address(65, &[10, 2]), Err(Fault::EmailForm));
        assert_eq!(address(1, &[64, 2]), Err(Fault::EmailForm));
    }

    #[test]
    fn debug_output_hides_the_address() {
        assert_eq!(format!("{:?}", EmailAddress::parse("hanako@example.jp")), "Ok(EmailAddress(..))");
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_read_in_normal_form(
            text in "[A-Za-z0-9.+_-]{0,5}@[A-Za-z0-9.-]{0,8}|[Ａ-ｚ．＠a.]{0,12}|\\PC{0,20}",
        ) {
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert_eq!(format!("{}@{}", address.local_part(), address.domain()), address.as_str());
                prop_assert_eq!(EmailAddress::parse(&address.key()).map(|key| key.key()), Ok(address.key()));
                prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
            }
        }
    }
}
