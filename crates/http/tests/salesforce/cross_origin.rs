//! Scripts of other origins: those of apps that run in a browser, and nobody else's.

use http::{
    Method, StatusCode,
    header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS,
    },
};
use serde_json::json;

use crate::world::{World, on_both};

const APP: &str = "https://app.example:8443";

/// The origin that an answer may be read by; and the methods and headers that it may be asked with.
async fn asked_before(world: &World, origin: &str, path: &str) -> [String; 3] {
    let headers =
        [("origin", origin), ("access-control-request-method", "PATCH"), ("access-control-request-headers", "authorization,content-type")];
    let answer = world.send(Method::OPTIONS, path, &headers, "").await;
    [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_HEADERS]
        .map(|name| answer.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default())
}

async fn may_read(world: &World, origin: &str, path: &str) -> bool {
    asked_before(world, origin, path).await[0] == origin
}

#[tokio::test]
async fn scripts_of_an_apps_own_origin_may_call_and_no_others() {
    on_both(|world| async move {
        let record = "/services/data/v66.0/sobjects/Contact/003000000000001";
        assert!(!may_read(&world, APP, record).await, "no app is there");
        let app = world
            .app_with(json!({"flows": ["authorization_code"], "users": "everyone", "confidential": false,
                "redirect_addresses": ["https://app.example:8443/callback?tenant=1", "myapp://callback"]}))
            .await;

        let [origin, methods, headers] = asked_before(&world, APP, record).await;
        assert_eq!((origin.as_str(), headers.as_str()), (APP, "authorization,content-type"));
        assert!(methods.split(',').any(|method| method == "PATCH"), "{methods}");
        for path in ["/services/oauth2/token", "/services/oauth2/revoke", "/services/oauth2/userinfo", "/services/data"] {
            assert!(may_read(&world, APP, path).await, "{path}");
        }
        for origin in ["https://app.example", "http://app.example:8443", "https://evil.example", "null", "myapp://callback"] {
            assert!(!may_read(&world, origin, record).await, "{origin}");
        }
        // Where a person agrees, and where nothing is.
        for path in ["/services/oauth2/authorize", "/services/Soap/u/60.0", "/api/v1/me", "/console/"] {
            assert!(!may_read(&world, APP, path).await, "{path}");
        }

        let token = format!("Bearer {}", world.admins_token().await);
        let limits = "/services/data/v66.0/limits";
        let told = world.send(Method::GET, limits, &[("authorization", &token), ("origin", APP)], "").await;
        assert_eq!((told.status, told.header(ACCESS_CONTROL_ALLOW_ORIGIN)), (StatusCode::OK, APP));
        assert!(told.header(ACCESS_CONTROL_EXPOSE_HEADERS).contains("sforce-limit-info"), "{told:?}");
        assert!(!told.headers.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS));
        // A refusal is for its reader too.
        let refused = world.send(Method::GET, limits, &[("origin", APP)], "").await;
        assert_eq!((refused.status, refused.header(ACCESS_CONTROL_ALLOW_ORIGIN)), (StatusCode::UNAUTHORIZED, APP));
        let other = world.send(Method::GET, limits, &[("authorization", &token), ("origin", "https://evil.example")], "").await;
        assert_eq!((other.status, other.headers.get(ACCESS_CONTROL_ALLOW_ORIGIN)), (StatusCode::OK, None));

        let mut settings = app.settings.clone();
        settings["active"] = json!(false);
        world.native(Method::PUT, &app.path(), settings).await.good();
        assert!(!may_read(&world, APP, record).await, "the app is switched off");
    })
    .await;
}
