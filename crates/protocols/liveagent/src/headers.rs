//! The four request headers (1.2), read as leniently as real clients need.

use std::fmt;

/// API version of the caller, on every request.
pub const API_VERSION: &str = "x-liveagent-api-version";
/// Routing token from SessionId.
pub const AFFINITY: &str = "x-liveagent-affinity";
/// Secret of the session.
pub const SESSION_KEY: &str = "x-liveagent-session-key";
/// Number of the POST.
pub const SEQUENCE: &str = "x-liveagent-sequence";
/// Not part of the protocol: a client's own id for a POST, the same for each retry, also across a reconnect.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The literal that a client sends as affinity when it has none (1.2).
pub const NO_AFFINITY: &str = "null";

/// A protocol version; only the major number gates fields. Seen 29 to 67 (1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiVersion(pub u16);

impl ApiVersion {
    /// The oldest version that the guide describes.
    pub const OLDEST: Self = Self(29);
    /// The last version of the guide.
    pub const NEWEST: Self = Self(67);

    /// Reads `34`, `55.0`, `v43`; `None` for anything else, which callers should treat as absent and not refuse.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits(major) && digits(minor) { major.parse().ok().map(Self) } else { None }
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// The affinity token of a request; absent, empty, `null` and `undefined` are `None` (1.2).
pub fn affinity(header: Option<&str>) -> Option<&str> {
    header.map(str::trim).filter(|value| !matches!(*value, "" | NO_AFFINITY | "undefined"))
}

/// The session key of a request; absent, empty and `null` are `None`.
pub fn session_key(header: Option<&str>) -> Option<&str> {
    affinity(header)
}

/// The number of a POST; absent and anything that is no whole number from 0 are `None`, which means no check (1.3).
pub fn sequence(header: Option<&str>) -> Option<u64> {
    let text = header?.trim();
    let text = text.strip_suffix(".0").unwrap_or(text);
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}
