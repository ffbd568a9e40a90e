//! What a literal is, by what it looks like and not by where it stands (deployment_segment.md 8.5).

use url::Url;

use crate::ids::{Id, IdKind};

/// Longer addresses are nobody's.
const ADDRESS: usize = 512;

/// What a literal is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// `00D…`, `572…`, `573…`, `005…`; false when the last three of 18 characters do not fit.
    Known(Id, bool),
    /// An agent and a button in one: `005…_573…`.
    Pair(Id, Id),
    /// Has the length and the characters of an id, but not the prefix of one that is looked for.
    Unusual(Id),
    /// An address of the API, without `/rest` and slashes behind it.
    Endpoint(Address),
    /// An address of the files, up to `/content`.
    Content(Address),
    /// A host alone that is one of Live Agent's, as apps for phones have it.
    Host(String),
    /// Another address of the web.
    Web(Address),
    /// Another kind of address, or one with a user name.
    Refused,
    /// A template language makes the value.
    Template,
    /// Anything else.
    Other,
}

/// An address as it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) text: String,
    /// The scheme was not there and is taken to be https.
    pub(super) assumed: bool,
    pub(super) encrypted: bool,
}

/// White space of any kind, and what word processors put between characters.
pub(super) fn blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

const TEMPLATES: [&str; 6] = ["{!", "{{", "${", "<?", "<%", "[["];

impl Value {
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim_matches(blank);
        if let Some(id) = id(text) {
            return id;
        }
        if let Some((agent, button)) = text.split_once('_')
            && let (Ok(agent), Ok(button)) = (Id::parse(agent), Id::parse(button))
            && (agent.kind(), button.kind()) == (IdKind::Agent, IdKind::Button)
        {
            return Self::Pair(agent, button);
        }
        if text.len() > ADDRESS {
            return Self::Other;
        }
        if TEMPLATES.iter().any(|mark| text.contains(mark)) {
            return Self::Template;
        }
        address(text)
    }
}

fn id(text: &str) -> Option<Value> {
    let id = Id::parse(text).ok()?;
    Some(match id.kind() {
        IdKind::Organization | IdKind::Deployment | IdKind::Button | IdKind::Agent => Value::Known(id, Id::parse_checked(text).is_ok()),
        // Words have 15 letters too.
        _ if text.bytes().any(|byte| byte.is_ascii_digit()) => Value::Unusual(id),
        _ => return None,
    })
}

/// Hosts of the old service (deployment_segment.md 1).
fn old_host(host: &str) -> bool {
    [".salesforceliveagent.com", ".my.salesforce-scrt.com"].iter().any(|end| host.len() > end.len() && host.ends_with(end))
}

fn address(text: &str) -> Value {
    let lower = text.to_ascii_lowercase();
    let (whole, assumed) = match lower.split_once(':') {
        _ if lower.starts_with("//") => (format!("https:{text}"), true),
        Some(("http" | "https", rest)) if rest.starts_with("//") => (text.to_owned(), false),
        Some(("file" | "ftp" | "ws" | "wss" | "gopher" | "data", rest)) if rest.starts_with('/') => return Value::Refused,
        _ if old_host(lower.split(['/', ':']).next().unwrap_or_default()) => (format!("https://{text}"), true),
        _ => return Value::Other,
    };
    let Ok(url) = Url::parse(&whole) else { return Value::Refused };
    let Some(host) = url.host_str().filter(|host| !host.is_empty()) else { return Value::Refused };
    if !url.username().is_empty() || url.password().is_some() {
        return Value::Refused;
    }
    let origin = url.origin().ascii_serialization();
    let found = |text: String| Address { text, assumed, encrypted: url.scheme() == "https" };
    let path = url.path();
    if let Some(at) = segment(path, "/chat").filter(|at| path[*at..].trim_end_matches('/').is_empty() || path[*at..].starts_with("/rest")) {
        return Value::Endpoint(found(format!("{origin}{}", &path[..at])));
    }
    if let Some(at) = segment(path, "/content") {
        return Value::Content(found(format!("{origin}{}", &path[..at])));
    }
    if path.trim_matches('/').is_empty() && old_host(host) && !lower.contains("://") && !lower.starts_with("//") {
        return Value::Host(host.to_owned());
    }
    Value::Web(found(format!("{origin}{}", path.trim_end_matches('/'))))
}

/// The end of the first segment of a path that is this.
fn segment(path: &str, wanted: &str) -> Option<usize> {
    path.match_indices(wanted).map(|(at, _)| at + wanted.len()).find(|end| matches!(path.as_bytes().get(*end), None | Some(b'/')))
}
