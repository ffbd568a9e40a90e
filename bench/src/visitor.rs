//! A visitor who speaks the Live Agent protocol, and no more of it than is measured.

use bytes::Bytes;
use engine::setup::demo_ids;
use http_body_util::Full;
use hyper::{Request, StatusCode, http::request::Builder};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    Result,
    client::{Connection, Target},
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created {
    id: String,
    key: String,
    affinity_token: String,
}

/// What names a session.
#[derive(Clone)]
pub(crate) struct Session {
    key: String,
    affinity: String,
}

fn begin(builder: Builder) -> Builder {
    builder.header("host", "localhost").header("x-liveagent-api-version", "52")
}

impl Session {
    /// A new session that asks for a conversation.
    pub(crate) async fn start(connection: &mut Connection) -> Result<Self> {
        let (session, asks) = Self::open(connection, "A Visitor", json!([]), json!([])).await?;
        connection.succeed(asks).await?;
        Ok(session)
    }

    /// A new session, and the request by which it asks for a conversation, with what the visitor has told before.
    pub(crate) async fn open(
        connection: &mut Connection,
        name: &str,
        details: Value,
        entities: Value,
    ) -> Result<(Self, Request<Full<Bytes>>)> {
        let asked = begin(Request::get("/chat/rest/System/SessionId")).header("x-liveagent-affinity", "null").body(Full::default())?;
        let created: Created = serde_json::from_slice(&connection.succeed(asked).await?)?;
        let session = Self { key: created.key, affinity: created.affinity_token };
        let body = json!({
            "organizationId": demo_ids::ORGANISATION,
            "deploymentId": demo_ids::DEPLOYMENT,
            "buttonId": demo_ids::BUTTON,
            "sessionId": created.id,
            "userAgent": "bench",
            "language": "en-US",
            "screenResolution": "1920x1080",
            "visitorName": name,
            "prechatDetails": details,
            "prechatEntities": entities,
            "receiveQueueUpdates": false,
            "isPost": true,
        });
        let asks = session.post("/chat/rest/Chasitor/ChasitorInit", 1, body.to_string())?;
        Ok((session, asks))
    }

    fn headed(&self, builder: Builder) -> Builder {
        begin(builder).header("x-liveagent-affinity", &self.affinity).header("x-liveagent-session-key", &self.key)
    }

    fn post(&self, path: &str, sequence: i64, body: impl Into<Bytes>) -> Result<Request<Full<Bytes>>> {
        Ok(self
            .headed(Request::post(path))
            .header("x-liveagent-sequence", sequence)
            .header("content-type", "application/json")
            .body(Full::new(body.into()))?)
    }

    /// A `ChatEnd`.
    pub(crate) fn end(&self, sequence: i64) -> Result<Request<Full<Bytes>>> {
        self.post("/chat/rest/Chasitor/ChatEnd", sequence, r#"{"reason":"client"}"#)
    }

    /// A `ChatMessage`.
    pub(crate) fn message(&self, sequence: i64, body: impl Into<Bytes>) -> Result<Request<Full<Bytes>>> {
        self.post("/chat/rest/Chasitor/ChatMessage", sequence, body)
    }
}

#[derive(Deserialize)]
struct Polled {
    sequence: i64,
}

/// A session's long polls.
pub(crate) struct Polls {
    connection: Connection,
    session: Session,
    acknowledged: i64,
}

impl Polls {
    pub(crate) fn new(connection: Connection, session: Session) -> Self {
        Self { connection, session, acknowledged: -1 }
    }

    /// No more of them: the connection is free.
    pub(crate) fn done(self) -> Connection {
        self.connection
    }

    /// The next answer; none when nothing happened.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        let path = format!("/chat/rest/System/Messages?ack={}", self.acknowledged);
        let request = self.session.headed(Request::get(path)).body(Full::default())?;
        let (status, body) = self.connection.send(request).await?;
        match status {
            StatusCode::OK => {
                self.acknowledged = serde_json::from_slice::<Polled>(&body)?.sequence;
                Ok(Some(body))
            }
            StatusCode::NO_CONTENT => Ok(None),
            other => Err(format!("a poll: {other}: {}", String::from_utf8_lossy(&body)).into()),
        }
    }

    /// Polls until an agent has taken the conversation.
    pub(crate) async fn established(&mut self) -> Result<()> {
        loop {
            let Some(body) = self.next().await? else { continue };
            if contains(&body, b"ChatEstablished") {
                return Ok(());
            }
            if contains(&body, b"ChatRequestFail") {
                return Err("the conversation was refused".into());
            }
        }
    }
}

/// Whether some bytes are in others.
pub(crate) fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// So many established conversations: their sessions, and the connections by which they came.
pub(crate) async fn establish(target: &Target, many: usize) -> Result<Vec<(Session, Polls)>> {
    let mut made = Vec::with_capacity(many);
    for _ in 0..many {
        let mut connection = target.connect().await?;
        let session = Session::start(&mut connection).await?;
        let mut polls = Polls::new(connection, session.clone());
        polls.established().await?;
        made.push((session, polls));
    }
    Ok(made)
}
