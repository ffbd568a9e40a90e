//! Headers that every answer carries unless its handler has said otherwise.

use http::{
    HeaderMap, HeaderValue,
    header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, Entry, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS},
};

/// What browsers are told about our pages.
#[derive(Clone, Debug)]
pub struct PageSecurity {
    page: HeaderValue,
    other: HeaderValue,
    transport: Option<HeaderValue>,
}

impl PageSecurity {
    /// `frame_ancestors` are the origins that may show our pages in a frame, e.g. `https://shop.example`; none means nobody.
    /// `hsts_days` 0 sends no `Strict-Transport-Security`.
    ///
    /// # Errors
    /// The first origin that is not `scheme://host[:port]`: anything else could write policy of its own into the header.
    pub fn new(frame_ancestors: &[String], hsts_days: u32) -> Result<Self, String> {
        for origin in frame_ancestors {
            let uri = origin.parse::<http::Uri>().map_err(|_| origin.clone())?;
            let whole = uri.scheme_str().is_some_and(|scheme| scheme == "https" || scheme == "http")
                && uri.authority().is_some_and(|authority| !authority.as_str().contains(['@', ';', ',', '\'']))
                && uri.path_and_query().is_none_or(|path| path.as_str() == "/")
                && !origin.ends_with('/');
            if !whole {
                return Err(origin.clone());
            }
        }
        let ancestors = if frame_ancestors.is_empty() { "'none'".to_owned() } else { frame_ancestors.join(" ") };
        let page = format!(
            "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
        );
        Ok(Self {
            page: HeaderValue::from_str(&page).map_err(|_| ancestors)?,
            other: HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox"),
            transport: (hsts_days > 0).then(|| HeaderValue::from_str(&format!("max-age={}", u64::from(hsts_days) * 86_400)).ok()).flatten(),
        })
    }

    pub(super) fn apply(&self, headers: &mut HeaderMap, secure: bool) {
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Entry::Vacant(vacant) = headers.entry(REFERRER_POLICY) {
            vacant.insert(HeaderValue::from_static("same-origin"));
        }
        if secure && let Some(transport) = &self.transport {
            headers.insert(STRICT_TRANSPORT_SECURITY, transport.clone());
        }
        if headers.contains_key(CONTENT_SECURITY_POLICY) {
            return;
        }
        let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
        let essence = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let policy = match essence {
            b"text/html" => &self.page,
            // Never rendered as a document once `nosniff` is said; the policy would only cost bytes on the hot path.
            b""
            | b"text/plain"
            | b"application/json"
            | b"text/event-stream"
            | b"application/javascript"
            | b"text/javascript"
            | b"text/css" => return,
            // Whatever else is served may be a file that a stranger sent: an SVG or XML opened as a document must not run as ours.
            _ => &self.other,
        };
        headers.insert(CONTENT_SECURITY_POLICY, policy.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(kind: Option<&'static str>, secure: bool) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(kind) = kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        PageSecurity::new(&["https://shop.example".to_owned()], 30).unwrap().apply(&mut headers, secure);
        headers
    }

    #[test]
    fn pages_get_a_policy_that_names_who_may_frame_them() {
        let headers = applied(Some("text/html; charset=utf-8"), true);
        assert!(headers[CONTENT_SECURITY_POLICY].to_str().unwrap().ends_with("frame-ancestors https://shop.example"));
        assert_eq!(headers[STRICT_TRANSPORT_SECURITY], "max-age=2592000");
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(headers[REFERRER_POLICY], "same-origin");
    }

    #[test]
    fn plain_http_says_nothing_of_transport_and_json_carries_no_policy() {
        let headers = applied(Some("application/json"), false);
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        assert!(!headers.contains_key(CONTENT_SECURITY_POLICY));
    }

    #[test]
    fn a_strangers_file_is_sandboxed() {
        assert!(applied(Some("image/svg+xml"), false)[CONTENT_SECURITY_POLICY].to_str().unwrap().ends_with("sandbox"));
    }

    #[test]
    fn nobody_writes_policy_through_an_origin() {
        for origin in ["*", "https://a.example; script-src *", "shop.example", "https://a.example/", "javascript:alert(1)", "https://a@b"] {
            assert!(PageSecurity::new(&[origin.to_owned()], 1).is_err(), "{origin}");
        }
    }
}
