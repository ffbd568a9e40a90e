//! Texts of responses that clients compare with (5, 2, 2.6).

/// Body of a successful POST, `text/plain`, without quotes (2).
pub const OK: &str = "OK";
/// Body of a successful file upload (2.6).
pub const UPLOADED: &str = "Success";
/// Body of a 403: the session is missing, expired or unknown (5).
pub const SESSION_INVALID: &str = "Session required but was invalid or not found";
/// Body of a 503: the affinity token is not the current one (5).
pub const AFFINITY_INVALID: &str = "Invalid Affinity Token";
