//! What a customer's own page after a conversation is told, by way of the visitor's browser (deployment_segment.md 7).

use axum::{Router, body::Body};
use domain::ids::ButtonId;
use engine::conversation::PostMessage;
use http::{Request, StatusCode};
use serde_json::{Value, json};
use switchboard_http::serve::AddressLimits;

use crate::world::{Answer, BUTTON, DEPLOYMENT, Given, On, World, on_both, receive};

/// The visitor's side of the native API, as the chat window uses it.
struct Window {
    api: Router,
    /// What tells its requests from those of others.
    mark: String,
    token: String,
    started: Value,
}

impl Window {
    async fn open(world: &World, details: Value) -> Self {
        let api = world.native(AddressLimits::new(Default::default()));
        let named = world.app.directory(world.workspace).unwrap();
        let (deployment, button) = (named.by_old_id(DEPLOYMENT).unwrap(), named.by_old_id(BUTTON).unwrap());
        let body = json!({
            "deployment": deployment, "button": button, "agent": null, "name": "Ada", "language": "en-US", "screen_resolution": null,
            "referrer": "https://search.example/", "page": {"url": "https://shop.example/cart", "title": null}, "details": details, "known_as": null,
        });
        let mut window = Self { api, mark: world.id::<ButtonId>().to_string(), token: String::new(), started: Value::Null };
        let started = window.ask("POST", "/conversations", Some(body)).await;
        assert_eq!(started.status, StatusCode::CREATED, "{}", started.body);
        window.started = serde_json::from_str(&started.body).unwrap();
        window.token = window.started["resume_token"].as_str().unwrap().to_owned();
        window
    }

    async fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(format!("/api/v1/visitor{path}"));
        let request = request.header("content-type", "application/json").header("idempotency-key", format!("{}{path}", self.mark));
        let request = if self.token.is_empty() { request } else { request.header("authorization", format!("Bearer {}", self.token)) };
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        receive(self.api.clone(), request.body(body).unwrap()).await
    }

    fn conversation(&self) -> domain::ids::ConversationId {
        self.started["conversation"]["id"].as_str().unwrap().parse().unwrap()
    }

    async fn visitor_says(&self, text: &str) {
        let said = self.ask("POST", "/messages", Some(json!({"text": text}))).await;
        assert!(said.status.is_success(), "{}", said.body);
    }

    async fn post_chat(&self) -> Value {
        self.ask("GET", "/post-chat", None).await.json()
    }

    /// The fields by their names, which come in the reference's order.
    async fn fields(&self) -> serde_json::Map<String, Value> {
        let told = self.post_chat().await;
        let fields = told["fields"].as_array().unwrap();
        let names: Vec<&str> = fields.iter().map(|field| field["name"].as_str().unwrap()).collect();
        let expected = "requestTime startTime deploymentId buttonId chatKey lastVisitedPage originalReferrer latitude longitude city region country \
                        organization disconnectedBy windowLanguage chatDetails transcript attachedRecords error";
        assert_eq!(names.join(" "), expected);
        fields.iter().map(|field| (field["name"].as_str().unwrap().to_owned(), field["value"].clone())).collect()
    }
}

fn with_page() -> Given {
    Given { button: json!({"name": "Help", "form_after": "https://shop.example/after?x=1"}), ..Given::default() }
}

async fn a_page_is_told_of_a_conversation_that_is_over(on: On) {
    let world = World::new(on, with_page()).await;
    let details = json!([{"label": "Mail", "value": "</script>ada@example.org", "transcript_fields": ["Mail__c"]},
        {"label": "Score", "value": "7", "visible_to_agent": false}]);
    let window = Window::open(&world, details).await;
    let early = window.ask("GET", "/post-chat", None).await;
    assert_eq!(early.status, StatusCode::CONFLICT, "{}", early.body);
    window.visitor_says("Hello <b>there</b>").await;
    world.agent_says(window.conversation(), "Hi!").await;
    world.app.agent_posts(world.workspace, world.agent, window.conversation(), PostMessage::text("Bye")).await.unwrap();
    world.agent_ends(window.conversation()).await;

    assert_eq!(window.post_chat().await["page"], "https://shop.example/after?x=1");
    let fields = window.fields().await;
    let text = |name: &str| fields[name].as_str().unwrap();
    let asked: i64 = text("requestTime").parse().unwrap();
    assert!(asked <= text("startTime").parse().unwrap() && asked > 0, "milliseconds, and an agent was there");
    assert_eq!((text("deploymentId"), text("buttonId")), (DEPLOYMENT, BUTTON));
    assert_eq!(text("chatKey").len(), 36);
    assert_eq!((text("lastVisitedPage"), text("originalReferrer")), ("https://shop.example/cart", "https://search.example/"));
    assert_eq!((text("latitude"), text("country"), text("organization")), ("Unknown", "Unknown", "Unknown"));
    assert_eq!((text("disconnectedBy"), text("error"), text("windowLanguage"), text("attachedRecords")), ("agent", "", "en_US", "[]"));
    let told: Value = serde_json::from_str(text("chatDetails")).unwrap();
    let mail = json!({"label": "Mail", "value": "</script>ada@example.org", "transcriptFields": ["Mail__c"]});
    assert_eq!(told, json!({"customDetails": [mail], "visitorName": "Ada"}), "what is hidden from agents stays hidden");
    for said in ["Hello <b>there</b>", "Hi!", "Bye"] {
        assert!(text("transcript").contains(said), "{}", text("transcript"));
    }
    assert_eq!(window.fields().await, fields, "asked again it is the same");
    let nobody = Window { token: "sbv1.x".to_owned(), ..window };
    assert_eq!(nobody.ask("GET", "/post-chat", None).await.status, StatusCode::UNAUTHORIZED);
    world.finish().await;
}

async fn a_page_is_told_how_it_ended_and_no_more_than_its_visitor_may_have(on: On) {
    let given = Given { deployment: json!({"name": "Site", "visitor_transcript": false}), ..with_page() };
    let world = World::new(on, given).await;
    let window = Window::open(&world, json!([])).await;
    window.visitor_says("secret").await;
    assert!(window.ask("POST", "/end", Some(json!({"reason": null}))).await.status.is_success());
    let fields = window.fields().await;
    assert_eq!((&fields["disconnectedBy"], &fields["transcript"]), (&json!("client"), &json!("")));

    world.presence(world.agent, domain::presence::Presence::Offline).await;
    let refused = Window::open(&world, json!([])).await.fields().await;
    assert_eq!((&refused["disconnectedBy"], &refused["startTime"]), (&json!("agentsUnavailable"), &json!("")));
    world.finish().await;
}

async fn a_button_without_such_a_page_has_none(on: On) {
    let world = World::default(on).await;
    let window = Window::open(&world, json!([])).await;
    world.agent_ends(window.conversation()).await;
    assert_eq!(window.post_chat().await, json!({"page": null, "fields": []}));
    world.finish().await;
}

on_both! {
    a_page_is_told_of_a_conversation_that_is_over,
    a_page_is_told_how_it_ended_and_no_more_than_its_visitor_may_have,
    a_button_without_such_a_page_has_none,
}
