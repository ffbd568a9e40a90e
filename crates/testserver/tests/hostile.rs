//! Whatever is sent to whatever path of the whole server: it is answered, and never with a fault of ours.

use domain::{ids::WorkspaceId, secret::Secret};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use reqwest::{
    Method, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::{Value, json};
use switchboard_testserver::{Backend, Manner, TestServer, Visitor};

/// How many requests are made.
const REQUESTS: usize = 1500;

/// Something that the server does.
#[derive(Clone)]
struct Operation {
    method: Method,
    /// With `{…}` for what varies.
    path: String,
    /// What its body says, each with its JSON type if that is one.
    properties: Vec<(String, String)>,
}

/// What a request is made of. What it draws follows from the seed, but for the ids and keys that the server makes.
struct Hostile {
    chance: StdRng,
    operations: Vec<Operation>,
    /// Ids, keys and numbers that mean something.
    known: Vec<String>,
    token: String,
    visitor: String,
    keys: Vec<String>,
}

impl Hostile {
    fn often(&mut self, percent: u32) -> bool {
        self.chance.random_range(0..100) < percent
    }

    fn pick<'p>(&mut self, from: &[&'p str]) -> &'p str {
        from.choose(&mut self.chance).expect("a list with something in it")
    }

    /// A word: one that means something, or one that should not.
    fn word(&mut self) -> String {
        if self.often(40) {
            return self.known.choose(&mut self.chance).cloned().unwrap_or_default();
        }
        let odd = [
            "",
            "0",
            "-1",
            "1e99",
            "9223372036854775808",
            "99999999999999999999",
            "true",
            "null",
            "undefined",
            "NaN",
            "..",
            "%00",
            "\u{0}",
            "'",
            "\"",
            "\\",
            "<script>",
            "{}",
            "[]",
            "[573,",
            "Ä\u{301}👩‍👩‍👧",
            "\u{202e}",
            "\u{feff}",
            "573SB0000000001_005SB0000000001",
            "00000000-0000-0000-0000-000000000000",
            "1:1",
            "0:-9",
            "2026-02-30T25:61:61Z",
            "a@b",
            "\r\nX-Injected: 1",
            "UTC",
            "image/png",
        ];
        match self.pick(&odd) {
            "" if self.often(30) => "x".repeat(self.chance.random_range(0..5_000)),
            odd => odd.to_owned(),
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.chance.random_range(0..if depth > 3 { 5 } else { 8 }) {
            0 => Value::Null,
            1 => json!(self.chance.random_range(0..2) == 1),
            2 => json!(self.chance.random::<i64>()),
            3 => json!(self.chance.random_range(-2..3)),
            4 => json!(self.word()),
            5 => (0..self.chance.random_range(0..4)).map(|_| self.value(depth + 1)).collect(),
            _ => self.object(depth + 1),
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        let names = [
            "text",
            "position",
            "type",
            "data",
            "reason",
            "rules",
            "actions",
            "nouns",
            "prefix",
            "noun",
            "object",
            "organizationId",
            "deploymentId",
            "buttonId",
            "agentId",
            "buttonOverrides",
            "prechatDetails",
            "prechatEntities",
            "label",
            "value",
            "transcriptFields",
            "entityMaps",
            "entityName",
            "entityFieldsMaps",
            "visitorInfo",
            "pages",
            "time",
            "isPost",
            "sessionId",
            "location",
            "idleTimeoutWarningEvent",
            "login",
            "password",
            "name",
            "deployment",
            "button",
            "details",
            "typing",
            "score",
            "comment",
            "note",
            "target",
            "status",
            "id",
            "pattern",
            "routing",
            "permissions",
            "names",
        ];
        (0..self.chance.random_range(0..7))
            .map(|_| (self.pick(&names).to_owned(), self.value(depth)))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    /// A body of this operation's, with here and there something in it that should not be.
    fn proper(&mut self, operation: &Operation) -> Vec<u8> {
        let mut body = serde_json::Map::new();
        for (name, kind) in &operation.properties {
            let value = match kind.as_str() {
                _ if self.often(25) => self.value(0),
                "string" => json!(self.word()),
                "integer" => json!(self.chance.random_range(-1..400)),
                "boolean" => json!(self.often(50)),
                "array" => json!([]),
                "object" => json!({}),
                _ => self.value(0),
            };
            if self.often(90) {
                body.insert(name.clone(), value);
            }
        }
        Value::from(body).to_string().into_bytes()
    }

    fn body(&mut self, operation: &Operation) -> Vec<u8> {
        match self.chance.random_range(0..16) {
            0 => Vec::new(),
            1 => (0..self.chance.random_range(0..300)).map(|_| self.chance.random()).collect(),
            2 => "[{\"a\":".repeat(self.chance.random_range(1..5_000)).into_bytes(),
            3 => b"{\"text\":\"\\ud800\"}".to_vec(),
            4 => b"{\"text\":\"\\u0000 and \xff\"}".to_vec(),
            5 => {
                let text = self.object(0).to_string();
                text.as_bytes()[..self.chance.random_range(0..=text.len())].to_vec()
            }
            6 => self.object(0).to_string().into_bytes(),
            _ => self.proper(operation),
        }
    }

    fn path(&mut self, operation: &Operation) -> String {
        let mut path = operation.path.clone();
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            let word = self.word().replace(['{', '}', '?', '#', '/'], "");
            path.replace_range(from..=to, &word);
        }
        if self.often(10) {
            path.push('/');
            path.push_str(&self.word().replace(['?', '#'], ""));
        }
        let names = [
            "ack",
            "pc",
            "org_id",
            "deployment_id",
            "Availability.ids",
            "Settings.buttonIds",
            "nouns",
            "callback",
            "ReconnectSession.offset",
            "SessionId",
            "after",
            "limit",
            "cursor",
            "name",
            "from",
            "until",
            "location",
        ];
        for number in 0..self.chance.random_range(0..4) {
            path.push(if number == 0 { '?' } else { '&' });
            path.push_str(self.pick(&names));
            path.push('=');
            path.push_str(&self.word().replace('#', ""));
        }
        path
    }

    fn headers(&mut self, path: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        if path.starts_with("/api/") {
            let token = if path.contains("/visitor/") { self.visitor.clone() } else { self.token.clone() };
            let token = if self.often(80) { token } else { self.word() };
            put("authorization", &format!("Bearer {token}"));
        }
        if self.often(90) {
            let number: u64 = self.chance.random();
            put("idempotency-key", &number.to_string());
        }
        // A poll with a good key would be held, as it should.
        let key = if path.contains("Messages") || self.often(20) {
            self.word()
        } else {
            self.keys.choose(&mut self.chance).cloned().unwrap_or_default()
        };
        put("x-liveagent-session-key", &key);
        for name in [
            "x-liveagent-sequence",
            "x-liveagent-affinity",
            "x-liveagent-api-version",
            "content-type",
            "last-event-id",
            "origin",
            "x-forwarded-for",
        ] {
            if self.often(30) {
                put(name, &self.word());
            }
        }
        headers
    }
}

/// The operations of the native API, as it describes itself.
fn described(description: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let Ok(method) = Method::from_bytes(method.to_uppercase().as_bytes()) else { continue };
            let schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str().unwrap_or_default();
            let schema = &description["components"]["schemas"][schema.rsplit('/').next().unwrap_or_default()];
            let properties = schema["properties"].as_object().into_iter().flatten();
            let properties =
                properties.map(|(name, schema)| (name.clone(), schema["type"].as_str().unwrap_or_default().to_owned())).collect();
            // Signing out, or another password, would leave every other request at the door.
            if !(path == "/me/password" || path == "/sign-in" && method == Method::DELETE) {
                operations.push(Operation { method, path: format!("/api/v1{path}"), properties });
            }
        }
    }
    operations
}

fn properties_of(resource: liveagent::Resource) -> &'static [&'static str] {
    use liveagent::Resource;
    match resource {
        Resource::ChatMessage => &["text"],
        Resource::ChasitorSneakPeek => &["position", "text"],
        Resource::CustomEvent => &["type", "data"],
        Resource::ChatEnd => &["reason"],
        Resource::IdleWarning => &["idleTimeoutWarningEvent"],
        Resource::Breadcrumb => &["location"],
        Resource::ChasitorSensitiveData | Resource::AgentSensitiveData => &["rules", "chatId"],
        Resource::RichMessage => &["actions"],
        Resource::MultiNoun => &["nouns"],
        Resource::ChasitorResyncState => &["organizationId"],
        Resource::ChasitorInit => &[
            "organizationId",
            "deploymentId",
            "buttonId",
            "agentId",
            "buttonOverrides",
            "prechatDetails",
            "prechatEntities",
            "visitorName",
            "isPost",
            "visitorInfo",
            "language",
            "userAgent",
            "screenResolution",
            "receiveQueueUpdates",
            "doFallback",
            "sessionId",
        ],
        _ => &[],
    }
}

/// A server with an admin who is signed in, and visitors in both protocols.
async fn prepared(server: &TestServer, http: &reqwest::Client) -> Hostile {
    let url = server.url();
    let workspace: WorkspaceId = server.app().directories().all().next().expect("a workspace").id();
    let password = "a password that is long enough";
    server.app().create_admin(workspace, "root", "Root", Secret(password.to_owned())).await.expect("an admin");
    let post = async |path: &str, body: Value| {
        let request = http.post(format!("{url}/api/v1/{path}")).header("idempotency-key", path).json(&body);
        let answer: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        answer
    };
    let signed_in = post("sign-in", json!({"login": "root", "password": password})).await;
    let directory = server.app().directories().all().next().expect("a workspace").clone();
    let (deployment, button) = (directory.deployments.keys().next().expect("one"), directory.buttons.keys().next().expect("one"));
    let started = post("visitor/conversations", json!({"deployment": deployment, "button": button, "name": "Ana"})).await;
    let mut keys = Vec::new();
    for _ in 0..3 {
        let visitor = Visitor::begin(&url).await;
        visitor.post("ChasitorInit", &visitor.init()).await;
        keys.push(visitor.key().to_owned());
    }
    keys.push(Visitor::begin(&url).await.key().to_owned());
    let description: Value = http.get(format!("{url}/api/v1/openapi.json")).send().await.expect("an answer").json().await.expect("JSON");
    let mut operations = described(&description);
    operations.extend(liveagent::Resource::ALL.iter().map(|resource| Operation {
        method: Method::from_bytes(resource.method().as_str().as_bytes()).expect("a method"),
        path: resource.path(),
        properties: properties_of(*resource).iter().map(|name| ((*name).to_owned(), "string".to_owned())).collect(),
    }));
    let others =
        ["/", "/healthz", "/readyz", "/metrics", "/chat/rest/System/SessionId/{key}", "/services/liveagent/file", "/content/x", "/{any}"];
    operations.extend(others.map(|path| Operation { method: Method::GET, path: path.to_owned(), properties: Vec::new() }));
    let mut known = vec![deployment.to_string(), button.to_string(), workspace.to_string()];
    known.extend(
        ["00DSB0000000001", "572SB0000000001", "573SB0000000001", "005SB0000000001", "VisitorId,Settings", "agent"].map(str::to_owned),
    );
    known.extend(directory.agents.keys().map(ToString::to_string));
    known.extend(keys.iter().cloned());
    let text = |from: &Value, name: &str| from[name].as_str().unwrap_or_else(|| panic!("{name} in {from}")).to_owned();
    Hostile {
        chance: StdRng::seed_from_u64(7),
        operations,
        known,
        token: text(&signed_in, "token"),
        visitor: text(&started, "resume_token"),
        keys,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_is_sent_makes_the_server_fail() {
    let server = TestServer::start(Backend::Sqlite).await;
    let agent = server.agent(Manner::Silent).await;
    // A connection for each request: one that was answered before its body was read is closed.
    let http =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).pool_max_idle_per_host(0).build().expect("an HTTP client");
    let mut hostile = prepared(&server, &http).await;
    let mut answers = std::collections::BTreeMap::<u16, usize>::new();
    for number in 0..REQUESTS {
        let operations = hostile.operations.clone();
        let operation = operations.choose(&mut hostile.chance).expect("the server does something");
        let path = hostile.path(operation);
        let method = if hostile.often(90) {
            operation.method.clone()
        } else {
            let any = hostile.pick(&["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "BREW", "TRACE"]);
            Method::from_bytes(any.as_bytes()).expect("a method")
        };
        let headers = hostile.headers(&path);
        let body = hostile.body(operation);
        let Ok(url) = reqwest::Url::parse(&format!("{}{path}", server.url())) else { continue };
        // Only the head of the answer: a stream of events has no end.
        let answer = http.request(method.clone(), url).headers(headers).body(body).send().await.expect("every request is answered");
        let status = answer.status();
        *answers.entry(status.as_u16()).or_default() += 1;
        if status.is_server_error() {
            let text = answer.text().await.unwrap_or_default();
            let stale = status == StatusCode::SERVICE_UNAVAILABLE && text == "Invalid Affinity Token";
            assert!(stale, "request {number}, {method} {path}: {status} {text}");
        }
    }
    // It was not refused all in one place.
    for status in [200, 400, 401, 403, 404, 405, 422] {
        assert!(answers.contains_key(&status), "{answers:?}");
    }
    let visitor = Visitor::begin(&server.url()).await;
    assert!(visitor.key().contains('!'), "and it goes on");
    drop(agent);
    server.finish().await;
}
