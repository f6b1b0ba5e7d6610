//! The address of the scanner.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the scanner listens: `unix:/PATH` or `tcp:HOST:PORT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScannerAddress {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A port.
    Tcp {
        /// The name or the IP address of the host, an IPv6 address without brackets.
        host: String,
        /// The port.
        port: u16,
    },
}

/// A text that is no address of a scanner.
#[derive(Debug, thiserror::Error)]
#[error("not an address of a scanner")]
pub struct NotAnAddress;

impl FromStr for ScannerAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.starts_with('/') { Ok(Self::Unix(path.into())) } else { Err(NotAnAddress) };
        }
        let (host, port) =
            text.strip_prefix("tcp:").and_then(|rest| rest.rsplit_once(':')).ok_or(NotAnAddress)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or(NotAnAddress)?;
        let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let is_valid = in_brackets.map_or_else(|| is_name(host), |host| host.parse::<Ipv6Addr>().is_ok());
        let host = in_brackets.unwrap_or(host).to_owned();
        if is_valid { Ok(Self::Tcp { host, port }) } else { Err(NotAnAddress) }
    }
}

/// Whether a text is the name of a host or an IPv4 address.
fn is_name(host: &str) -> bool {
    !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

impl fmt::Display for ScannerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp:[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp:{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_socket_or_a_port_and_is_shown_as_it_was_set() {
        for text in [
            "unix:/run/clamav/clamd.ctl",
            "tcp:clamav:3310",
            "tcp:10.0.0.5:3310",
            "tcp:[::1]:3310",
            "tcp:a_b.c-d:1",
        ] {
            assert_eq!(text.parse::<ScannerAddress>().unwrap().to_string(), text);
        }
        for wrong in [
            "",
            "/run/clamav/clamd.ctl",
            "unix:",
            "unix:run/clamd.ctl",
            "clamav:3310",
            "tcp:",
            "tcp:clamav",
            "tcp::3310",
            "tcp:clamav:0",
            "tcp:clamav:65536",
            "tcp://clamav:3310",
            "tcp:::1:3310",
            "tcp:[clamav]:3310",
            "tcp:user@clamav:3310",
            "tcp:[::1]",
            "http://clamav:3310",
        ] {
            assert!(wrong.parse::<ScannerAddress>().is_err(), "{wrong}");
        }
    }
}
