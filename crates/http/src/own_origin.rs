//! Whether a web address is this server's own: the pages that we serve call the API like any other page, and may be gone to.
//!
//! What the request says of the server (`Host`) is the client's word and is not asked; the public address decides.

use url::{Host, Url};

/// Whether `address` is of the origin of `public_url`. A server that is reached on loopback (the demo) is so under each of loopback's names.
pub(crate) fn is_own(public_url: &str, address: &Url) -> bool {
    let Ok(own) = Url::parse(public_url) else { return false };
    own.origin().is_tuple() && own.origin() == address.origin()
        || own.scheme() == address.scheme()
            && own.port_or_known_default() == address.port_or_known_default()
            && is_loopback(&own)
            && is_loopback(address)
}

/// Whether a page's origin, as browsers write it, is this server's own.
pub(crate) fn is_own_origin(public_url: &str, origin: &str) -> bool {
    Url::parse(origin).is_ok_and(|origin| is_own(public_url, &origin))
}

pub(crate) fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_address_and_loopback_beside_loopback_are_own() {
        for own in ["https://chat.example", "https://CHAT.example:443/x", "https://chat.example/#a"] {
            assert!(is_own_origin("https://chat.example", own), "{own}");
        }
        for other in
            ["http://chat.example", "https://chat.example:8443", "https://chat.example.evil.example", "https://localhost", "null", ""]
        {
            assert!(!is_own_origin("https://chat.example", other), "{other}");
        }
        for own in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "http://127.9.9.9:8080"] {
            assert!(is_own_origin("http://127.0.0.1:8080", own), "{own}");
        }
        for other in ["http://localhost:9090", "https://localhost:8080", "http://evil.localhost:8080", "http://10.0.0.1:8080"] {
            assert!(!is_own_origin("http://127.0.0.1:8080", other), "{other}");
        }
        assert!(!is_own_origin("", "") && !is_own_origin("nonsense", "nonsense"));
    }
}
