//! A visitor of the protocol of old, by hand: every header is the test's.

use engine::setup::demo_ids;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// What a poll answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Polled {
    /// 200, with messages.
    Said(Value),
    /// 204: nothing happened.
    Nothing,
    /// 403: the session is over; with the text.
    Over(String),
}

/// A visitor with a session. Sends the version and the session's key, as the seed does, and nothing else unless told.
#[derive(Clone, Debug)]
pub struct Visitor {
    http: reqwest::Client,
    url: String,
    /// The answer to SessionId.
    pub session: Value,
    ack: Option<i64>,
}

fn http() -> reqwest::Client {
    crate::crypto();
    // Each request by a connection of its own: one that a fault cut is no other request's.
    reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("an HTTP client")
}

impl Visitor {
    /// Asks for a session.
    ///
    /// # Panics
    /// If none is given.
    pub async fn begin(url: &str) -> Self {
        let http = http();
        let request = http.get(format!("{url}/chat/rest/System/SessionId")).header("X-LIVEAGENT-API-VERSION", "38");
        let answer = request.send().await.expect("the server answers");
        assert_eq!(answer.status(), 200, "{answer:?}");
        let session = answer.json().await.expect("a session is JSON");
        Self { http, url: url.to_owned(), session, ack: None }
    }

    /// The same visitor at another address.
    #[must_use]
    pub fn at(mut self, url: &str) -> Self {
        url.clone_into(&mut self.url);
        self
    }

    /// The same visitor, who says with each poll what has arrived.
    #[must_use]
    pub fn acknowledging(mut self) -> Self {
        self.ack = Some(-1);
        self
    }

    /// The session's key.
    ///
    /// # Panics
    /// If the session has none.
    pub fn key(&self) -> &str {
        self.session["key"].as_str().expect("a session has a key")
    }

    /// The body of ChasitorInit, as the seed prints it, with the demonstration's ids.
    pub fn init(&self) -> Value {
        json!({
            "buttonId": demo_ids::BUTTON,
            "deploymentId": demo_ids::DEPLOYMENT,
            "isPost": 1,
            "language": "en-US",
            "organizationId": demo_ids::ORGANISATION,
            "receiveQueueUpdates": 1,
            "screenResolution": "",
            "sessionId": self.key(),
            "userAgent": "iOS",
            "visitorName": "John Doe",
            "prechatDetails": [{
                "displayToAgent": false,
                "entityMaps": [],
                "label": "Session Key",
                "transcriptFields": [],
                "value": self.key(),
            }],
        })
    }

    fn request(&self, method: Method, resource: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}/chat/rest/{resource}", self.url))
            .header("X-LIVEAGENT-API-VERSION", "38")
            .header("X-LIVEAGENT-SESSION-KEY", self.key())
    }

    /// Waits until somebody answers at the demonstration's button.
    ///
    /// # Panics
    /// If nobody does in time.
    pub async fn finds_it_available(&self) {
        let query = [("org_id", demo_ids::ORGANISATION), ("deployment_id", demo_ids::DEPLOYMENT), ("Availability.ids", demo_ids::BUTTON)];
        testkit::wait_for("somebody to be online", crate::PATIENCE, async || {
            let answer = self.request(Method::GET, "Visitor/Availability").query(&query).send().await.expect("the server answers");
            answer.text().await.expect("a text").contains("\"isAvailable\":true")
        })
        .await;
    }

    /// Sends a POST, with this number if any; returns status and text, or that it broke on the way.
    ///
    /// # Errors
    /// When the connection broke.
    pub async fn try_post(&self, noun: &str, sequence: Option<i64>, body: &Value) -> reqwest::Result<(StatusCode, String)> {
        let mut request = self.request(Method::POST, &format!("Chasitor/{noun}")).json(body);
        if let Some(sequence) = sequence {
            request = request.header("X-LIVEAGENT-SEQUENCE", sequence);
        }
        let answer = request.send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    /// Sends a POST without a number.
    ///
    /// # Panics
    /// If it is not answered `OK`.
    pub async fn post(&self, noun: &str, body: &Value) {
        let answer = self.try_post(noun, None, body).await.expect("the server answers");
        assert_eq!(answer, (StatusCode::OK, "OK".to_owned()), "{noun}");
    }

    /// Polls once.
    ///
    /// # Errors
    /// When the connection broke: what was said comes again.
    ///
    /// # Panics
    /// At a status that is none of a poll's, and at an event that was acknowledged before.
    pub async fn try_poll(&mut self) -> reqwest::Result<Polled> {
        let mut request = self.request(Method::GET, "System/Messages");
        if let Some(ack) = self.ack {
            request = request.query(&[("ack", ack)]);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        Ok(match status.as_u16() {
            200 => {
                let said: Value = serde_json::from_str(&text).expect("a poll's answer is JSON");
                if let (Some(ack), Some(sequence)) = (self.ack, said["sequence"].as_i64()) {
                    let durable = !matches!(said["messages"][0]["type"].as_str(), Some("QueueUpdate" | "AgentTyping" | "AgentNotTyping"));
                    // Only a server that died may tell again what was acknowledged; who outlives one uses the client, which knows repeats.
                    assert!(!durable || sequence > ack, "told again after ack={ack}: {said}");
                    self.ack = Some(sequence.max(ack));
                }
                Polled::Said(said)
            }
            204 => Polled::Nothing,
            403 => Polled::Over(text),
            status => panic!("{status} to a poll: {text}"),
        })
    }

    /// Polls once.
    ///
    /// # Panics
    /// If the server does not answer.
    pub async fn poll(&mut self) -> Polled {
        self.try_poll().await.expect("the server answers")
    }

    /// Polls until a message of this type arrives; returns the whole answer that carried it, and what the message holds. Queue places and
    /// signs of typing are passed over, and polls that break.
    ///
    /// # Panics
    /// At anything else, or if it does not arrive in time.
    pub async fn hears(&mut self, kind: &str) -> (Value, Value) {
        testkit::wait_for_some(kind, crate::PATIENCE, async || {
            let Ok(Polled::Said(answer)) =
                self.try_poll().await.inspect(|polled| assert!(!matches!(polled, Polled::Over(_)), "{polled:?}"))
            else {
                return None;
            };
            match answer["messages"][0]["type"].as_str() {
                Some(found) if found == kind => {
                    let message = answer["messages"][0]["message"].clone();
                    Some((answer, message))
                }
                Some("QueueUpdate" | "AgentTyping" | "AgentNotTyping") => None,
                _ => panic!("{answer} instead of {kind}"),
            }
        })
        .await
    }
}
