//! Refusals that are made around handlers, in the protocol of the path that was asked for.

use axum::response::Response;

use crate::{
    api::ProblemRefusals,
    facades::{
        liveagent::LiveAgentRefusals,
        salesforce::{data::SalesforceRefusals, oauth::OAuthRefusals},
        segment::tracking::TrackingRefusals,
    },
    serve::{PlainRefusals, Refusal, Refusals},
};

/// Tells by the path which protocol the caller speaks, and refuses in it; in a plain sentence where no protocol owns the path.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByProtocol;

/// The prefixes of Live Agent, its uploads and its static content among them (liveagent.md 1.1, 2.6).
const LIVE_AGENT: &[&str] = &["/chat", "/services/liveagent", "/content"];
/// Where Salesforce's clients log in (salesforce.md 1.2).
const OAUTH: &str = "/services/oauth2";
/// The prefixes of the data API (salesforce.md 1.3).
const DATA: &[&str] = &["/services/data", "/services/apexrest"];

/// The prefix of Segment's tracking API (deployment_segment.md 12.1).
const TRACKING: &str = "/v1";

/// `path` is `prefix` or lies below it.
fn under(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl Refusals for ByProtocol {
    fn refuse(&self, path: &str, refusal: Refusal) -> Response {
        if under(path, "/api") {
            ProblemRefusals.refuse(path, refusal)
        } else if LIVE_AGENT.iter().any(|prefix| under(path, prefix)) {
            LiveAgentRefusals.refuse(path, refusal)
        } else if under(path, OAUTH) {
            OAuthRefusals.refuse(path, refusal)
        } else if DATA.iter().any(|prefix| under(path, prefix)) {
            SalesforceRefusals.refuse(path, refusal)
        } else if under(path, TRACKING) {
            TrackingRefusals.refuse(path, refusal)
        } else {
            PlainRefusals.refuse(path, refusal)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::FutureExt as _;
    use http::header::{CONTENT_TYPE, RETRY_AFTER};
    use http_body_util::BodyExt as _;

    use super::*;

    fn printed(path: &str, refusal: Refusal) -> String {
        let (head, body) = ByProtocol.refuse(path, refusal).into_parts();
        let body = body.collect().now_or_never().unwrap().unwrap().to_bytes();
        let header = |name| head.headers.get(name).map_or("-", |value| value.to_str().unwrap());
        format!("{path} {} {} {} {}", head.status.as_u16(), header(CONTENT_TYPE), header(RETRY_AFTER), String::from_utf8_lossy(&body))
    }

    #[test]
    fn every_refusal_is_made_in_every_protocol() {
        let refusals = [
            Refusal::BodyTooLarge { limit: 1000 },
            Refusal::Busy { retry_after: Duration::from_secs(7) },
            Refusal::Failed,
            Refusal::NoSuchPath,
            Refusal::WrongMethod,
        ];
        let paths =
            ["/api/v1/me", "/chat/rest/System/Messages", "/services/oauth2/token", "/services/data/v66.0/query", "/v1/batch", "/healthz"];
        let all: Vec<String> = refusals.into_iter().flat_map(|refusal| paths.map(|path| printed(path, refusal))).collect();
        insta::assert_snapshot!(all.join("\n"), @r#"
        /api/v1/me 413 application/problem+json - {"type":"too_large","title":"Too large","status":413,"detail":"at most 1000 bytes are allowed","request_id":""}
        /chat/rest/System/Messages 413 text/plain;charset=UTF-8 - The body is too large
        /services/oauth2/token 413 application/json;charset=UTF-8 - {"error":"invalid_request","error_description":"the body is too large"}
        /services/data/v66.0/query 413 application/json;charset=UTF-8 - [{"message":"The request body is larger than 1000 bytes","errorCode":"PAYLOAD_TOO_LARGE"}]
        /v1/batch 400 application/json - {"success":false,"code":"too_large","message":"An event may have at most 32 KB, a batch 500 KB."}
        /healthz 413 text/plain; charset=utf-8 - The request body is larger than 1000 bytes.
        /api/v1/me 503 application/problem+json 7 {"type":"busy","title":"The server is busy","status":503,"detail":"the server cannot take more requests now","request_id":""}
        /chat/rest/System/Messages 503 text/plain;charset=UTF-8 7 The server is busy, please try again
        /services/oauth2/token 503 application/json;charset=UTF-8 7 {"error":"temporarily_unavailable","error_description":"the server is busy, please try again later"}
        /services/data/v66.0/query 503 application/json;charset=UTF-8 7 [{"message":"The server is temporarily unavailable. Please try again later.","errorCode":"SERVER_UNAVAILABLE"}]
        /v1/batch 503 application/json 7 {"success":false,"code":"unavailable","message":"Events cannot be stored at the moment: try again later."}
        /healthz 503 text/plain; charset=utf-8 - The server is busy. Please try again.
        /api/v1/me 500 application/problem+json - {"type":"internal","title":"A fault in the server","status":500,"detail":"the request could not be answered","request_id":""}
        /chat/rest/System/Messages 500 text/plain;charset=UTF-8 - The server failed
        /services/oauth2/token 500 application/json;charset=UTF-8 - {"error":"server_error","error_description":"the server failed"}
        /services/data/v66.0/query 500 application/json;charset=UTF-8 - [{"message":"An unexpected error occurred. Please include this ErrorId if you contact support: ","errorCode":"UNKNOWN_EXCEPTION"}]
        /v1/batch 503 application/json 2 {"success":false,"code":"unavailable","message":"Events cannot be stored at the moment: try again later."}
        /healthz 500 text/plain; charset=utf-8 - The server failed to answer.
        /api/v1/me 404 application/problem+json - {"type":"not_found","title":"No such thing","status":404,"detail":"there is nothing at this path","request_id":""}
        /chat/rest/System/Messages 404 text/plain;charset=UTF-8 - There is no such resource
        /services/oauth2/token 404 application/json;charset=UTF-8 - {"error":"invalid_request","error_description":"there is nothing at this address"}
        /services/data/v66.0/query 404 application/json;charset=UTF-8 - [{"message":"The requested resource does not exist","errorCode":"NOT_FOUND"}]
        /v1/batch 404 application/json - {"success":false,"code":"no_such_endpoint","message":"There is no such endpoint; events are posted to /v1/batch, or to /v1/track and the like."}
        /healthz 404 text/plain; charset=utf-8 - There is nothing at this path.
        /api/v1/me 405 application/problem+json - {"type":"method_not_allowed","title":"This path does not know that method","status":405,"detail":"this path does not know this method","request_id":""}
        /chat/rest/System/Messages 405 text/plain;charset=UTF-8 - The resource does not take this verb
        /services/oauth2/token 405 application/json;charset=UTF-8 - {"error":"invalid_request","error_description":"this address does not take this method"}
        /services/data/v66.0/query 405 application/json;charset=UTF-8 - [{"message":"HTTP Method '' not allowed. Allowed are ","errorCode":"METHOD_NOT_ALLOWED"}]
        /v1/batch 405 application/json - {"success":false,"code":"no_such_endpoint","message":"There is no such endpoint; events are posted to /v1/batch, or to /v1/track and the like."}
        /healthz 405 text/plain; charset=utf-8 - This path does not take this method.
        "#);
    }

    #[test]
    fn a_prefix_ends_at_a_slash() {
        let speaks = |path| printed(path, Refusal::NoSuchPath).contains("There is no such resource");
        for path in ["/chat", "/chat/", "/chat/rest", "/chat/rest/", "/services/liveagent/file", "/content/g/js/43.0/deployment.js"] {
            assert!(speaks(path), "{path}");
        }
        for path in ["/", "/chats", "/services/data", "/contents", "/apis"] {
            assert!(!speaks(path), "{path}");
        }
        assert!(printed("/api", Refusal::NoSuchPath).contains("application/problem+json"));
    }
}
