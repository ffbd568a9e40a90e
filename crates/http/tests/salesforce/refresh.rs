//! Refresh tokens: rotation, what a stolen one costs, what an honest app may do whose answer got lost; tokens that are taken back; passwords.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    browser::{code_for, exchange, web_app},
    world::{AnApp, Answer, PASSWORD, World, on_both},
};

async fn tokens(world: &World, app: &AnApp) -> Value {
    let code = code_for(world, app, "bob", &[]).await;
    exchange(world, app, &code, &[]).await.good()
}

async fn refresh(world: &World, app: &AnApp, token: &Value) -> Answer {
    world.token(&app.shows(&[("grant_type", "refresh_token"), ("refresh_token", token.as_str().unwrap())])).await
}

fn is_over(answer: &Answer) -> bool {
    answer.status == StatusCode::BAD_REQUEST && answer.refused().2 == "expired access/refresh token"
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refresh_token_is_good_once_and_a_stolen_one_costs_the_grant() {
    on_both(|world| async move {
        let app = world.app_with(web_app()).await;
        let first = tokens(&world, &app).await;
        let second = refresh(&world, &app, &first["refresh_token"]).await.good();
        assert_ne!(second["refresh_token"], first["refresh_token"]);
        assert!(second["refresh_token"].is_string() && second["scope"] == first["scope"]);
        assert!(world.works(&first["access_token"]).await && world.works(&second["access_token"]).await);
        world.clock.advance(Duration::from_secs(61));
        // The first one comes again: somebody else has it, or had it.
        assert!(is_over(&refresh(&world, &app, &first["refresh_token"]).await));
        assert!(is_over(&refresh(&world, &app, &second["refresh_token"]).await), "all of the family are dead");
        assert!(!world.works(&first["access_token"]).await && !world.works(&second["access_token"]).await);
        let (action, change) = world.audited(&app.id).await.pop().unwrap();
        assert_eq!((action.as_str(), &change["why"]), ("connected_app.grant_removed", &json!("refresh_token_reused")));

        let other = world.app_with(web_app()).await;
        let mine = tokens(&world, &app).await;
        assert!(is_over(&refresh(&world, &other, &mine["refresh_token"]).await), "another app's");
        assert!(is_over(&refresh(&world, &app, &mine["access_token"]).await));
        let token = mine["refresh_token"].as_str().unwrap();
        let tampered = json!(format!("{}{}", &token[..token.len() - 1], if token.ends_with('0') { '1' } else { '0' }));
        assert!(is_over(&refresh(&world, &app, &tampered).await));
        refresh(&world, &app, &mine["refresh_token"]).await.good();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_got_lost_locks_nobody_out() {
    on_both(|world| async move {
        let app = world.app_with(web_app()).await;
        let first = tokens(&world, &app).await;
        let lost = refresh(&world, &app, &first["refresh_token"]).await.good();
        world.clock.advance(Duration::from_secs(59));
        let again = refresh(&world, &app, &first["refresh_token"]).await.good();
        let next = refresh(&world, &app, &again["refresh_token"]).await.good();
        assert!(world.works(&next["access_token"]).await);
        // The one that got lost turns up elsewhere.
        assert!(is_over(&refresh(&world, &app, &lost["refresh_token"]).await));
        assert!(is_over(&refresh(&world, &app, &next["refresh_token"]).await));

        let first = tokens(&world, &app).await;
        refresh(&world, &app, &first["refresh_token"]).await.good();
        refresh(&world, &app, &first["refresh_token"]).await.good();
        assert!(is_over(&refresh(&world, &app, &first["refresh_token"]).await), "once more, not twice");

        // Both at once: no more than two are answered, and what came last is good.
        let first = tokens(&world, &app).await;
        let at_once = (0..4).map(|_| refresh(&world, &app, &first["refresh_token"]));
        let answers = futures_util::future::join_all(at_once).await;
        let good = answers.iter().filter(|answer| answer.status == StatusCode::OK).count();
        assert_eq!(good, 2, "{answers:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_keeps_no_answers_goes_on_with_one_token_until_it_is_not_used() {
    on_both(|world| async move {
        let mut settings = web_app();
        (settings["rotate_refresh_tokens"], settings["refresh_idle_days"]) = (json!(false), json!(30));
        let app = world.app_with(settings).await;
        let first = tokens(&world, &app).await;
        for _ in 0..3 {
            world.clock.advance(Duration::from_secs(29 * 86_400));
            let next = refresh(&world, &app, &first["refresh_token"]).await.good();
            assert!(next.get("refresh_token").is_none() && world.works(&next["access_token"]).await);
        }
        world.clock.advance(Duration::from_secs(30 * 86_400));
        assert!(is_over(&refresh(&world, &app, &first["refresh_token"]).await));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_is_worth_nothing() {
    on_both(|world| async move {
        let app = world.app_with(web_app()).await;
        let revoke = async |token: &Value| world.form("/services/oauth2/revoke", &[("token", token.as_str().unwrap())]).await;
        let given = tokens(&world, &app).await;
        assert!(world.works(&given["access_token"]).await);
        assert_eq!(revoke(&given["access_token"]).await.status, StatusCode::OK);
        assert!(!world.works(&given["access_token"]).await);
        assert_eq!(revoke(&given["access_token"]).await.status, StatusCode::OK, "what is none any more needs nothing");
        let next = refresh(&world, &app, &given["refresh_token"]).await.good();
        assert_eq!(revoke(&next["refresh_token"]).await.status, StatusCode::OK);
        assert!(!world.works(&next["access_token"]).await && is_over(&refresh(&world, &app, &next["refresh_token"]).await));
        assert_eq!(world.form("/services/oauth2/revoke", &[]).await.refused().1, "invalid_request");
        let given = tokens(&world, &app).await;
        let escaped: String = form_urlencoded::byte_serialize(given["access_token"].as_str().unwrap().as_bytes()).collect();
        let by_query = world.send(Method::GET, &format!("/services/oauth2/revoke?token={escaped}"), &[], "").await;
        assert_eq!((by_query.status, world.works(&given["access_token"]).await), (StatusCode::OK, false));

        let grants = format!("{}/grants", app.path());
        let (one, other) = (tokens(&world, &app).await, tokens(&world, &app).await);
        let listed = world.native(Method::GET, &format!("{grants}?limit=1"), Value::Null).await.good();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        let latest = listed["items"][0]["id"].as_str().unwrap();
        let rest = world.native(Method::GET, &format!("{grants}?cursor={}", listed["next"].as_str().unwrap()), Value::Null).await.good();
        assert!(!rest.to_string().contains(latest));
        assert_eq!(world.native(Method::DELETE, &format!("{grants}/{latest}"), Value::Null).await.status, StatusCode::NO_CONTENT);
        assert_eq!(world.native(Method::DELETE, &format!("{grants}/{latest}"), Value::Null).await.status, StatusCode::NOT_FOUND);
        assert!(world.works(&one["access_token"]).await && !world.works(&other["access_token"]).await);
        let all = world.native(Method::DELETE, &format!("{}/tokens", app.path()), Value::Null).await.good();
        assert!(all["grants"].as_u64().unwrap() >= 1 && !world.works(&one["access_token"]).await);
        assert!(is_over(&refresh(&world, &app, &one["refresh_token"]).await));

        let given = tokens(&world, &app).await;
        let reset = json!({"password": "another good password", "remove_totp": false});
        let bob = format!("/admin/agents/{}/password", world.demo.agents["bob"]);
        assert_eq!(world.native(Method::POST, &bob, reset).await.status, StatusCode::NO_CONTENT);
        assert!(!world.works(&given["access_token"]).await, "whoever knew the password may have let a program of his own in");
        assert!(is_over(&refresh(&world, &app, &given["refresh_token"]).await));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_taken_only_where_an_admin_said_so() {
    on_both(|world| async move {
        let ask = async |app: &AnApp, username: &str, password: &str| {
            world.token(&app.shows(&[("grant_type", "password"), ("username", username), ("password", password)])).await
        };
        let off = world.app_with(web_app()).await;
        assert_eq!(ask(&off, "bob", PASSWORD).await.refused().1, "unsupported_grant_type");
        let mut settings = web_app();
        settings["flows"] = json!(["password"]);
        let on = world.app_with(settings).await;
        let given = ask(&on, "BOB", PASSWORD).await.good();
        assert!(world.works(&given["access_token"]).await && given.get("refresh_token").is_none());
        for (username, password) in [("bob", "wrong password!"), ("nobody", PASSWORD)] {
            assert_eq!(ask(&on, username, password).await.refused(), (400, "invalid_grant".into(), "authentication failure".into()));
        }
        let bob = format!("/admin/agents/{}", world.demo.agents["bob"]);
        let mut profile = world.native(Method::GET, &bob, Value::Null).await.good()["settings"].clone();
        profile["active"] = json!(false);
        world.native(Method::PUT, &bob, profile).await.good();
        assert_eq!(ask(&on, "bob", PASSWORD).await.refused().1, "inactive_user");
        assert_eq!(ask(&on, "bob", "wrong password!").await.refused().1, "invalid_grant", "only who knows the password is told");

        let from = [("x-forwarded-for", "203.0.113.5")];
        let wrong = on.shows(&[("grant_type", "password"), ("username", "ada@example.com"), ("password", "guessed")]);
        let mut last = None;
        for _ in 0..12 {
            last = Some(world.form_with("/services/oauth2/token", &wrong, &from).await.refused());
        }
        assert_eq!(last.unwrap(), (400, "rate_limit_exceeded".into(), "login rate exceeded".into()));
    })
    .await;
}
