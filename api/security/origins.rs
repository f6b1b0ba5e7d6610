//! The origins of web pages that may read the answers of the service, and that may use its cookie.

use url::{Host, Url};

/// An origin (RFC 6454) exactly as browsers send it: scheme, host and port, in small letters, without the scheme's own
/// port and without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Reads an origin. Another spelling of the same origin is not accepted, because no browser sends it. A host with a
    /// dot at its end, or with a wildcard, is no origin that an operator can mean.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_exact = matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':' | '[' | ']');
        let host = url.host_str()?;
        (is_exact && !host.ends_with('.') && host.chars().all(is_plain)).then(|| Self(text.to_owned()))
    }

    /// The origin of the pages below a URL.
    #[must_use]
    pub fn of_url(url: &str) -> Option<Self> {
        Self::parse(&Url::parse(url).ok()?.origin().ascii_serialization())
    }

    /// Whether its pages arrive encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }

    /// Whether its pages come from this machine, without encryption and at any port.
    fn is_on_loopback(&self) -> bool {
        let Ok(url) = Url::parse(&self.0) else { return false };
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
            Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
            None => false,
        };
        is_loopback && !self.is_https()
    }
}

/// The origins whose pages may read the answers of the service, and may use its cookie.
#[derive(Debug, Clone, Default)]
pub struct AllowedOrigins {
    /// The origins of the operator's list, and that of the service's own pages.
    listed: Vec<Origin>,
    /// Whether all origins of this machine are allowed, too: in a sandbox.
    all_on_loopback: bool,
}

impl AllowedOrigins {
    /// Allows the listed origins and that of the service's own pages. `all_on_loopback`: every origin of this machine is
    /// allowed, too.
    #[must_use]
    pub fn new(listed: Vec<Origin>, public_url: &str, all_on_loopback: bool) -> Self {
        let own = Origin::of_url(public_url);
        Self { listed: listed.into_iter().chain(own).collect(), all_on_loopback }
    }

    /// Whether the value of a header `Origin` is allowed.
    #[must_use]
    pub fn allow(&self, origin: &str) -> bool {
        self.listed.iter().any(|listed| listed.0 == origin)
            || self.all_on_loopback && Origin::parse(origin).is_some_and(|origin| origin.is_on_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_only_as_browsers_send_it() {
        for origin in [
            "https://portal.example.jp",
            "https://portal.example.jp:8443",
            "http://localhost:5173",
            "http://127.0.0.1",
            "http://[::1]:3000",
            "https://xn--wgv71a119e.jp",
        ] {
            assert_eq!(Origin::parse(origin), Some(Origin(origin.to_owned())));
        }
        for wrong in [
            "",
            "*",
            "null",
            "portal.example.jp",
            "https://",
            "https:portal.example.jp",
            "https:///portal.example.jp",
            "https://portal.example.jp/",
            "https://portal.example.jp/app",
            "https://portal.example.jp?",
            "https://portal.example.jp#",
            "https://user@portal.example.jp",
            "https://portal.example.jp:443",
            "http://portal.example.jp:80",
            "https://portal.example.jp:",
            "https://portal.example.jp:0x50",
            "https://portal.example.jp.",
            "https://Portal.example.jp",
            "HTTPS://portal.example.jp",
            "https://*.example.jp",
            "https://日本語.jp",
            "https://portal.example.jp https://other.example.jp",
            " https://portal.example.jp",
            "https://portal.example.jp\t",
            "http://127.1",
            "http://[0:0::1]",
            "ftp://portal.example.jp",
            "file:///tmp",
            "data:text/html,x",
        ] {
            assert_eq!(Origin::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_the_sandbox_allows_all_origins_of_this_machine() {
        let listed = || vec![Origin::parse("https://portal.example.jp").unwrap()];
        let [production, sandbox] =
            [false, true].map(|all| AllowedOrigins::new(listed(), "https://api.example.jp/base", all));
        for origins in [&production, &sandbox] {
            assert!(origins.allow("https://portal.example.jp") && origins.allow("https://api.example.jp"));
            for other in [
                "null",
                "",
                "https://example.jp",
                "http://portal.example.jp",
                "https://portal.example.jp:444",
                "https://portal.example.jp.",
                "https://a.portal.example.jp",
                "https://portal.example.jp.attacker.example",
                "https://localhost:8080",
                "http://localhost.attacker.example",
                "http://localhost.:8080",
                "http://a.localhost:8080",
                "http://127.0.0.2:8080",
                "http://0.0.0.0:8080",
                "http://[::]:8080",
            ] {
                assert!(!origins.allow(other), "{other}");
            }
        }
        for local in ["http://localhost", "http://localhost:5173", "http://127.0.0.1:1", "http://[::1]:65535"]
        {
            assert_eq!((sandbox.allow(local), production.allow(local)), (true, false), "{local}");
        }
    }
}
