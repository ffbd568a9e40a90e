//! A person at a browser lets an app in: the page without scripts, the code, and its exchange.

use std::time::Duration;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::{secret::Secret, time::Clock as _};
use engine::sign_in::{NewSignIn, code_at};
use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::world::{AnApp, Answer, PASSWORD, PUBLIC, World, on_both, query};

const CALLBACK: &str = "https://app.example/callback?tenant=1";
const AUTHORIZE: &str = "/services/oauth2/authorize";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

fn challenge() -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

fn encoded(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn asks<'a>(app: &'a AnApp, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let least = [("response_type", "code"), ("client_id", app.client_id.as_str()), ("redirect_uri", CALLBACK), ("state", "s &1")];
    least.into_iter().chain(more.iter().copied()).collect()
}

/// A browser: its cookie, and the page that it is on.
pub(crate) struct Browser<'w> {
    world: &'w World,
    cookie: String,
    pub(crate) page: Answer,
}

impl<'w> Browser<'w> {
    pub(crate) async fn opens(world: &'w World, query: &str) -> Self {
        let page = world.send(Method::GET, &format!("{AUTHORIZE}?{query}"), &[], "").await;
        let cookie = page.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
        Self { world, cookie, page }
    }

    /// The value of a hidden field, as a browser reads it.
    fn hidden(&self, name: &str) -> String {
        let rest = self.page.text.split_once(&format!("name=\"{name}\" value=\"")).map_or("", |(_, rest)| rest);
        let value = rest.split('"').next().unwrap();
        value
            .replace("&#38;", "&")
            .replace("&#61;", "=")
            .replace("&#60;", "<")
            .replace("&#62;", ">")
            .replace("&#34;", "\"")
            .replace("&#39;", "'")
    }

    async fn posts(&self, pairs: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut all = vec![("cookie", self.cookie.as_str()), ("origin", PUBLIC)];
        all.extend(headers);
        self.world.form_with(AUTHORIZE, pairs, &all).await
    }

    pub(crate) async fn signs_in(&mut self, login: &str, password: &str) {
        self.signs_in_from(login, password, "", "192.0.2.1").await;
    }

    async fn signs_in_from(&mut self, login: &str, password: &str, code: &str, address: &str) {
        let request = self.hidden("request");
        let pairs = [("request", request.as_str()), ("login", login), ("password", password), ("code", code)];
        self.page = self.posts(&pairs, &[("x-forwarded-for", address)]).await;
    }

    pub(crate) async fn decides(&self, decision: &str) -> Answer {
        let (request, ticket) = (self.hidden("request"), self.hidden("ticket"));
        self.posts(
            &[("request", request.as_str()), ("ticket", ticket.as_str()), ("decision", decision)],
            &[("x-forwarded-for", "192.0.2.1")],
        )
        .await
    }
}

/// The code that a person gives an app.
pub(crate) async fn code_for(world: &World, app: &AnApp, login: &str, more: &[(&str, &str)]) -> String {
    let mut browser = Browser::opens(world, &encoded(&asks(app, more))).await;
    browser.signs_in(login, PASSWORD).await;
    let sent = if browser.page.status == StatusCode::SEE_OTHER { browser.page } else { browser.decides("allow").await };
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{sent:?}");
    query(sent.header(header::LOCATION))["code"].clone()
}

pub(crate) fn web_app() -> Value {
    json!({"flows": ["authorization_code"], "users": "everyone", "redirect_addresses": [CALLBACK], "scopes": ["api", "refresh_token", "id"]})
}

pub(crate) async fn exchange(world: &World, app: &AnApp, code: &str, more: &[(&str, &str)]) -> Answer {
    let pairs = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", CALLBACK)];
    world.token(&app.shows(&pairs.into_iter().chain(more.iter().copied()).collect::<Vec<_>>())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_agrees_and_the_app_gets_its_tokens() {
    on_both(|world| async move {
        let mut settings = web_app();
        settings["name"] = json!("<Loader> & Co");
        let app = world.app_with(settings).await;
        let hash = challenge();
        let asked = asks(&app, &[("scope", "api refresh_token"), ("code_challenge", &hash), ("login_hint", "ada@example.com")]);
        let mut browser = Browser::opens(&world, &encoded(&asked)).await;
        assert_eq!(browser.page.status, StatusCode::OK);
        let policy = browser.page.header(header::CONTENT_SECURITY_POLICY);
        assert_eq!(
            policy,
            "default-src 'none'; style-src 'self'; form-action 'self' https://app.example; base-uri 'none'; frame-ancestors 'none'"
        );
        assert_eq!(browser.page.header(header::CACHE_CONTROL), "no-store");
        let cookie = browser.page.header(header::SET_COOKIE);
        assert!(cookie.contains("; HttpOnly; SameSite=Lax") && cookie.contains("Path=/services/oauth2/authorize"), "{cookie}");
        assert!(
            browser.page.text.contains("value=\"ada@example.com\"") && !browser.page.text.contains("<Loader>"),
            "{}",
            browser.page.text
        );
        assert!(!browser.page.text.contains("<script"), "the page needs none");
        let style = world.send(Method::GET, "/services/oauth2/authorize.css", &[], "").await;
        assert!(style.text.contains("body") && style.header(header::CONTENT_TYPE).starts_with("text/css"));

        browser.signs_in("ada@example.com", "a wrong password").await;
        assert_eq!(browser.page.status, StatusCode::FORBIDDEN);
        assert!(browser.page.text.contains("is wrong") && !browser.page.text.contains("a wrong password"));
        browser.signs_in("Ada@Example.com", PASSWORD).await;
        assert!(browser.page.text.contains("Ada Lovelace") && browser.page.text.contains("until you or an administrator end it"));
        assert!(!browser.page.text.contains("know who you are"), "what was not asked for is not given");
        let sent = browser.decides("allow").await;
        let location = sent.header(header::LOCATION);
        assert!(location.starts_with("https://app.example/callback?tenant=1&code="), "{location}");
        let said = query(location);
        assert_eq!(said["state"], "s &1");

        let given = exchange(&world, &app, &said["code"], &[("code_verifier", VERIFIER)]).await.good();
        assert_eq!(given["scope"], "api refresh_token");
        assert!(world.works(&given["access_token"]).await && given["refresh_token"].is_string());
        let actions: Vec<String> = world.audited(&app.id).await.into_iter().map(|(action, _)| action).collect();
        assert_eq!(actions.last().unwrap(), "connected_app.let_in");
        let grants = world.native(Method::GET, &format!("{}/grants?search=lovelace", app.path()), Value::Null).await.good();
        assert_eq!(grants["items"][0]["address"], "192.0.2.1");

        let mut browser = Browser::opens(&world, &encoded(&asks(&app, &[]))).await;
        browser.signs_in("ada@example.com", PASSWORD).await;
        let denied = browser.decides("deny").await;
        let said = query(denied.header(header::LOCATION));
        assert_eq!((said["error"].as_str(), said["state"].as_str(), said.get("code")), ("access_denied", "s &1", None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_where_no_admin_said_so_and_all_else_is_told_to_the_app() {
    on_both(|world| async move {
        let app = world.app_with(web_app()).await;
        let open = async |pairs: &[(&str, &str)]| world.send(Method::GET, &format!("{AUTHORIZE}?{}", encoded(pairs)), &[], "").await;
        let with = |address: &'static str| [("response_type", "code"), ("client_id", app.client_id.as_str()), ("redirect_uri", address)];
        for address in [
            "https://evil.example/callback?tenant=1",
            "https://app.example/callback",
            "https://app.example/callback?tenant=1&x=2",
            "https://app.example/callback?tenant=1#x",
            "https://APP.example/callback?tenant=1",
            "https://app.example:443/callback?tenant=1",
            "https://app.example/callback/../callback?tenant=1",
            "https://app.example/callback?tenant=1 ",
            "https://app.example@evil.example/callback?tenant=1",
            "//app.example/callback?tenant=1",
            "javascript:alert(1)",
            "/",
        ] {
            let page = open(&with(address)).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{address}");
            assert!(page.headers.get(header::LOCATION).is_none() && page.text.contains("not registered"), "{address}: {page:?}");
            assert!(!page.text.contains("evil.example"), "nothing of it is shown: {}", page.text);
        }
        let twice = [with(CALLBACK).as_slice(), &[("redirect_uri", "https://evil.example/")]].concat();
        for (what, pairs) in [
            ("no address", vec![("response_type", "code"), ("client_id", &app.client_id)]),
            ("two addresses", twice),
            ("no app", vec![("response_type", "code"), ("redirect_uri", CALLBACK)]),
            ("an unknown app", vec![("client_id", "nobody"), ("redirect_uri", CALLBACK)]),
        ] {
            let page = open(&pairs).await;
            assert_eq!((page.status, page.headers.get(header::LOCATION)), (StatusCode::BAD_REQUEST, None), "{what}");
        }
        let german = world.send(Method::GET, &format!("{AUTHORIZE}?client_id=x"), &[("accept-language", "ar, de;q=0.8")], "").await;
        assert!(german.text.contains("lang=\"ar\" dir=\"rtl\""), "{}", german.text);

        for (what, more, error) in [
            ("a scope that it may not have", vec![("scope", "api full")], "invalid_scope"),
            ("a scope that there is not", vec![("scope", "root")], "invalid_scope"),
            ("a malformed proof", vec![("code_challenge", "short")], "invalid_request"),
            ("an unhashed proof", vec![("code_challenge", VERIFIER), ("code_challenge_method", "plain")], "invalid_request"),
            ("nobody may be asked", vec![("prompt", "none")], "login_required"),
        ] {
            let sent = open(&asks(&app, &more)).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{what}: {sent:?}");
            assert!(sent.header(header::LOCATION).starts_with("https://app.example/callback?tenant=1&error="), "{what}");
            let said = query(sent.header(header::LOCATION));
            assert_eq!((said["error"].as_str(), said["state"].as_str()), (error, "s &1"), "{what}");
        }
        let mut implicit = asks(&app, &[]);
        implicit[0].1 = "token";
        assert_eq!(query(open(&implicit).await.header(header::LOCATION))["error"], "unsupported_response_type");
        let other =
            world.app_with(json!({"flows": ["client_credentials"], "run_as": world.agent("bob"), "redirect_addresses": [CALLBACK]})).await;
        assert_eq!(query(open(&asks(&other, &[])).await.header(header::LOCATION))["error"], "unauthorized_client");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_for_its_app_its_address_and_whoever_asked_for_it() {
    on_both(|world| async move {
        let app = world.app_with(web_app()).await;
        let other = world.app_with(web_app()).await;
        let hash = challenge();
        let proof = [("code_challenge", hash.as_str()), ("code_challenge_method", "S256")];
        let code = code_for(&world, &app, "bob", &proof).await;
        let grant = "invalid_grant";
        let refused = async |app: &AnApp, code: &str, more: &[(&str, &str)]| exchange(&world, app, code, more).await.refused();
        assert_eq!(refused(&app, &code, &[]).await, (400, grant.into(), "invalid code verifier".into()), "none");
        for wrong in ["x", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX", &"a".repeat(200), &hash] {
            assert_eq!(refused(&app, &code, &[("code_verifier", wrong)]).await.2, "invalid code verifier", "{wrong}");
        }
        let proves = [("code_verifier", VERIFIER)];
        assert_eq!(refused(&other, &code, &proves).await.2, "expired authorization code", "another app's");
        let elsewhere = app.shows(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", "https://app.example/"),
            ("code_verifier", VERIFIER),
        ]);
        assert_eq!(world.token(&elsewhere).await.refused().1, "redirect_uri_mismatch");
        let unproved = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("client_id", &app.client_id),
            ("code_verifier", VERIFIER),
        ];
        assert_eq!(world.token(&unproved).await.refused().1, "invalid_client", "the app did not show its secret");
        let given = exchange(&world, &app, &code, &proves).await.good();
        assert!(world.works(&given["access_token"]).await, "what failed before did not use it up");

        // Replayed: what came of it is worth nothing.
        assert_eq!(refused(&app, &code, &proves).await.2, "expired authorization code");
        assert!(!world.works(&given["access_token"]).await);
        let refresh = given["refresh_token"].as_str().unwrap();
        let refreshed = world.token(&app.shows(&[("grant_type", "refresh_token"), ("refresh_token", refresh)])).await;
        assert_eq!(refreshed.refused(), (400, grant.into(), "expired access/refresh token".into()));
        let (action, change) = world.audited(&app.id).await.pop().unwrap();
        assert_eq!((action.as_str(), &change["why"]), ("connected_app.grant_removed", &json!("code_reused")));

        let late = code_for(&world, &app, "bob", &[]).await;
        world.clock.advance(Duration::from_secs(15 * 60));
        assert_eq!(refused(&app, &late, &[]).await.2, "expired authorization code");
        let downgraded = code_for(&world, &app, "bob", &[]).await;
        assert_eq!(refused(&app, &downgraded, &proves).await.2, "invalid code verifier", "a proof that nobody asked for");
        for none in ["", "x", "00000000000000000000000000000000.00"] {
            assert_eq!(refused(&app, none, &[]).await.0, 400);
        }

        let mut public = web_app();
        (public["confidential"], public["name"]) = (json!(false), json!("Phone"));
        let public = world.app_with(public).await;
        let sent = Browser::opens(&world, &encoded(&asks(&public, &[]))).await.page;
        assert_eq!(query(sent.header(header::LOCATION))["error"], "invalid_request", "one without a secret must prove that it asked");
        let code = code_for(&world, &public, "bob", &proof).await;
        let pairs = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", CALLBACK),
            ("client_id", &public.client_id),
            ("code_verifier", VERIFIER),
        ];
        assert!(world.works(&world.token(&pairs).await.good()["access_token"]).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_site_another_browser_or_an_old_page_agrees_to_nothing() {
    on_both(|world| async move {
        let app = world.app_with(web_app()).await;
        let request = encoded(&asks(&app, &[]));
        let mut browser = Browser::opens(&world, &request).await;
        browser.signs_in("ada@example.com", PASSWORD).await;
        let ticket = browser.hidden("ticket");
        let pairs = [("request", request.as_str()), ("ticket", ticket.as_str()), ("decision", "allow")];
        for (what, headers) in [
            ("another site", vec![("origin", "https://evil.example"), ("cookie", browser.cookie.as_str())]),
            ("a page without an origin", vec![("origin", "null"), ("cookie", browser.cookie.as_str())]),
            ("another site, as browsers say it", vec![("sec-fetch-site", "cross-site"), ("cookie", browser.cookie.as_str())]),
        ] {
            let page = world.form_with(AUTHORIZE, &pairs, &headers).await;
            assert_eq!((page.status, page.headers.get(header::LOCATION)), (StatusCode::FORBIDDEN, None), "{what}");
        }
        let other = Browser::opens(&world, &request).await;
        let narrowed = encoded(&asks(&app, &[("scope", "id")]));
        let forged = ticket.replacen(&world.demo.agents["ada@example.com"].to_string(), &world.demo.agents["admin"].to_string(), 1);
        for (what, cookie, request, ticket) in [
            ("another browser", other.cookie.as_str(), request.as_str(), ticket.as_str()),
            ("no cookie", "a=b", &request, &ticket),
            ("another request", &browser.cookie, &narrowed, &ticket),
            ("another person", &browser.cookie, &request, &forged),
            ("a ticket that is none", &browser.cookie, &request, "x.1.y"),
            ("a ticket with more", &browser.cookie, &request, &format!("{ticket}.x")),
        ] {
            let pairs = [("request", request), ("ticket", ticket), ("decision", "allow")];
            let page = world.form_with(AUTHORIZE, &pairs, &[("cookie", cookie)]).await;
            assert_eq!((page.status, page.headers.get(header::LOCATION)), (StatusCode::BAD_REQUEST, None), "{what}");
        }
        world.clock.advance(Duration::from_secs(601));
        assert_eq!(browser.decides("allow").await.status, StatusCode::BAD_REQUEST, "it was asked long ago");
        let unregistered = request.replace("app.example", "evil.example");
        let page = world
            .form_with(
                AUTHORIZE,
                &[("request", unregistered.as_str()), ("login", "bob"), ("password", PASSWORD)],
                &[("cookie", &browser.cookie)],
            )
            .await;
        assert_eq!((page.status, page.headers.get(header::LOCATION)), (StatusCode::BAD_REQUEST, None));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_an_admin_chose_is_not_asked_and_nobody_else_gets_in() {
    on_both(|world| async move {
        let mut settings = web_app();
        (settings["users"], settings["agents"]) = (json!("chosen"), json!([world.agent("ada@example.com")]));
        let app = world.app_with(settings).await;
        let request = encoded(&asks(&app, &[]));
        let mut ada = Browser::opens(&world, &request).await;
        ada.signs_in("ada@example.com", PASSWORD).await;
        let sent = query(ada.page.header(header::LOCATION));
        let given = exchange(&world, &app, &sent["code"], &[]).await.good();
        assert!(world.works(&given["access_token"]).await);
        let mut bob = Browser::opens(&world, &request).await;
        bob.signs_in("bob", PASSWORD).await;
        let said = query(bob.page.header(header::LOCATION));
        assert_eq!(
            (said["error"].as_str(), said["error_description"].as_str()),
            ("access_denied", "user is not admin approved to access this app")
        );

        // A second factor is asked for here too.
        let new =
            NewSignIn { workspace: None, login: "ada@example.com".into(), password: Secret(PASSWORD.into()), code: None, address: None };
        let who = world.app.sign_in(new).await.unwrap().agent;
        let begun = world.app.begin_second_factor(&who).await.unwrap();
        world.app.confirm_second_factor(&who, &code_at(&begun.secret, world.clock.now()).unwrap()).await.unwrap();
        let mut ada = Browser::opens(&world, &request).await;
        ada.signs_in("ada@example.com", PASSWORD).await;
        assert!(ada.page.status == StatusCode::FORBIDDEN && ada.page.text.contains("one-time code as well"), "{:?}", ada.page);
        world.clock.advance(Duration::from_secs(30));
        let code = code_at(&begun.secret, world.clock.now()).unwrap();
        ada.signs_in_from("ada@example.com", PASSWORD, code.reveal(), "192.0.2.1").await;
        assert_eq!(ada.page.status, StatusCode::SEE_OTHER, "{:?}", ada.page);
        let mut again = Browser::opens(&world, &request).await;
        again.signs_in_from("ada@example.com", PASSWORD, code.reveal(), "192.0.2.1").await;
        assert_eq!(again.page.status, StatusCode::FORBIDDEN, "the code was used up");

        // Who tries out passwords is held up, as at the console's sign-in.
        let mut thief = Browser::opens(&world, &request).await;
        for _ in 0..12 {
            thief.signs_in_from("bob", "guessed again and again", "", "198.51.100.9").await;
        }
        assert_eq!(thief.page.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(thief.page.headers.contains_key(header::RETRY_AFTER));
        thief.signs_in_from("bob", PASSWORD, "", "198.51.100.9").await;
        assert_eq!(thief.page.status, StatusCode::TOO_MANY_REQUESTS, "the right one would be told by another answer");
    })
    .await;
}
