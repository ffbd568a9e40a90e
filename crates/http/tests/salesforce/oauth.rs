//! Logging in: each grant from end to end, and everything that must not give a token.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::world::{PUBLIC, on_both};

/// The organisation of the demonstration, long.
const ORGANIZATION: &str = "00DSB00000000012AA";

fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

#[tokio::test(flavor = "multi_thread")]
async fn client_credentials_give_a_token_in_the_form_that_clients_look_for() {
    on_both(|world| async move {
        let ada = world.agent("ada@example.com");
        let app = world.app_with(json!({"flows": ["client_credentials"], "run_as": ada, "scopes": ["api", "id", "refresh_token"]})).await;
        let given = world.token(&app.shows(&[("grant_type", "client_credentials")])).await;
        assert_eq!((given.header(header::CACHE_CONTROL), given.header(header::PRAGMA)), ("no-store", "no-cache"));
        let given = given.good();
        let token = given["access_token"].as_str().unwrap();
        let (organization, opaque) = token.split_once('!').unwrap();
        assert_eq!(organization, &ORGANIZATION[..15]);
        assert!(opaque.len() > 90 && opaque.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'_'), "{opaque}");
        let identity = format!("{PUBLIC}/id/{ORGANIZATION}/005SB0000000002YAA");
        assert_eq!((&given["id"], &given["instance_url"], &given["token_type"]), (&json!(identity), &json!(PUBLIC), &json!("Bearer")));
        assert_eq!(given["scope"], "api id", "without a refresh token, since there is none to give");
        assert!(given.get("refresh_token").is_none() && given.get("id_token").is_none() && given.get("expires_in").is_none());
        assert_eq!(given["issued_at"].as_str().unwrap().len(), 13);
        assert_eq!(BASE64_STANDARD.decode(given["signature"].as_str().unwrap()).unwrap().len(), 32);
        assert_eq!(world.calls(token).await.text, format!("{ORGANIZATION} 005SB0000000002YAA api id"));

        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", app.client_id, app.secret)));
        for (headers, shows) in [([("authorization", basic.as_str())], vec![]), ([("authorization", "OAuth foreign")], app.shows(&[]))] {
            let pairs: Vec<_> = shows.into_iter().chain([("grant_type", "client_credentials")]).collect();
            let again = world.form_with("/services/oauth2/token/", &pairs, &headers).await.good();
            assert!(world.works(&again["access_token"]).await);
        }
        let grants = world.native(Method::GET, &format!("{}/grants", app.path()), Value::Null).await.good();
        assert_eq!(grants["items"].as_array().unwrap().len(), 1, "all of one flow as one agent are one grant: {grants}");
        assert_eq!((&grants["items"][0]["agent"], &grants["items"][0]["flow"]), (&ada, &json!("client_credentials")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_lives_while_it_is_used_and_dies_with_what_it_stands_on() {
    on_both(|world| async move {
        let app = world.app_with(json!({"flows": ["client_credentials"], "run_as": world.agent("bob")})).await;
        let new = async || world.token(&app.shows(&[("grant_type", "client_credentials")])).await.good()["access_token"].clone();
        let (used, unused) = (new().await, new().await);
        assert!(world.works(&used).await && world.works(&unused).await);
        for _ in 0..3 {
            world.clock.advance(minutes(100));
            assert!(world.works(&used).await, "used every 100 minutes");
        }
        assert!(!world.works(&unused).await, "not used for two hours");
        world.clock.advance(minutes(121));
        assert!(!world.works(&used).await);

        let kept = new().await;
        let set = async |settings: Value| {
            let mut all = app.settings.clone();
            all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
            world.native(Method::PUT, &app.path(), all).await.good();
        };
        set(json!({"active": false})).await;
        assert!(!world.works(&kept).await);
        set(json!({"scopes": ["id"]})).await;
        assert!(!world.works(&kept).await, "it is not for the data API any more");
        set(json!({"run_as": world.agent("ada@example.com")})).await;
        assert!(!world.works(&kept).await, "the app acts as somebody else now");
        set(json!({})).await;
        assert!(world.works(&kept).await);

        let bob = format!("/admin/agents/{}", world.demo.agents["bob"]);
        let mut settings = world.native(Method::GET, &bob, Value::Null).await.good()["settings"].clone();
        for (active, works) in [(false, false), (true, false)] {
            settings["active"] = json!(active);
            world.native(Method::PUT, &bob, settings.clone()).await.good();
            assert_eq!(world.works(&kept).await, works, "who was switched off gets no token back by being switched on");
        }
        let last = new().await;
        assert!(world.works(&last).await);
        assert_eq!(world.native(Method::DELETE, &app.path(), Value::Null).await.status, StatusCode::NO_CONTENT);
        assert!(!world.works(&last).await);
        let gone = world.token(&app.shows(&[("grant_type", "client_credentials")])).await.refused();
        assert_eq!(gone, (400, "invalid_client_id".into(), "client identifier invalid".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_the_app_gets_nothing() {
    on_both(|world| async move {
        let app = world.app_with(json!({"flows": ["client_credentials"], "run_as": world.agent("bob")})).await;
        let other = world.app_with(json!({"flows": ["jwt_bearer"], "certificate": include_str!("key.pub")})).await;
        let ask = async |pairs: &[(&str, &str)]| world.token(pairs).await.refused();
        let credentials = ("grant_type", "client_credentials");
        assert_eq!(ask(&[credentials, ("client_id", &app.client_id)]).await.1, "invalid_client");
        assert_eq!(ask(&[credentials, ("client_id", &app.client_id), ("client_secret", &other.secret)]).await.1, "invalid_client");
        assert_eq!(ask(&[credentials, ("client_id", "nobody"), ("client_secret", "x")]).await.1, "invalid_client_id");
        assert_eq!(ask(&[credentials]).await.1, "invalid_request");
        assert_eq!(ask(&other.shows(&[credentials])).await.1, "unsupported_grant_type", "this app may not");
        assert_eq!(ask(&app.shows(&[("grant_type", "device")])).await.1, "unsupported_grant_type");
        let twice = ask(&app.shows(&[credentials, ("client_id", &app.client_id)])).await;
        assert_eq!(twice, (400, "invalid_request".into(), "a parameter is repeated".into()));
        let json = world.send(Method::POST, "/services/oauth2/token", &[("content-type", "application/json")], "{}").await;
        assert_eq!(json.refused().1, "invalid_request");
        let broken = world.form_with("/services/oauth2/token", &[credentials], &[("authorization", "Basic !")]).await;
        assert_eq!(broken.refused().1, "invalid_request");
        assert_eq!(world.send(Method::GET, "/services/oauth2/token", &[], "").await.refused().0, 405);
        assert_eq!(world.send(Method::GET, "/services/oauth2/nothing", &[], "").await.refused().0, 404);
        let large = "x".repeat(2 << 20);
        assert_eq!(world.token(&[("grant_type", "password"), ("password", &large)]).await.refused().0, 413);
        for wrong in ["", "Bearer", "Bearer ", "Bearer x", "Bearer 00DSB0000000001!x", "Basic eDp5", "Bearer 00DSB0000000001!é"] {
            let answer = world.send(Method::GET, "/services/data/probe", &[("authorization", wrong)], "").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong}: {answer:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_replaced_without_a_gap_and_found_nowhere() {
    on_both(|world| async move {
        let app = world.app_with(json!({"flows": ["client_credentials"], "run_as": world.agent("bob")})).await;
        let secrets = format!("{}/secrets", app.path());
        let good = async |secret: &str| {
            let pairs = [("grant_type", "client_credentials"), ("client_id", app.client_id.as_str()), ("client_secret", secret)];
            world.token(&pairs).await.status == StatusCode::OK
        };
        let own = "0123456789abcdef0123456789ABCDEF!~";
        let second = world.native(Method::POST, &format!("{}/secret", app.path()), json!({"secret": own})).await.good();
        assert_eq!(second["secret"], own);
        assert!(good(&app.secret).await && good(own).await, "both are good");
        let third = world.native(Method::POST, &format!("{}/secret", app.path()), json!({})).await;
        assert_eq!((third.status, third.json()["type"].as_str()), (StatusCode::CONFLICT, Some("wrong_state")));
        let short = world.native(Method::POST, &format!("{}/secret", app.path()), json!({"secret": "short"})).await;
        assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
        let known = world.native(Method::GET, &secrets, Value::Null).await;
        assert!(!known.text.contains(&app.secret) && !known.text.contains(own), "{}", known.text);
        let known = known.good();
        assert_eq!(known["items"][0]["ending"], app.secret[app.secret.len() - 4..]);
        assert!(known["items"][0]["last_used_at"].is_string());
        let first = known["items"][0]["id"].as_str().unwrap();
        assert_eq!(world.native(Method::DELETE, &format!("{secrets}/{first}"), Value::Null).await.status, StatusCode::NO_CONTENT);
        assert!(!good(&app.secret).await && good(own).await);
        let audited = world.audited(&app.id).await;
        let actions: Vec<&str> = audited.iter().map(|(action, _)| action.as_str()).collect();
        let expected = ["connected_app.created", "connected_app.secret_made", "connected_app.secret_made", "connected_app.secret_removed"];
        assert_eq!(actions, expected);
        let all = format!("{audited:?}");
        assert!(!all.contains(own) && !all.contains(&app.secret), "{all}");
    })
    .await;
}
