//! Settings that are addresses: socket addresses to listen on, URLs, networks, and the scanner.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use url::Url;

use super::reader::Reader;
use crate::domain::values::email::EmailAddress;
use crate::security::origins::Origin;
use crate::security::scanner::ScannerAddress;

impl Reader<'_> {
    /// An optional address to listen on.
    pub(super) fn address(&mut self, name: &'static str) -> Option<SocketAddr> {
        let text = self.text(name)?;
        self.checked(name, text.parse().ok(), "an address and port such as 127.0.0.1:9090")
    }

    /// A URL. In production it is required and must be https.
    pub(super) fn url(&mut self, name: &'static str, sandbox: bool) -> Option<String> {
        let text = if sandbox { self.text(name) } else { self.required(name) }?;
        let expected = if sandbox { "an http or https address" } else { "an https address" };
        self.checked(name, parse_url(&text, sandbox), expected)
    }

    /// Contacts of RFC 9116, separated by commas: `mailto:` and `https:` URIs.
    pub(super) fn contacts(&mut self, name: &'static str) -> Vec<String> {
        let contacts = self.list(name).iter().map(|text| parse_contact(text)).collect();
        let expected = "addresses such as mailto:security@example.jp or https://example.jp/security, separated by commas";
        self.checked(name, contacts, expected).unwrap_or_default()
    }

    /// Origins of web pages, separated by commas. In production they must be https.
    pub(super) fn origins(&mut self, name: &'static str, sandbox: bool) -> Vec<Origin> {
        let is_allowed = |origin: &Origin| sandbox || origin.is_https();
        let origins = self.list(name).iter().map(|text| Origin::parse(text).filter(is_allowed)).collect();
        let expected = if sandbox {
            "origins as browsers send them, such as https://portal.example.jp or http://192.0.2.7:8080, separated by \
             commas: no path, no slash at the end, no wildcard"
        } else {
            "https origins as browsers send them, such as https://portal.example.jp, separated by commas: no path, no \
             slash at the end, no wildcard"
        };
        self.checked(name, origins, expected).unwrap_or_default()
    }

    /// An optional address of a malware scanner.
    pub(super) fn scanner(&mut self, name: &'static str) -> Option<ScannerAddress> {
        let text = self.text(name)?;
        self.checked(
            name,
            text.parse().ok(),
            "unix:/PATH or tcp:HOST:PORT, such as unix:/run/clamav/clamd.ctl",
        )
    }

    /// Networks; a single address counts as a network of one address.
    pub(super) fn networks(&mut self, name: &'static str) -> Vec<IpNet> {
        let networks = self.list(name).iter().map(|text| parse_network(text)).collect();
        let expected = "addresses or networks such as 10.0.0.0/8, separated by commas";
        self.checked(name, networks, expected).unwrap_or_default()
    }
}

/// A URL without the slashes at its end. It has a host, and neither a user, a query nor a fragment.
fn parse_url(text: &str, sandbox: bool) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://").filter(|_| sandbox))?;
    let is_plain = |c: char| c.is_ascii_graphic() && !matches!(c, '#' | '?' | '"' | '<' | '>' | '@');
    // `Url` would read a host after a third slash.
    let has_host = !rest.starts_with('/') && Url::parse(text).is_ok_and(|url| url.has_host());
    (has_host && rest.chars().all(is_plain)).then(|| text.trim_end_matches('/').to_owned())
}

/// A contact. It becomes a line of a text, so it must not contain white space.
fn parse_contact(text: &str) -> Option<String> {
    let is_valid = match text.strip_prefix("mailto:") {
        Some(address) => EmailAddress::parse(address).is_ok_and(|read| read.as_str() == address),
        None => text.starts_with("https://") && Url::parse(text).is_ok_and(|url| url.has_host()),
    };
    (is_valid && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| text.to_owned())
}

fn parse_network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_a_mail_address_or_an_https_url_with_its_scheme() {
        for contact in ["mailto:security@example.jp", "https://example.jp/security?a=b", "https://[::1]:8443"]
        {
            assert_eq!(parse_contact(contact).as_deref(), Some(contact));
        }
        for wrong in [
            "security@example.jp",
            "mailto:",
            "mailto:nobody",
            "mailto:a@example.jp?subject=x",
            "mailto:ａ@example.jp",
            "http://example.jp",
            "https://",
            "https://example.jp/a b",
            "https://example.jp/\nExpires: x",
            "tel:+81-3-0000-0000",
        ] {
            assert_eq!(parse_contact(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_url_without_a_host_or_with_a_wrong_port_or_scheme_is_refused() {
        for url in ["http://localhost:8080", "https://portal.example.jp/clinics", "http://[::1]:8080"] {
            assert_eq!(parse_url(&format!("{url}/"), true).as_deref(), Some(url));
        }
        for url in
            ["http://", "http:///", "http:///portal", "https://:443", "http://example.jp:port", "ftp://a.jp"]
        {
            assert_eq!(parse_url(url, true), None, "{url}");
        }
    }
}
