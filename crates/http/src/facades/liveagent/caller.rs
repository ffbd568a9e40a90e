//! Who calls: the four headers (liveagent.md 1.2), and the session that they name.

use domain::{ids::SessionId, time::Timestamp};
use engine::{App, ErrorKind, visitor::SessionState};
use http::HeaderMap;
use liveagent::{BodyError, headers, key};

use super::error::Failure;

/// A genuine key, and the routing token that came with it.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) session: SessionId,
    pub(super) made_at: Timestamp,
    affinity: Option<Box<str>>,
}

pub(super) fn header<'h>(map: &'h HeaderMap, name: &str) -> Option<&'h str> {
    map.get(name).and_then(|value| value.to_str().ok())
}

/// Reads a key's text; raw or percent-encoded (liveagent.md 1.4).
pub(super) fn read_key(app: &App, text: &str) -> Result<(SessionId, Timestamp), Failure> {
    let key = key::SessionKey::parse(text).map_err(|_| ErrorKind::SessionInvalid)?;
    let session: SessionId = key.id.parse().map_err(|_| ErrorKind::SessionInvalid)?;
    let millis = i64::try_from(key.millis).map_err(|_| ErrorKind::SessionInvalid)?;
    Ok((session, app.check_session_key(session, millis, &key.mac)?))
}

impl Caller {
    /// From the headers. Looks at no database.
    pub(super) fn of(app: &App, map: &HeaderMap) -> Result<Self, Failure> {
        let text = headers::session_key(header(map, headers::SESSION_KEY)).ok_or(ErrorKind::SessionInvalid)?;
        Self::with_key(app, text, map)
    }

    /// With a key from elsewhere.
    pub(super) fn with_key(app: &App, key: &str, map: &HeaderMap) -> Result<Self, Failure> {
        let (session, made_at) = read_key(app, key)?;
        let affinity = headers::affinity(header(map, headers::AFFINITY)).map(Into::into);
        Ok(Self { session, made_at, affinity })
    }

    /// What the key leads to. A token of another time is refused; none is accepted (liveagent.md 1.4).
    pub(super) async fn session(&self, app: &App) -> Result<SessionState, Failure> {
        let state = app.find_session(self.session, self.made_at).await?;
        if let Some(given) = &self.affinity {
            let current = |generation: i64| app.affinity_token(generation) == **given;
            let matches = match &state {
                SessionState::Unused => current(0),
                SessionState::Live(live) if current(live.generation()) => true,
                // It may have reconnected through another server.
                SessionState::Live(live) => current(app.newest_generation(live).await?),
                SessionState::Ended(_) => true,
            };
            if !matches {
                return Err(ErrorKind::AffinityInvalid.into());
            }
        }
        Ok(state)
    }
}

/// The number of a POST.
pub(super) fn sequence(map: &HeaderMap) -> Option<i64> {
    headers::sequence(header(map, headers::SEQUENCE)).and_then(|number| i64::try_from(number).ok())
}

/// The client's own id of a POST.
pub(super) fn idempotency_key(map: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = map.get(headers::IDEMPOTENCY_KEY) else { return Ok(None) };
    match value.to_str().map(str::trim) {
        Ok("") => Ok(None),
        Ok(key) if key.len() <= 200 => Ok(Some(key.to_owned())),
        _ => Err(BodyError::new("The Idempotency-Key header must be at most 200 printable ASCII characters").into()),
    }
}
