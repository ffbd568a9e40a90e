//! Signed statements: the forms in which real clients send them, and everything that somebody might make up.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use domain::time::Clock as _;
use http::Method;
use rcgen::{KeyPair, PKCS_RSA_SHA256, SigningKey as _};
use serde_json::{Value, json};

use crate::world::{AnApp, Answer, PUBLIC, World, on_both};

const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Made for these tests, and used for nothing else.
const KEY: &str = include_str!("key.pem");
const PUBLIC_KEY: &str = include_str!("key.pub");
const CERTIFICATE: &str = include_str!("key.crt");
const OTHER_KEY: &str = include_str!("other.pem");

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

fn signed_by(key: &str, header: &Value, claims: &Value) -> String {
    let text = format!("{}.{}", part(header), part(claims));
    let key = KeyPair::from_pkcs8_pem_and_sign_algo(key, &PKCS_RSA_SHA256).unwrap();
    let signature = key.sign(text.as_bytes()).unwrap();
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

fn rs256(key: &str, claims: &Value) -> String {
    signed_by(key, &json!({"alg": "RS256", "typ": "JWT"}), claims)
}

/// What an honest client says: `seconds` from now.
fn claims(world: &World, app: &AnApp, subject: &str, seconds: i64) -> Value {
    json!({"iss": app.client_id, "sub": subject, "aud": PUBLIC, "exp": world.clock.now().0 / 1_000_000 + seconds})
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

async fn ask(world: &World, assertion: &str) -> Answer {
    world.token(&[("grant_type", BEARER), ("assertion", assertion)]).await
}

fn settings(world: &World) -> Value {
    json!({"flows": ["jwt_bearer"], "certificate": PUBLIC_KEY, "agents": [world.agent("ada@example.com")], "scopes": ["api", "refresh_token"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_in_any_form_that_clients_send_gives_a_token() {
    on_both(|world| async move {
        let app = world.app_with(settings(&world)).await;
        let honest = claims(&world, &app, "ada@example.com", 180);
        let exp = honest["exp"].as_i64().unwrap();
        for (what, claims) in [
            ("as it is documented", honest.clone()),
            ("simple-salesforce: a text", with(honest.clone(), "exp", json!(exp.to_string()))),
            ("the CLI: milliseconds", with(honest.clone(), "exp", json!(exp * 1000))),
            ("a fraction", with(honest.clone(), "exp", json!(exp as f64 + 0.5))),
            ("a slash", with(honest.clone(), "aud", json!(format!("{PUBLIC}/")))),
            ("the vendor's own host", with(honest.clone(), "aud", json!("https://login.salesforce.com"))),
            ("its sandboxes' host", with(honest.clone(), "aud", json!("https://test.salesforce.com/"))),
            ("several", with(honest.clone(), "aud", json!(["https://other.example", PUBLIC]))),
            ("another case", with(honest.clone(), "sub", json!("ADA@Example.com"))),
            ("more than is read", with(honest.clone(), "jti", json!("x"))),
        ] {
            let given = ask(&world, &rs256(KEY, &claims)).await;
            assert!(given.status.is_success(), "{what}: {given:?}");
            let given = given.good();
            assert!(world.works(&given["access_token"]).await, "{what}");
            assert!(given.get("refresh_token").is_none() && given.get("signature").is_none(), "{what}");
        }
        let assertion = rs256(KEY, &honest);
        let named = [("grant_type", BEARER), ("assertion", assertion.as_str()), ("client_id", app.client_id.as_str())];
        world.token(&named).await.good();
        // A certificate has the same key in it.
        let mut all = app.settings.clone();
        all["certificate"] = json!(CERTIFICATE);
        world.native(Method::PUT, &app.path(), all).await.good();
        ask(&world, &assertion).await.good();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_and_foreign_statements_give_nothing() {
    on_both(|world| async move {
        let app = world.app_with(settings(&world)).await;
        let honest = claims(&world, &app, "ada@example.com", 180);
        let good = rs256(KEY, &honest);
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let none = json!({"alg": "none", "typ": "JWT"});
        let header = |alg: &str| json!({"alg": alg, "typ": "JWT"});
        // HS256 with the public key as the secret: what verifiers fall for that let the statement choose.
        let hmac = {
            use hmac::{Hmac, KeyInit as _, Mac as _};
            let text = format!("{}.{}", part(&header("HS256")), part(&honest));
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(PUBLIC_KEY.trim().as_bytes()).unwrap();
            mac.update(text.as_bytes());
            format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
        };
        let embedded = json!({"alg": "RS256", "jwk": {"kty": "RSA", "n": "x", "e": "AQAB"}, "jku": "https://evil.example/keys"});
        let invalid = ("invalid_grant", "invalid assertion");
        for (what, assertion, expected) in [
            ("alg none", format!("{}.{}.", part(&none), part(&honest)), invalid),
            ("alg none with the good signature", format!("{}.{}.{signature}", part(&none), part(&honest)), invalid),
            ("HS256 with the public key", hmac, invalid),
            ("another algorithm's name", signed_by(KEY, &header("RS512"), &honest), invalid),
            ("another key", rs256(OTHER_KEY, &honest), invalid),
            ("another key that it names itself", signed_by(OTHER_KEY, &embedded, &honest), invalid),
            ("no signature", format!("{signed}."), invalid),
            (
                "another user under the good signature",
                {
                    let other = part(&with(honest.clone(), "sub", json!("admin")));
                    format!("{}.{other}.{signature}", part(&header("RS256")))
                },
                invalid,
            ),
            ("expired", rs256(KEY, &claims(&world, &app, "ada@example.com", -60)), invalid),
            ("for a day", rs256(KEY, &claims(&world, &app, "ada@example.com", 86_400)), invalid),
            ("without an end", rs256(KEY, &with(honest.clone(), "exp", Value::Null)), invalid),
            ("an end that is none", rs256(KEY, &with(honest.clone(), "exp", json!("soon"))), invalid),
            ("an end out of the calendar", rs256(KEY, &with(honest.clone(), "exp", json!(i64::MAX))), invalid),
            (
                "for another server",
                rs256(KEY, &with(honest.clone(), "aud", json!("https://crm.example.evil.example"))),
                ("invalid_grant", "audience is invalid"),
            ),
            ("for nobody", rs256(KEY, &with(honest.clone(), "aud", json!([]))), ("invalid_grant", "audience is invalid")),
            (
                "an unknown user",
                rs256(KEY, &with(honest.clone(), "sub", json!("eve"))),
                ("invalid_grant", "user hasn't approved this consumer"),
            ),
            (
                "a user who was not chosen",
                rs256(KEY, &with(honest.clone(), "sub", json!("bob"))),
                ("invalid_grant", "user hasn't approved this consumer"),
            ),
            (
                "an unknown app",
                rs256(KEY, &with(honest.clone(), "iss", json!("nobody"))),
                ("invalid_client_id", "client identifier invalid"),
            ),
            ("no app", rs256(KEY, &with(honest.clone(), "iss", Value::Null)), invalid),
            ("nothing", "a.b.c".to_owned(), invalid),
            ("four parts", format!("{good}.x"), invalid),
            ("too much", format!("{good}{}", "A".repeat(20_000)), invalid),
        ] {
            let refused = ask(&world, &assertion).await.refused();
            assert_eq!((refused.0, refused.1.as_str(), refused.2.as_str()), (400, expected.0, expected.1), "{what}");
        }
        let other = world.app_with(json!({"flows": ["client_credentials"], "run_as": world.agent("bob")})).await;
        let named = [("grant_type", BEARER), ("assertion", good.as_str()), ("client_id", other.client_id.as_str())];
        assert_eq!(world.token(&named).await.refused().1, "invalid_client_id", "the statement is another app's");
        ask(&world, &good).await.good();

        let ada = format!("/admin/agents/{}", world.demo.agents["ada@example.com"]);
        let mut profile = world.native(Method::GET, &ada, Value::Null).await.good()["settings"].clone();
        profile["active"] = json!(false);
        world.native(Method::PUT, &ada, profile).await.good();
        assert_eq!(ask(&world, &good).await.refused(), (400, "inactive_user".into(), "user is inactive".into()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_verifies_nothing_is_refused_when_it_is_set() {
    on_both(|world| async move {
        const SMALL: &str = "-----BEGIN PUBLIC KEY-----
MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC9dbCV0bpJ4uP3L8/EhjAOjGra
kuhEH3/LZOT4evvz67ke2AHE+HwEU3ggENjeG4/BLn2OwJI8hQvuXh08rn1j8zI7
p0g0TLRYnD52jwdrevp6QevIuTsagYTjNX3o08g47GsFCjBqfaOJJq0Z41b3/rvf
DiCvDUShz6mzekRXXQIDAQAB
-----END PUBLIC KEY-----";
        let of_another_kind = KeyPair::generate().unwrap().public_key_pem();
        for (what, certificate) in [
            ("a private key", KEY),
            ("a short key", SMALL),
            ("a key of another kind", of_another_kind.as_str()),
            ("no PEM", "a key"),
            ("an empty PEM", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"),
            ("nothing", ""),
        ] {
            let mut settings = settings(&world);
            (settings["certificate"], settings["name"]) = (json!(certificate), json!("Wrong"));
            let refused = world.native(Method::POST, "/admin/connected-apps", settings).await;
            assert_eq!((refused.status.as_u16(), refused.json()["property"].as_str()), (422, Some("certificate")), "{what}: {refused:?}");
            assert!(!refused.text.contains("MII"), "{what}: {}", refused.text);
        }
    })
    .await;
}
