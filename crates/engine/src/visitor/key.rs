//! Session keys: `{id}!{millis}!{code}`, checked without a look into the database (design 11; the form is `liveagent.md` 1.4).
//!
//! The code covers id and instant. This crate holds the parts; a facade prints and reads the text.

use domain::{ids::SessionId, time::Timestamp};
use uuid::Uuid;

use crate::{
    App, ErrorKind, Result,
    keys::{Keys, Purpose},
};

/// The parts of a session key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionKey {
    /// Which session.
    pub session: SessionId,
    /// When it was made, milliseconds since the epoch.
    pub millis: i64,
    /// 20 bytes of the code: 160 bits.
    pub code: [u8; 20],
}

fn code(keys: &Keys, session: SessionId, millis: i64) -> [u8; 20] {
    let whole = keys.sign(Purpose::Session, &[Uuid::from(session).as_bytes(), &millis.to_be_bytes()]);
    let mut code = [0; 20];
    code.copy_from_slice(&whole[..20]);
    code
}

impl App {
    /// A new session's key. Nothing is stored until it asks for a conversation.
    pub fn new_session_key(&self) -> SessionKey {
        let session: SessionId = self.id();
        self.session_key(session)
    }

    /// Another key of the same session.
    pub fn session_key(&self, session: SessionId) -> SessionKey {
        self.session_key_made_at(session, self.now().as_millis())
    }

    /// The key of a session that was made at an instant, again.
    pub(crate) fn session_key_made_at(&self, session: SessionId, millis: i64) -> SessionKey {
        SessionKey { session, millis, code: code(self.keys(), session, millis) }
    }

    /// The session of a genuine key; when it was made. Says nothing of whether the session still lives.
    pub fn check_session_key(&self, session: SessionId, millis: i64, given: &[u8]) -> Result<Timestamp> {
        if given.len() == 20 && self.keys().verify(Purpose::Session, &[Uuid::from(session).as_bytes(), &millis.to_be_bytes()], given) {
            Ok(Timestamp::from_millis(millis))
        } else {
            Err(ErrorKind::SessionInvalid.into())
        }
    }

    /// The routing token of a session: 8 hexadecimal digits, of the cluster and of how often the session reconnected. A token of an earlier
    /// connection is told from the present one, so that a request sent before a reconnect cannot arrive after it.
    pub fn affinity_token(&self, generation: i64) -> String {
        let cluster = self.keys().sign(Purpose::Affinity, &[]);
        format!("{:02x}{:02x}{:02x}{:02x}", cluster[0], cluster[1], cluster[2], generation.rem_euclid(256))
    }
}
