//! Signatures of webhooks (14): `X-Signature` as Segment's own receivers check it, and Standard Webhooks.
//!
//! A secret is text. `X-Signature` takes its bytes as they are; Standard Webhooks takes what a secret that begins with `whsec_` says in base64,
//! and the bytes of any other. While a secret is replaced there are two: `X-Signature` has room for one and is made with the newer,
//! `webhook-signature` carries one by each. Comparing is done in constant time, by the library.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

/// The header of [`x_signature`].
pub const X_SIGNATURE: &str = "x-signature";
/// What a secret of Standard Webhooks begins with.
pub const SECRET_PREFIX: &str = "whsec_";
/// How far the instant of a Standard Webhooks signature may be away, in seconds.
pub const TOLERANCE_SECONDS: u64 = 5 * 60;

fn mac<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> M {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).map(char::from).collect()
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// `X-Signature`: HMAC-SHA1 of the body, in hexadecimal digits.
pub fn x_signature(secret: &str, body: &[u8]) -> String {
    hexadecimal(&mac::<Hmac<Sha1>>(secret.as_bytes(), &[body]).finalize().into_bytes())
}

/// Whether an `X-Signature` is that of this body by one of these secrets. Segment signs only the first event of a batch (14): ask with that.
pub fn is_x_signature<'s>(given: &str, secrets: impl IntoIterator<Item = &'s str>, body: &[u8]) -> bool {
    let Some(given) = from_hexadecimal(given.trim()) else { return false };
    secrets.into_iter().any(|secret| mac::<Hmac<Sha1>>(secret.as_bytes(), &[body]).verify_slice(&given).is_ok())
}

/// A secret of Standard Webhooks, of bytes that nobody can guess: 24 to 64 of them.
pub fn secret_of(bytes: &[u8]) -> String {
    format!("{SECRET_PREFIX}{}", BASE64_STANDARD.encode(bytes))
}

fn key_of(secret: &str) -> Vec<u8> {
    let encoded = secret.strip_prefix(SECRET_PREFIX).and_then(|encoded| BASE64_STANDARD.decode(encoded).ok());
    encoded.unwrap_or_else(|| secret.as_bytes().to_vec())
}

/// `webhook-signature` of Standard Webhooks, over `id.timestamp.body`: a signature by each secret, with a space between them. `id` is
/// `webhook-id` and stays the same over all attempts, `timestamp` is `webhook-timestamp`, in seconds, that of the attempt.
pub fn webhook_signature<'s>(secrets: impl IntoIterator<Item = &'s str>, id: &str, timestamp: i64, body: &[u8]) -> String {
    let timestamp = timestamp.to_string();
    let signed = |secret: &str| {
        let mac = mac::<Hmac<Sha256>>(&key_of(secret), &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
        format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
    };
    secrets.into_iter().map(signed).collect::<Vec<_>>().join(" ")
}

/// Whether one of the signatures in a `webhook-signature` is by one of these secrets, and not from another time.
pub fn is_webhook_signature<'s>(
    given: &str,
    secrets: impl IntoIterator<Item = &'s str> + Clone,
    id: &str,
    timestamp: i64,
    body: &[u8],
    now: i64,
) -> bool {
    if now.abs_diff(timestamp) > TOLERANCE_SECONDS {
        return false;
    }
    let timestamp = timestamp.to_string();
    let given = given.split_whitespace().filter_map(|one| one.strip_prefix("v1,")).filter_map(|one| BASE64_STANDARD.decode(one).ok());
    given.into_iter().any(|given| {
        secrets.clone().into_iter().any(|secret| {
            let mac = mac::<Hmac<Sha256>>(&key_of(secret), &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body]);
            mac.verify_slice(&given).is_ok()
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn x_signature_is_hmac_sha1_in_hexadecimal() {
        // RFC 2202, test case 2.
        let code = x_signature("Jefe", b"what do ya want for nothing?");
        assert_eq!(code, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert!(is_x_signature(&code.to_uppercase(), ["another", "Jefe"], b"what do ya want for nothing?"));
        for wrong in ["", "e", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c7", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c78", "ключ"] {
            assert!(!is_x_signature(wrong, ["Jefe"], b"what do ya want for nothing?"), "{wrong}");
        }
        assert!(!is_x_signature(&code, [], b"what do ya want for nothing?"));
    }

    #[test]
    fn webhook_signature_is_hmac_sha256_of_id_instant_and_body() {
        // Made with `printf 'msg_1.1700000000.{"a":1}' | openssl dgst -sha256 -mac HMAC -macopt key:0123456789abcdef01234567 -binary | base64`.
        let secret = secret_of(b"0123456789abcdef01234567");
        assert_eq!(secret, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3");
        let signature = webhook_signature([secret.as_str()], "msg_1", 1_700_000_000, br#"{"a":1}"#);
        assert_eq!(signature, "v1,WUgAXU8H0NQ1/7M+TtMwKma2b74a3/TCgekiM3YUdN8=");
        let both = webhook_signature([secret.as_str(), "old"], "msg_1", 1_700_000_000, br#"{"a":1}"#);
        assert_eq!(both.split(' ').next(), Some(signature.as_str()));
        for secret in [secret.as_str(), "old"] {
            assert!(is_webhook_signature(&both, [secret], "msg_1", 1_700_000_000, br#"{"a":1}"#, 1_700_000_100));
            assert!(!is_webhook_signature(&both, [secret], "msg_2", 1_700_000_000, br#"{"a":1}"#, 1_700_000_100));
            assert!(!is_webhook_signature(&both, [secret], "msg_1", 1_700_000_000, br#"{"a":1}"#, 1_700_000_301), "it is too old");
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_is_recognised_and_nothing_else(
            secret in ".{1,40}", other in ".{1,40}", id in "[a-z0-9_-]{1,40}", at in 0i64..4_000_000_000, body: Vec<u8>, more: u8,
        ) {
            let code = x_signature(&secret, &body);
            prop_assert!(is_x_signature(&code, [other.as_str(), secret.as_str()], &body));
            let signature = webhook_signature([secret.as_str()], &id, at, &body);
            prop_assert!(is_webhook_signature(&signature, [other.as_str(), secret.as_str()], &id, at, &body, at));
            let mut changed = body;
            changed.push(more);
            prop_assert!(!is_x_signature(&code, [secret.as_str()], &changed));
            prop_assert!(!is_webhook_signature(&signature, [secret.as_str()], &id, at, &changed, at));
        }

        #[test]
        fn no_header_makes_it_panic(given in ".{0,200}", at: i64, now: i64) {
            prop_assert!(!is_x_signature(&given, ["secret"], b"body"));
            prop_assert!(!is_webhook_signature(&given, ["secret"], "id", at, b"body", now));
        }
    }
}
