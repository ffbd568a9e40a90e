//! Who a token is of, what a token is, where everything is.

use http::{Method, StatusCode, header};
use serde_json::{Value, json};

use crate::world::{PUBLIC, World, on_both};

async fn get(world: &World, path: &str, token: &str) -> crate::world::Answer {
    world.send(Method::GET, path, &[("authorization", token)], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_tells_who_it_is_of_and_nothing_of_others() {
    on_both(|world| async move {
        let app = world.app_with(json!({"flows": ["client_credentials"], "run_as": world.agent("ada@example.com"), "scopes": ["id"]})).await;
        let given = world.token(&app.shows(&[("grant_type", "client_credentials")])).await.good();
        let token = given["access_token"].as_str().unwrap();
        let identity = given["id"].as_str().unwrap().strip_prefix(PUBLIC).unwrap();
        let info = get(&world, "/services/oauth2/userinfo", &format!("Bearer {token}")).await;
        assert_eq!(info.header(header::CACHE_CONTROL), "no-store");
        let info = info.good();
        let expected = json!({
            "sub": given["id"], "user_id": "005SB0000000002YAA", "organization_id": "00DSB00000000012AA", "preferred_username": "ada@example.com",
            "nickname": "Ada Lovelace", "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "email": "ada@example.com",
            "email_verified": false, "zoneinfo": "UTC", "active": true, "user_type": "STANDARD", "utcOffset": 0,
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&info[name], value, "{name}");
        }
        assert_eq!(info["urls"]["query"], format!("{PUBLIC}/services/data/v{{version}}/query/"));
        let person = get(&world, identity, &format!("OAuth {token}")).await.good();
        assert_eq!((&person["username"], &person["display_name"], &person["asserted_user"]), (&json!("ada@example.com"), &json!("Ada Lovelace"), &json!(true)));
        assert!(!world.works(&given["access_token"]).await, "a token that is not for the data API");

        for (path, token, word) in [
            ("/services/oauth2/userinfo", "", "Missing_OAuth_Token"),
            ("/services/oauth2/userinfo", "Basic eDp5", "Missing_OAuth_Token"),
            ("/services/oauth2/userinfo", "Bearer 00DSB0000000001!x", "Bad_OAuth_Token"),
            (identity, "Bearer nonsense", "Bad_OAuth_Token"),
            ("/id/00D000000000000AAA/005SB0000000002YAA", &format!("Bearer {token}"), "Wrong_Org"),
            ("/id/00DSB00000000012AA/005SB0000000001", &format!("Bearer {token}"), "Bad_Id"),
            ("/id/x/y", &format!("Bearer {token}"), "Wrong_Org"),
        ] {
            let refused = get(&world, path, token).await;
            assert_eq!((refused.status, refused.text.as_str()), (StatusCode::FORBIDDEN, word), "{path} {token}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_asks_what_a_token_of_its_own_is() {
    on_both(|world| async move {
        let settings = || json!({"flows": ["client_credentials"], "run_as": world.agent("bob"), "access_idle_minutes": 30});
        let (app, other) = (world.app_with(settings()).await, world.app_with(settings()).await);
        let given = world.token(&app.shows(&[("grant_type", "client_credentials")])).await.good();
        let token = given["access_token"].as_str().unwrap();
        let known = world.form("/services/oauth2/introspect", &app.shows(&[("token", token)])).await.good();
        assert_eq!(
            (&known["active"], &known["username"], &known["scope"], &known["token_type"]),
            (&json!(true), &json!("bob"), &json!("api"), &json!("access_token"))
        );
        assert_eq!(known["exp"].as_i64().unwrap() - known["iat"].as_i64().unwrap(), 1_800);
        assert_eq!((&known["sub"], &known["client_id"]), (&given["id"], &json!(app.client_id)));
        let inactive = json!({"active": false});
        assert_eq!(world.form("/services/oauth2/introspect", &other.shows(&[("token", token)])).await.good(), inactive, "another's");
        assert_eq!(world.form("/services/oauth2/introspect", &app.shows(&[("token", "x")])).await.good(), inactive);
        let unproved = [("client_id", app.client_id.as_str()), ("token", token)];
        assert_eq!(world.form("/services/oauth2/introspect", &unproved).await.refused().1, "invalid_client");
        assert_eq!(world.form("/services/oauth2/introspect", &app.shows(&[])).await.refused().1, "invalid_request");
        world.native(Method::DELETE, &format!("{}/tokens", app.path()), Value::Null).await.good();
        assert_eq!(world.form("/services/oauth2/introspect", &app.shows(&[("token", token)])).await.good(), inactive);

        let all = world.send(Method::GET, "/.well-known/openid-configuration", &[], "").await.good();
        assert_eq!((&all["issuer"], &all["token_endpoint"]), (&json!(PUBLIC), &json!(format!("{PUBLIC}/services/oauth2/token"))));
        assert_eq!(all["code_challenge_methods_supported"], json!(["S256"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_without_an_old_id_gets_one_and_keeps_it() {
    on_both(|world| async move {
        let new = json!({"settings": {"login": "loader", "name": "Loader"}, "password": "a first password"});
        let made = world.native(Method::POST, "/admin/agents", new).await.good();
        let app = world.app_with(json!({"flows": ["client_credentials"], "run_as": made["id"]})).await;
        let ask = async || world.token(&app.shows(&[("grant_type", "client_credentials")])).await.good()["id"].clone();
        let (one, other, third) = tokio::join!(ask(), ask(), ask());
        assert!(one == other && other == third, "asked for at once, it is one: {one} {other} {third}");
        let user = one.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        assert!(user.starts_with("005SB") && user.len() == 18, "{user}");
        let shown = world.native(Method::GET, &format!("/admin/agents/{}", made["id"].as_str().unwrap()), Value::Null).await.good();
        assert_eq!(shown["old_ids"], json!([user[..15]]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_is_set_up_with_what_makes_sense_and_by_whoever_may() {
    on_both(|world| async move {
        let refused = async |settings: Value| {
            let answer = world.native(Method::POST, "/admin/connected-apps", settings).await;
            (answer.status.as_u16(), answer.json()["property"].as_str().unwrap_or_default().to_owned())
        };
        let name = "Loader";
        assert_eq!(refused(json!({"name": name, "flows": ["authorization_code"]})).await, (422, "redirect_addresses".into()));
        assert_eq!(refused(json!({"name": name, "flows": ["client_credentials"]})).await, (422, "run_as".into()));
        assert_eq!(refused(json!({"name": name, "flows": ["jwt_bearer"]})).await, (422, "certificate".into()));
        assert_eq!(refused(json!({"name": name, "redirect_addresses": ["javascript:alert(1)"]})).await, (422, "redirect_addresses".into()));
        assert_eq!(refused(json!({"name": name, "client_id": "a b c d e f"})).await, (422, "client_id".into()));
        assert_eq!(refused(json!({"name": name, "access_idle_minutes": 0})).await, (422, "access_idle_minutes".into()));
        assert_eq!(refused(json!({"name": name, "scopes": ["root"]})).await.0, 400);
        let made = world.app_with(json!({"name": name, "client_id": "3MVG9.from.elsewhere"})).await;
        assert_eq!(made.client_id, "3MVG9.from.elsewhere");
        assert_eq!(refused(json!({"name": "Other", "client_id": "3MVG9.from.elsewhere"})).await, (409, "client_id".into()));
        assert_eq!(refused(json!({"name": "LOADER"})).await, (409, "name".into()));
        let mut settings = made.settings.clone();
        settings["client_id"] = Value::Null;
        let kept = world.native(Method::PUT, &made.path(), settings.clone()).await.good();
        assert_eq!(kept["settings"]["client_id"], "3MVG9.from.elsewhere", "what is not said stays");
        settings["client_id"] = json!("3MVG9.another");
        world.native(Method::PUT, &made.path(), settings).await.good();
        let other = world.app_with(json!({"name": "Other", "client_id": "3MVG9.from.elsewhere"})).await;
        assert_eq!(world.native(Method::DELETE, &other.path(), Value::Null).await.status, StatusCode::NO_CONTENT);
        world.app_with(json!({"name": "Third", "client_id": "3MVG9.from.elsewhere"})).await;
    })
    .await;
}
