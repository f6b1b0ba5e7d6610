//! The address of a client, with or without load balancers before the service.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// The client's address, as rate limits count it: an IPv4 address, an IPv6 network of 64 bits, or `unknown`.
///
/// `X-Forwarded-For` is used only if a trusted load balancer sent it. Read from the right, the client is the first
/// address in it that is not the address of a trusted load balancer.
#[must_use]
pub fn client_of(peer: Option<IpAddr>, forwarded: Option<&str>, trusted: &[IpNet]) -> String {
    let Some(peer) = peer else { return "unknown".to_owned() };
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    if is_trusted(&peer) {
        for hop in forwarded.unwrap_or_default().rsplit(',') {
            let Some(address) = address_of(hop.trim()) else { break };
            client = address;
            if !is_trusted(&address) {
                break;
            }
        }
    }
    match client.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        // A household or an office usually has a whole /64 network.
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from(u128::from(address) & (u128::MAX << 64))),
    }
}

/// The address of an entry in `X-Forwarded-For`. Some load balancers add the port.
fn address_of(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    bare.parse().ok().or_else(|| hop.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: Option<&str>) -> String {
        client_of(Some(peer.parse().unwrap()), forwarded, &["10.0.0.0/8".parse().unwrap()])
    }

    #[test]
    fn a_forwarded_for_header_counts_only_if_a_trusted_balancer_sent_it() {
        assert_eq!(client("203.0.113.9", Some("198.51.100.1")), "203.0.113.9");
        assert_eq!(client("10.0.0.1", Some("198.51.100.1, 203.0.113.9")), "203.0.113.9");
        assert_eq!(client("10.0.0.1", Some("198.51.100.1, 203.0.113.9, 10.0.0.2")), "203.0.113.9");
        assert_eq!(client("10.0.0.1", Some("nonsense")), "10.0.0.1");
        assert_eq!(client("10.0.0.1", None), "10.0.0.1");
    }

    #[test]
    fn a_port_after_the_address_is_ignored() {
        for (hop, expected) in [
            ("203.0.113.9:51234", "203.0.113.9"),
            ("[2001:db8::1]:51234", "2001:db8::/64"),
            ("[2001:db8::1]", "2001:db8::/64"),
            ("2001:db8::1", "2001:db8::/64"),
            ("203.0.113.9:port", "10.0.0.1"),
            ("[203.0.113.9", "10.0.0.1"),
            (":51234", "10.0.0.1"),
        ] {
            assert_eq!(client("10.0.0.1", Some(hop)), expected, "{hop}");
        }
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        assert_eq!(client("2001:db8:1:2:aaaa::1", None), client("2001:db8:1:2:bbbb::2", None));
        assert_ne!(client("2001:db8:1:2::1", None), client("2001:db8:1:3::1", None));
        assert_eq!(client("::ffff:203.0.113.9", None), "203.0.113.9");
    }
}
