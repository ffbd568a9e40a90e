//! Whose events these are: every way in which SDKs say their write key (12.2).
//!
//! A key in a header comes before one in the body. A key is public (it stands in every page), so it says whose events these are and proves nothing.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Characters of a key at most: those of all products are far shorter.
const MOST: usize = 256;

/// Forgives a missing `=`: people write these headers by hand.
const LENIENT: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// The key of `Authorization` (Basic, with or without the colon and a password) or of `X-Write-Key`; `Bearer` names no source.
#[must_use]
pub fn of_headers(authorization: Option<&str>, x_write_key: Option<&str>) -> Option<String> {
    authorization.and_then(of_basic).or_else(|| x_write_key.and_then(accepted))
}

fn of_basic(header: &str) -> Option<String> {
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > 4 * MOST {
        return None;
    }
    let decoded = String::from_utf8(LENIENT.decode(encoded.trim()).ok()?).ok()?;
    accepted(decoded.split(':').next().unwrap_or_default())
}

/// A key as it may be: not empty, not masked (`***` of Jitsu), not endless.
#[must_use]
pub(crate) fn accepted(key: &str) -> Option<String> {
    let key = key.trim();
    let fits = !key.is_empty() && key.len() <= MOST && key.bytes().any(|byte| byte != b'*') && !key.contains('\0');
    fits.then(|| key.to_owned())
}

/// The anonymous id of RudderStack's header `AnonymousId`, in Base64 (12.3).
#[must_use]
pub fn anonymous_id(header: &str) -> Option<String> {
    if header.len() > 2 * crate::limits::ID {
        return None;
    }
    let id = String::from_utf8(LENIENT.decode(header.trim()).ok()?).ok()?;
    (!id.is_empty() && id.chars().count() <= crate::limits::ID && !id.chars().any(char::is_control)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_the_reference_names_the_key() {
        // printf 'WK1:' | base64; printf 'WK1' | base64; printf 'WK1:secret' | base64
        for basic in ["Basic V0sxOg==", "basic V0sxOg", "BASIC V0sx", "Basic V0sxOnNlY3JldA==", " Basic  V0sxOg== "] {
            assert_eq!(of_headers(Some(basic), None).as_deref(), Some("WK1"), "{basic}");
        }
        assert_eq!(of_headers(None, Some("WK1")).as_deref(), Some("WK1"));
        assert_eq!(of_headers(Some("Bearer abc"), Some("WK1")).as_deref(), Some("WK1"));
        for (authorization, key) in [
            (None, None),
            (Some("Bearer abc"), None),
            (Some("Basic Og=="), Some("***")),
            (Some("Basic !!"), Some(" ")),
            (Some("Basic"), None),
        ] {
            assert_eq!(of_headers(authorization, key), None, "{authorization:?} {key:?}");
        }
    }

    #[test]
    fn rudders_header_names_the_device() {
        assert_eq!(anonymous_id("YTE=").as_deref(), Some("a1"));
        assert_eq!(anonymous_id("not base64"), None);
        assert_eq!(anonymous_id(""), None);
    }
}
