//! The document that describes the API, and that every operation in it asks who calls.

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Map, Value, json};

use crate::world::on_both;

/// Operations that need no token.
const PUBLIC: &[&str] = &[
    "POST /sign-in",
    "POST /visitor/conversations",
    "GET /visitor/availability",
    "GET /visitor/settings",
    "POST /visitor/offline-messages",
];

/// Operations that every agent has for himself, whatever his roles.
const OWN: &[&str] = &[
    "DELETE /sign-in",
    "GET /me",
    "PUT /me/presence",
    "POST /me/password",
    "POST /me/totp",
    "POST /me/totp/confirm",
    "POST /me/totp/remove",
    "GET /snapshot",
    "GET /events",
    "GET /transfer-targets",
    "GET /directory",
    "GET /quick-texts",
];

fn document() -> Value {
    serde_json::to_value(switchboard_http::api::openapi()).unwrap()
}

#[test]
fn the_document_is_as_it_was_reviewed() {
    // A change of the API: look at the difference, then keep it with
    // `INSTA_UPDATE=always cargo test -p switchboard-http --test admin_api the_document`.
    insta::assert_json_snapshot!("openapi", document(), { ".info.version" => "[version]" });
}

#[test]
fn every_operation_has_a_name_of_its_own_and_says_who_may_call_it() {
    let document = document();
    let mut names = std::collections::BTreeSet::new();
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name.to_owned()), "two operations are called {name}");
            let wanted = if PUBLIC.contains(&format!("{} {path}", verb.to_uppercase()).as_str()) {
                json!([{}])
            } else if path.starts_with("/visitor/") {
                json!([{"visitor": []}])
            } else {
                json!([{"agent": []}])
            };
            assert_eq!(operation["security"], wanted, "{verb} {path}");
            assert_eq!(
                operation["responses"]["default"]["content"]["application/problem+json"]["schema"]["$ref"],
                "#/components/schemas/Problem"
            );
        }
    }
    assert_eq!(document["components"]["securitySchemes"]["agent"], json!({"type": "http", "scheme": "bearer"}));
}

struct Operation {
    name: String,
    method: Method,
    path: String,
    body: Option<(String, Value)>,
}

/// The least value that a schema admits.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return example(document, &document["components"]["schemas"][name]);
    }
    for combined in ["oneOf", "anyOf"] {
        if let Some(ways) = schema[combined].as_array() {
            let way = ways.iter().find(|way| way["type"] != "null").unwrap();
            return example(document, way);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().map(|part| example(document, part));
        return Value::Object(parts.flat_map(|part| part.as_object().cloned().unwrap_or_default()).collect());
    }
    if let Some(first) = schema["enum"].as_array().and_then(|values| values.first()) {
        return first.clone();
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").and_then(Value::as_str),
        kind => kind.as_str(),
    };
    match (kind, schema["format"].as_str()) {
        (Some("string"), Some("uuid")) => json!("0190163d-8694-739b-aea5-966c26f8ad91"),
        (Some("string"), Some("date-time")) => json!("2026-03-02T09:00:00Z"),
        (Some("string"), _) => json!("192.0.2.1"),
        (Some("integer" | "number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        (Some("boolean"), _) => json!(false),
        (Some("array"), _) => json!([]),
        _ => {
            let required = schema["required"].as_array().cloned().unwrap_or_default();
            let properties = required.iter().filter_map(Value::as_str);
            Value::Object(properties.map(|name| (name.to_owned(), example(document, &schema["properties"][name]))).collect::<Map<_, _>>())
        }
    }
}

fn operations() -> Vec<Operation> {
    let document = document();
    let mut found = Vec::new();
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            let Ok(method) = verb.to_uppercase().parse::<Method>() else { continue };
            if !matches!(method, Method::GET | Method::POST | Method::PUT | Method::PATCH | Method::DELETE) {
                continue;
            }
            let body = operation["requestBody"]["content"].as_object().map(|content| {
                let (media_type, content) = content.iter().next().unwrap();
                (media_type.clone(), example(&document, &content["schema"]))
            });
            let filled = path.split('/').map(|part| match part {
                "{old_id}" => "573000000000001",
                "{position}" => "1",
                "{kind}" => "user",
                part if part.starts_with('{') => "0190163d-8694-739b-aea5-966c26f8ad91",
                part => part,
            });
            let filled = filled.collect::<Vec<_>>().join("/");
            found.push(Operation { name: format!("{method} {path}"), method, path: filled, body });
        }
    }
    assert!(found.len() > 60, "the document has lost operations: {}", found.len());
    found
}

fn request(operation: &Operation, token: Option<&str>) -> Request<Body> {
    let mut request = Request::builder()
        .method(operation.method.clone())
        .uri(format!("/api/v1{}", operation.path))
        .header("idempotency-key", operation.name.replace(' ', "-"));
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    match &operation.body {
        None => request.body(Body::empty()),
        Some((media_type, _)) if media_type == "multipart/form-data" => {
            let form = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nwords\r\n--x--\r\n";
            request.header(header::CONTENT_TYPE, "multipart/form-data; boundary=x").body(Body::from(form))
        }
        Some((media_type, body)) => request.header(header::CONTENT_TYPE, media_type).body(Body::from(body.to_string())),
    }
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_refuses_who_is_not_signed_in_and_who_may_not() {
    on_both(|world| async move {
        let operations = operations();
        for listed in PUBLIC.iter().chain(OWN) {
            assert!(operations.iter().any(|operation| operation.name == **listed), "{listed} is no operation any more");
        }
        let (_, nobody) = world.nobody().await;
        for operation in operations.iter().filter(|operation| !PUBLIC.contains(&operation.name.as_str())) {
            let of_visitors = operation.path.starts_with("/visitor/");
            for token in [None, Some("sb1.no.such.token"), of_visitors.then_some(nobody.as_str())] {
                let answer = world.raw(request(operation, token)).await;
                assert_eq!(answer.problem(), (401, "not_signed_in".to_owned()), "{} with {token:?}: {answer:?}", operation.name);
                assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer", "{}", operation.name);
            }
            if of_visitors || OWN.contains(&operation.name.as_str()) {
                continue;
            }
            let answer = world.raw(request(operation, Some(&nobody))).await;
            assert_eq!(answer.problem(), (403, "not_permitted".to_owned()), "{}: {answer:?}", operation.name);
        }
    })
    .await;
}
