//! Which address a request really comes from, when proxies stand in front.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use http::{HeaderMap, header::FORWARDED};
use ipnet::IpNet;

/// The address of the client: the connection's peer, or what trusted proxies say of it. IPv4 in IPv6 is shown as IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientAddr(pub IpAddr);

impl ClientAddr {
    /// What limits count by: the address of an IPv4 client, the /64 of an IPv6 one (a single host owns a whole /64).
    pub fn key(self) -> ClientKey {
        match self.0 {
            IpAddr::V4(v4) => ClientKey::V4(v4.to_bits()),
            IpAddr::V6(v6) => ClientKey::V6((v6.to_bits() >> 64) as u64),
        }
    }
}

/// See [`ClientAddr::key`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientKey {
    /// The bits of an IPv4 address.
    V4(u32),
    /// The upper 64 bits of an IPv6 address.
    V6(u64),
}

/// Which header the proxies in front write. Only one is read: a client could send the other itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedBy {
    /// `X-Forwarded-For`, what nearly every proxy writes.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The proxies whose word about the client's address and scheme is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    ranges: Arc<[IpNet]>,
    header: ForwardedBy,
}

impl TrustedProxies {
    /// Trusts the given ranges to write the given header.
    pub fn new(ranges: Vec<IpNet>, header: ForwardedBy) -> Self {
        Self { ranges: ranges.into(), header }
    }

    /// Whether requests from this address may speak for another.
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.ranges.iter().any(|range| range.contains(&address))
    }

    /// The rightmost hop that is not a trusted proxy. What is written left of it is the client's own claim and is not read; a hop that
    /// cannot be read ends the search at the last one that could.
    pub fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> ClientAddr {
        let mut best = peer.ip().to_canonical();
        if !self.trusts(best) {
            return ClientAddr(best);
        }
        let name = match self.header {
            ForwardedBy::XForwardedFor => http::HeaderName::from_static("x-forwarded-for"),
            ForwardedBy::Forwarded => FORWARDED,
        };
        for value in headers.get_all(name).into_iter().collect::<Vec<_>>().into_iter().rev() {
            let Ok(value) = value.to_str() else { return ClientAddr(best) };
            for element in value.rsplit(',') {
                let hop = match self.header {
                    ForwardedBy::XForwardedFor => hop(element),
                    ForwardedBy::Forwarded => parameter(element, "for").and_then(hop),
                };
                let Some(hop) = hop else { return ClientAddr(best) };
                best = hop;
                if !self.trusts(hop) {
                    return ClientAddr(best);
                }
            }
        }
        ClientAddr(best)
    }

    /// Whether the client's own connection is encrypted: ours is, or the nearest trusted proxy says that its one is.
    pub fn secure(&self, peer: SocketAddr, tls: bool, headers: &HeaderMap) -> bool {
        if tls || !self.trusts(peer.ip()) {
            return tls;
        }
        let last = |name: &str| headers.get_all(name).into_iter().next_back().and_then(|value| value.to_str().ok());
        match self.header {
            ForwardedBy::XForwardedFor => last("x-forwarded-proto")
                .and_then(|value| value.rsplit(',').next())
                .is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https")),
            ForwardedBy::Forwarded => last("forwarded")
                .and_then(|value| value.rsplit(',').next())
                .and_then(|element| parameter(element, "proto"))
                .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")),
        }
    }
}

/// One address of a list: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn hop(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// A parameter of one `Forwarded` element, without its quotes.
fn parameter<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element.split(';').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn trusted(header: ForwardedBy) -> TrustedProxies {
        TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()], header)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    fn client(peer: &str, header: ForwardedBy, pairs: &[(&'static str, &str)]) -> String {
        trusted(header).client(peer.parse().unwrap(), &headers(pairs)).0.to_string()
    }

    #[test]
    fn an_untrusted_peer_cannot_speak_for_another() {
        assert_eq!(client("192.0.2.9:1", ForwardedBy::XForwardedFor, &[("x-forwarded-for", "198.51.100.1")]), "192.0.2.9");
        assert_eq!(client("[::ffff:192.0.2.9]:1", ForwardedBy::XForwardedFor, &[]), "192.0.2.9");
    }

    #[test]
    fn the_rightmost_untrusted_hop_is_the_client() {
        let xff = ForwardedBy::XForwardedFor;
        assert_eq!(client("10.0.0.1:1", xff, &[("x-forwarded-for", "6.6.6.6, 198.51.100.1, 10.2.3.4")]), "198.51.100.1");
        assert_eq!(client("10.0.0.1:1", xff, &[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "198.51.100.1:4711")]), "198.51.100.1");
        assert_eq!(client("[fd00::1]:1", xff, &[("x-forwarded-for", "[2001:db8::7]:80")]), "2001:db8::7");
        assert_eq!(client("10.0.0.1:1", xff, &[("x-forwarded-for", "10.0.0.3, 10.0.0.2")]), "10.0.0.3");
        assert_eq!(client("10.0.0.1:1", xff, &[("x-forwarded-for", "6.6.6.6, rubbish, 10.0.0.2")]), "10.0.0.2");
        assert_eq!(client("10.0.0.1:1", xff, &[]), "10.0.0.1");
    }

    #[test]
    fn only_the_header_that_the_proxies_write_is_read() {
        let both = [("x-forwarded-for", "198.51.100.1"), ("forwarded", "for=\"[2001:db8::9]:99\";proto=https")];
        assert_eq!(client("10.0.0.1:1", ForwardedBy::XForwardedFor, &both), "198.51.100.1");
        assert_eq!(client("10.0.0.1:1", ForwardedBy::Forwarded, &both), "2001:db8::9");
        assert_eq!(client("10.0.0.1:1", ForwardedBy::Forwarded, &[("forwarded", "for=unknown")]), "10.0.0.1");
    }

    #[test]
    fn the_scheme_is_believed_from_trusted_proxies_only() {
        let proto = headers(&[("x-forwarded-proto", "https")]);
        let proxies = trusted(ForwardedBy::XForwardedFor);
        assert!(proxies.secure("10.0.0.1:1".parse().unwrap(), false, &proto));
        assert!(!proxies.secure("192.0.2.1:1".parse().unwrap(), false, &proto));
        assert!(proxies.secure("192.0.2.1:1".parse().unwrap(), true, &HeaderMap::new()));
        let forwarded = headers(&[("forwarded", "for=1.2.3.4;proto=https")]);
        assert!(trusted(ForwardedBy::Forwarded).secure("10.0.0.1:1".parse().unwrap(), false, &forwarded));
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_64() {
        let key = |text: &str| ClientAddr(text.parse().unwrap()).key();
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    proptest! {
        #[test]
        fn any_header_gives_some_address(value in "[ -~]{0,80}") {
            for header in [ForwardedBy::XForwardedFor, ForwardedBy::Forwarded] {
                let name = if header == ForwardedBy::Forwarded { "forwarded" } else { "x-forwarded-for" };
                trusted(header).client("10.0.0.1:1".parse().unwrap(), &headers(&[(name, &value)]));
            }
        }
    }
}
