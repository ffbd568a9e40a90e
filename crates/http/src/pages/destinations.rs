//! Where a visitor's browser may be sent to: this server, and the places that a deployment names.
//!
//! An address is read as browsers read it and sent on as it was read, so that both mean the same place. It may hold another (`endpoint=`,
//! where the page that it leads to goes on to), which is held to the same.

use std::collections::BTreeSet;

use domain::ids::DeploymentId;
use engine::Directory;
use url::{Origin, Url};

use crate::own_origin::{is_loopback, is_own};

/// The parameter that holds where a page goes on to (deployment_segment.md 5).
const NEXT: &str = "endpoint";
/// How many addresses may lie within one another: a pre-chat page holds the chat page's.
const MOST_NESTED: usize = 4;

/// Why a browser is not sent there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// No address was given.
    Missing,
    /// Not an address, or one that is not of the web, or that hides where it leads.
    Malformed,
    /// Addresses within addresses.
    Nested,
    /// Nobody has named this host.
    Stranger(String),
}

/// The places that are allowed.
#[derive(Debug)]
pub(super) struct Destinations<'a> {
    public_url: &'a str,
    /// Whole origins.
    origins: Vec<Origin>,
    /// `host` or `host:port`, in lower case.
    hosts: &'a [String],
}

impl<'a> Destinations<'a> {
    /// This server, and what a known deployment names.
    pub(super) fn of(public_url: &'a str, deployment: Option<(&'a Directory, DeploymentId)>) -> Self {
        let mut all = Self { public_url, origins: Vec::new(), hosts: &[] };
        let Some((directory, id)) = deployment else { return all };
        let Some(deployment) = directory.deployments.get(&id) else { return all };
        let buttons = directory.buttons.values().filter(|button| button.deployments.is_empty() || button.deployments.contains(&id));
        let pages = buttons.flat_map(|button| [button.form_before.as_deref(), button.chat_page.as_deref()]).flatten();
        all.origins = deployment.allowed_origins.iter().map(String::as_str).chain(pages).filter_map(origin).collect();
        all.hosts = &deployment.redirect_hosts;
        all
    }

    /// The address as a browser is to be given it.
    ///
    /// # Errors
    /// [`Refused`].
    pub(super) fn permit(&self, text: &str) -> Result<Url, Refused> {
        self.permit_within(text, 1)
    }

    fn permit_within(&self, text: &str, depth: usize) -> Result<Url, Refused> {
        let text = text.trim_matches(' ');
        if text.is_empty() {
            return Err(Refused::Missing);
        }
        if depth > MOST_NESTED {
            return Err(Refused::Nested);
        }
        // A browser drops or turns some of these round, and what people read is then not where it leads.
        if text.contains(|c: char| c.is_control() || c == '\\') {
            return Err(Refused::Malformed);
        }
        let url = Url::parse(text).map_err(|_| Refused::Malformed)?;
        let plain = matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none();
        let host = url.host_str().filter(|host| plain && !host.is_empty()).ok_or(Refused::Malformed)?;
        if !self.names(&url) {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            return Err(Refused::Stranger(format!("{host}{port}")));
        }
        for next in nested(&url) {
            self.permit_within(&next, depth + 1)?;
        }
        Ok(url)
    }

    fn names(&self, url: &Url) -> bool {
        if is_own(self.public_url, url) || self.origins.contains(&url.origin()) {
            return true;
        }
        let Some(host) = url.host_str() else { return false };
        let named = self.hosts.iter().any(|named| match url.port() {
            Some(port) => named.strip_prefix(host).and_then(|rest| rest.strip_prefix(':')).is_some_and(|text| text == port.to_string()),
            None => named == host,
        });
        // A host that is named without a scheme is meant as it is safe.
        named && (url.scheme() == "https" || self.public_url.starts_with("http:") || is_loopback(url))
    }
}

/// The origin of an address that an administrator gave.
pub(super) fn origin(text: &str) -> Option<Origin> {
    Url::parse(text).ok().map(|url| url.origin()).filter(Origin::is_tuple)
}

/// What a page could take from an address as the next one. Addresses of pages are put together from pieces, so that a second `?` is no rarity
/// (deployment_segment.md 5).
fn nested(url: &Url) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, value) in url.query_pairs() {
        let name = name.to_ascii_lowercase();
        if name == NEXT || name.ends_with(&format!("?{NEXT}")) {
            if !value.is_empty() {
                found.insert(value.into_owned());
            }
            continue;
        }
        let marker = format!("?{NEXT}=");
        let folded = value.to_ascii_lowercase();
        found.extend(folded.match_indices(&marker).filter_map(|(at, _)| value.get(at + marker.len()..)).map(str::to_owned));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permit(text: &str) -> Result<String, Refused> {
        let hosts = ["forms.example".to_owned(), "forms.example:8443".to_owned(), "localhost:3000".to_owned()];
        let origins = ["https://shop.example", "http://intranet.example:8000/form?x=1"].into_iter().filter_map(origin).collect();
        Destinations { public_url: "https://chat.example", origins, hosts: &hosts }.permit(text).map(String::from)
    }

    #[test]
    fn a_place_that_is_named_is_gone_to_with_its_fragment() {
        let chat = "https://chat.example/content/s/chat?language=en_US&sid=1#deployment_id=D&org_id=O&button_id=B&session_id=1";
        assert_eq!(permit(chat).as_deref(), Ok(chat));
        assert_eq!(permit(&format!("  {chat} ")).as_deref(), Ok(chat));
        let encoded: String = form_urlencoded::byte_serialize(chat.as_bytes()).collect();
        for page in [
            "https://shop.example/before",
            "https://shop.example/before?a=b",
            "http://intranet.example:8000/other",
            "https://forms.example",
            "https://forms.example:8443/x",
            "http://localhost:3000/",
        ] {
            let separator = if page.contains('?') { '&' } else { '?' };
            for page in [format!("{page}{separator}endpoint={encoded}"), format!("{page}?endpoint={encoded}")] {
                assert!(permit(&page).is_ok_and(|there| there.ends_with(&encoded)), "{page}");
            }
        }
    }

    #[test]
    fn nobody_is_sent_to_a_stranger() {
        let stranger = |host: &str| Err(Refused::Stranger(host.to_owned()));
        assert_eq!(permit("https://evil.example/"), stranger("evil.example"));
        assert_eq!(permit("https://shop.example.evil.example/"), stranger("shop.example.evil.example"));
        assert_eq!(permit("https://evil.example/https://shop.example"), stranger("evil.example"));
        assert_eq!(permit("https://evil.example#@shop.example"), stranger("evil.example"));
        assert_eq!(permit("https://shop.example:8443/"), stranger("shop.example:8443"), "another port is another origin");
        assert_eq!(permit("http://shop.example/"), stranger("shop.example"), "and so is another scheme");
        assert_eq!(permit("http://forms.example/"), stranger("forms.example"));
        assert_eq!(permit("https:evil.example"), stranger("evil.example"), "as browsers read it");
        assert_eq!(permit("https:///evil.example"), stranger("evil.example"));
        assert_eq!(permit("https://SHOP.example/A").as_deref(), Ok("https://shop.example/A"));
        assert_eq!(permit("https://ѕhop.example/"), stranger("xn--hop-ehd.example"), "a letter that only looks like one of ours");
        assert_eq!(permit("https://0x7f.1/"), stranger("127.0.0.1"));
    }

    #[test]
    fn what_hides_where_it_leads_is_refused() {
        for text in [
            "javascript:alert(1)",
            "JaVaScRiPt://chat.example/%0aalert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//evil.example",
            "/content/s/chat",
            "https://chat.example@evil.example/",
            "https://chat.example:x@evil.example/",
            "https://user@chat.example/",
            "https://chat.example\\@evil.example/",
            "https:\\\\evil.example",
            "java\nscript:alert(1)",
            "https://chat.example/\r\nLocation: https://evil.example",
            "https://chat.exa\tmple/",
            "https://",
            "https://[::1",
            "endpoint",
            "\u{0}",
        ] {
            assert_eq!(permit(text), Err(Refused::Malformed), "{text:?}");
        }
        assert_eq!(permit(" "), Err(Refused::Missing));
    }

    #[test]
    fn what_an_address_leads_on_to_is_held_to_the_same() {
        for page in [
            "https://shop.example/?endpoint=https%3A%2F%2Fevil.example",
            "https://shop.example/?ENDPOINT=https%3A%2F%2Fevil.example",
            "https://shop.example/?%65ndpoint=https%3A%2F%2Fevil.example",
            "https://shop.example/?endpoint=https://chat.example&endpoint=https://evil.example",
            "https://shop.example/?a=1?endpoint=https%3A%2F%2Fevil.example",
            "https://shop.example/?a?endpoint=https%3A%2F%2Fevil.example",
            "https://shop.example/?endpoint=https%3A%2F%2Fshop.example%3Fendpoint%3Dhttps%253A%252F%252Fevil.example",
        ] {
            assert_eq!(permit(page), Err(Refused::Stranger("evil.example".to_owned())), "{page}");
        }
        assert_eq!(permit("https://shop.example/?endpoint=javascript:alert(1)"), Err(Refused::Malformed));
        assert_eq!(permit("https://shop.example/?endpoint="), Ok("https://shop.example/?endpoint=".to_owned()));
        let mut deep = "https://shop.example/".to_owned();
        for _ in 0..5 {
            let encoded: String = form_urlencoded::byte_serialize(deep.as_bytes()).collect();
            deep = format!("https://shop.example/?endpoint={encoded}");
        }
        assert_eq!(permit(&deep), Err(Refused::Nested));
    }
}
