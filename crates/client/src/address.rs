//! The address of an endpoint, in every form that Live Agent clients are configured with (liveagent.md 1.1).

use std::fmt;

use reqwest::Url;

use crate::Error;

/// Where an endpoint's resources lie: always `scheme://host[:port][/prefix]/chat/rest/`.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(Url);

impl Address {
    /// Reads `https://host`, `https://host/chat` or `https://host/chat/rest/`, with or without the last slash; a bare
    /// host means `https`.
    ///
    /// # Errors
    /// [`Error::Address`] when the text is no http(s) address, or carries a user name, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = |why: &str| Error::Address { given: text.chars().take(200).collect(), why: why.to_owned() };
        let text_with_scheme = if text.contains("://") { text.trim().to_owned() } else { format!("https://{}", text.trim()) };
        let mut url = Url::parse(&text_with_scheme).map_err(|e| bad(&e.to_string()))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("only http and https are spoken"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(bad("it names no host"));
        }
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
            return Err(bad("it may hold no user name, query or fragment"));
        }
        let mut path = url.path().trim_end_matches('/');
        path = path.strip_suffix("/chat/rest").or_else(|| path.strip_suffix("/chat")).unwrap_or(path);
        let path = format!("{path}/chat/rest/");
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address as text, ending in `/chat/rest/`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether requests travel encrypted.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The URL of `{prefix}/{noun}`, path parts percent-encoded.
    pub(crate) fn resource(&self, parts: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(parts);
        }
        url
    }

    /// A URL that the endpoint named, resolved against it. None when it is no http(s) URL, or would leave an encrypted
    /// endpoint for an unencrypted address.
    pub(crate) fn follow(&self, named: &str) -> Option<Url> {
        let url = self.0.join(named).ok()?;
        match url.scheme() {
            "https" => Some(url),
            "http" if !self.is_encrypted() => Some(url),
            _ => None,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_clients_are_configured_with_is_the_same_address() {
        for form in [
            "https://pod.example.com",
            "https://pod.example.com/",
            "https://pod.example.com/chat",
            "https://pod.example.com/chat/",
            "https://pod.example.com/chat/rest",
            "https://pod.example.com/chat/rest/",
            "pod.example.com",
            " pod.example.com/chat ",
        ] {
            assert_eq!(Address::parse(form).unwrap().as_str(), "https://pod.example.com/chat/rest/", "{form}");
        }
        assert_eq!(Address::parse("http://localhost:8080/a").unwrap().as_str(), "http://localhost:8080/a/chat/rest/");
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for form in ["", "ftp://host", "https://", "https://u:p@host/", "https://host/?a=b", "https://host/#x", "http://[::1"] {
            assert!(matches!(Address::parse(form), Err(Error::Address { .. })), "{form}");
        }
    }

    #[test]
    fn a_key_in_a_path_is_percent_encoded_where_it_must_be() {
        let url = Address::parse("host").unwrap().resource(&["System", "SessionId", "a!1!b+/?="]);
        assert_eq!(url.as_str(), "https://host/chat/rest/System/SessionId/a!1!b+%2F%3F=");
    }

    #[test]
    fn an_encrypted_endpoint_never_sends_us_to_an_unencrypted_address() {
        let address = Address::parse("https://host").unwrap();
        assert!(address.follow("http://elsewhere/x").is_none());
        assert!(address.follow("file:///etc/passwd").is_none());
        assert_eq!(address.follow("/services/liveagent/file").unwrap().as_str(), "https://host/services/liveagent/file");
    }
}
