//! From a setting to an address: a bare label is one of `.salesforceliveagent.com`'s hosts, as at Segment (10); what has a scheme, or begins
//! with `//`, is a whole address of anybody's server.

use url::Url;

/// The version directory of the script; servers answer every one with the script they have (1).
const VERSION: &str = "36.0";
const SUFFIX: &str = ".salesforceliveagent.com";
const MOST_BYTES: usize = 2_000;

/// An address that a page can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// The address. It begins with `//` where the setting did, which means the page's own scheme.
    pub url: String,
    /// It is https, or as the page is.
    pub encrypted: bool,
}

/// Why a setting is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressProblem {
    /// There is none.
    #[error("it is empty")]
    Empty,
    /// Not a label, and not a whole address.
    #[error("it is neither a host's first labels, such as c.la1, nor an address that begins with https://")]
    Shape,
    /// It has a user's name or a password in it, or is longer than an address is.
    #[error("such an address cannot be used")]
    Refused,
}

/// Where `deployment.js` is, by [`super::ChatSettings::hostname`]. A whole address may be the host's, the files' (`…/content`) or the
/// script's own.
///
/// # Errors
/// [`AddressProblem`].
pub fn script(hostname: &str) -> Result<Address, AddressProblem> {
    resolve(hostname, |path| {
        if path.ends_with(".js") {
            return path.to_owned();
        }
        let base = path.trim_end_matches('/');
        let files = match base.find("/content") {
            Some(at) if base[at..].len() == "/content".len() || base[at..].starts_with("/content/") => &base[..at],
            _ => base,
        };
        format!("{files}/content/g/js/{VERSION}/deployment.js")
    })
}

/// What a page initialises with, by [`super::ChatSettings::live_agent_endpoint_url`]. A whole address may be the host's, or end in `/chat`
/// or in the `/chat/rest…` of other clients.
///
/// # Errors
/// [`AddressProblem`].
pub fn endpoint(setting: &str) -> Result<Address, AddressProblem> {
    resolve(setting, |path| {
        let base = path.trim_end_matches('/');
        let base = base.find("/chat/rest").map_or(base, |at| &base[..at + "/chat".len()]);
        if base.ends_with("/chat") { base.to_owned() } else { format!("{base}/chat") }
    })
}

fn resolve(setting: &str, path_of: impl Fn(&str) -> String) -> Result<Address, AddressProblem> {
    let setting = setting.trim();
    if setting.is_empty() {
        return Err(AddressProblem::Empty);
    }
    if setting.len() > MOST_BYTES {
        return Err(AddressProblem::Refused);
    }
    let as_page = setting.starts_with("//");
    let whole = if as_page {
        format!("https:{setting}")
    } else if setting.contains("://") {
        setting.to_owned()
    } else if is_label(setting) {
        // Some write the whole name; Segment would put the suffix behind it once more.
        format!("https://{}{SUFFIX}", setting.strip_suffix(SUFFIX).unwrap_or(setting))
    } else {
        return Err(AddressProblem::Shape);
    };
    let url = Url::parse(&whole).map_err(|_| AddressProblem::Shape)?;
    let encrypted = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return Err(AddressProblem::Shape),
    };
    if !url.has_host() || !url.username().is_empty() || url.password().is_some() {
        return Err(AddressProblem::Refused);
    }
    let origin = url.origin().ascii_serialization();
    let origin = if as_page { origin.strip_prefix("https:").unwrap_or(&origin) } else { &origin };
    Ok(Address { url: format!("{origin}{}", path_of(url.path())), encrypted })
}

fn is_label(text: &str) -> bool {
    let labels = text.split('.');
    labels.clone().count() <= 20
        && text.len() <= 200
        && labels.into_iter().all(|label| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
                && !label.starts_with('-')
        })
}
