//! Which addresses belong to everybody, and may be called because somebody typed in a name.
//!
//! Judged by what IANA's registries of special-purpose addresses say (RFC 6890 and what follows it). An address that carries another one
//! inside (mapped, translated, 6to4) is judged by that one; what tunnels to an address that cannot be seen is not called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is anybody's on the open internet: not this machine, not a private or link-local network (where clouds keep their metadata),
/// no documentation, benchmark, multicast or reserved range.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        [0 | 10 | 127, ..]
            | [100, 64..=127, ..]
            | [169, 254, ..]
            | [172, 16..=31, ..]
            | [192, 0, 0 | 2, _]
            | [192, 31, 196, _]
            | [192, 52, 193, _]
            | [192, 88, 99, _]
            | [192, 168, ..]
            | [192, 175, 48, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            | [224..=255, ..]
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // Mapped, and translated by NAT64.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => inner(high, low),
        // 6to4.
        [0x2002, high, low, ..] => inner(high, low),
        // Protocol assignments, Teredo and ORCHID among them; documentation; segment routing.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // AS112.
        [0x2620, 0x4f, 0x8000, ..] => false,
        // All that is given out is of this range.
        [0x2000..=0x3fff, ..] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn private_and_special_ranges_are_nobodys_on_the_internet() {
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.168.1.1",
            "198.18.0.1",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(special.parse().unwrap()), "{special}");
        }
        for anybody in
            ["1.1.1.1", "100.63.0.1", "100.128.0.1", "172.15.0.1", "172.32.0.1", "193.0.0.1", "2606:4700::1111", "2002:101:101::1"]
        {
            assert!(is_public(anybody.parse().unwrap()), "{anybody}");
        }
    }

    proptest! {
        #[test]
        fn an_address_in_another_is_judged_as_itself(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let [a, b, c, d] = address.octets();
            let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
            prop_assert_eq!(is_public(address.to_ipv6_mapped().into()), is_public(address.into()));
            prop_assert_eq!(is_public(Ipv6Addr::new(0x2002, high, low, 0, 0, 0, 0, 1).into()), is_public(address.into()));
            // What the standard library calls so, we do too.
            if address.is_private() || address.is_loopback() || address.is_link_local() || address.is_multicast() || address.is_broadcast()
                || address.is_documentation() || address.is_unspecified() {
                prop_assert!(!is_public(address.into()));
            }
        }

        #[test]
        fn nothing_local_is_public_in_version_6(bits: u128) {
            let address = Ipv6Addr::from_bits(bits);
            if address.is_loopback() || address.is_unspecified() || address.is_multicast() || address.is_unicast_link_local() || address.is_unique_local() {
                prop_assert!(!is_public(address.into()));
            }
        }
    }
}
