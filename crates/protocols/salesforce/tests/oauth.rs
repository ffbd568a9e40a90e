//! OAuth: requests of every grant, lenient claims, PKCE, answers and refusals (1.2).

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::json;
use switchboard_salesforce::{
    Id,
    oauth::{
        AuthorizeRequest, Challenge, Claims, Client, Grant, Identity, OAuthCode, OAuthError, Secret, TokenAnswer, TokenRequest, TokenType,
        UserInfo, access_token, organization_of, signed_text,
    },
};

fn parse(form: &str) -> Result<TokenRequest, OAuthError> {
    TokenRequest::parse(form.as_bytes(), None)
}

fn client(secret: Option<&str>) -> Option<Client> {
    Some(Client { id: "3MVG".into(), secret: secret.map(Secret::from) })
}

#[test]
fn every_grant_is_read() {
    let code = |verifier: Option<&str>| Grant::AuthorizationCode {
        code: "aPrx==".into(),
        redirect_uri: "https://app.example/cb".into(),
        code_verifier: verifier.map(Secret::from),
    };
    let web = "grant_type=authorization_code&code=aPrx%3D%3D&client_id=3MVG&redirect_uri=https%3A%2F%2Fapp.example%2Fcb";
    let jwt = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c";
    let password = Grant::Password { username: "ada@example.com".into(), password: "pw token".into() };
    for (form, grant, client) in [
        (format!("{web}&client_secret=s"), code(None), client(Some("s"))),
        (format!("{web}&client_secret=&code_verifier=v"), code(Some("v")), client(None)),
        (
            "grant_type=refresh_token&refresh_token=5Aep&client_id=3MVG".into(),
            Grant::Refresh { refresh_token: "5Aep".into() },
            client(None),
        ),
        (jwt.into(), Grant::JwtBearer { assertion: "a.b.c".into() }, None),
        ("grant_type=client_credentials&client_id=3MVG&client_secret=s".into(), Grant::ClientCredentials, client(Some("s"))),
        (
            "grant_type=password&client_id=3MVG&client_secret=s&username=ada%40example.com&password=pw+token&format=json".into(),
            password,
            client(Some("s")),
        ),
    ] {
        assert_eq!(parse(&form), Ok(TokenRequest { grant, client }), "{form}");
    }
}

#[test]
fn an_app_may_name_itself_in_a_header_and_other_schemes_are_ignored() {
    let ask = |authorization| TokenRequest::parse(b"grant_type=client_credentials&client_id=3MVG&client_secret=s", authorization);
    // base64 of "other:a%3Ab" and of "other:"
    let named = ask(Some("Basic b3RoZXI6YSUzQWI=")).unwrap().client;
    assert_eq!(named, Some(Client { id: "other".into(), secret: Some("a:b".into()) }));
    assert_eq!(ask(Some("Basic b3RoZXI6")), Err(OAuthError::invalid_client()));
    // nforce sends the data API's header to /token, too.
    for foreign in ["OAuth 00Dxx!abc", "Bearer x", "garbage", ""] {
        assert_eq!(ask(Some(foreign)).unwrap().client, client(Some("s")), "{foreign}");
    }
    for broken in ["Basic !", "basic b3RoZXI=", "Basic OnM=", "Basic //8="] {
        assert_eq!(ask(Some(broken)), Err(OAuthError::malformed_authorization()), "{broken}");
    }
}

#[test]
fn what_is_missing_or_unknown_is_refused_as_oauth_refuses() {
    let refused = |form| serde_json::to_string(&parse(form).unwrap_err()).unwrap();
    assert_eq!(refused("grant_type=device"), r#"{"error":"unsupported_grant_type","error_description":"grant type not supported"}"#);
    for (form, code) in [
        ("", OAuthCode::UnsupportedGrantType),
        ("grant_type=", OAuthCode::UnsupportedGrantType),
        ("grant_type=refresh_token&client_id=3MVG", OAuthCode::InvalidRequest),
        ("grant_type=refresh_token&refresh_token=a", OAuthCode::InvalidRequest),
        ("grant_type=password&client_id=3MVG&username=a&password=", OAuthCode::InvalidRequest),
        ("grant_type=authorization_code&client_id=3MVG&code=a", OAuthCode::InvalidRequest),
        ("grant_type=password&client_id=3MVG&username=a&username=b&password=c", OAuthCode::InvalidRequest),
        ("grant_type=client_credentials", OAuthCode::InvalidRequest),
        ("grant_type=client_credentials&client_id=3MVG", OAuthCode::InvalidClient),
    ] {
        assert_eq!(parse(form).unwrap_err().code(), code, "{form}");
    }
}

#[test]
fn refusals_have_the_documented_words() {
    for (error, code, description) in [
        (OAuthError::authentication_failure(), "invalid_grant", "authentication failure"),
        (OAuthError::expired_token(), "invalid_grant", "expired access/refresh token"),
        (OAuthError::expired_code(), "invalid_grant", "expired authorization code"),
        (OAuthError::not_approved(), "invalid_grant", "user hasn't approved this consumer"),
        (OAuthError::invalid_audience(), "invalid_grant", "audience is invalid"),
        (OAuthError::invalid_assertion(), "invalid_grant", "invalid assertion"),
        (OAuthError::invalid_client_id(), "invalid_client_id", "client identifier invalid"),
        (OAuthError::invalid_client(), "invalid_client", "invalid client credentials"),
        (OAuthError::rate_limit_exceeded(), "rate_limit_exceeded", "login rate exceeded"),
    ] {
        assert_eq!(serde_json::to_value(error).unwrap(), json!({"error": code, "error_description": description}));
    }
}

#[test]
fn claims_are_read_as_real_clients_write_them() {
    let claims = |exp: serde_json::Value, aud: serde_json::Value| {
        serde_json::from_value::<Claims>(json!({"iss": "3MVG", "sub": "ada@example.com", "aud": aud, "exp": exp, "jti": "x"}))
    };
    let own = ["https://crm.example.com"];
    let at = Timestamp::from_second(1_732_156_800).unwrap();
    // jsforce; simple-salesforce; the sf command line tool.
    for exp in [json!(1_732_156_800), json!("1732156800"), json!(1_732_156_800_000i64), json!("1732156800000"), json!(1_732_156_800.25)] {
        assert_eq!(claims(exp.clone(), json!("x")).unwrap().expires, at, "{exp}");
    }
    for exp in [json!(null), json!("soon"), json!([]), json!(1e300), json!(-1e300), json!(i64::MIN)] {
        assert!(claims(exp.clone(), json!("x")).is_err(), "{exp}");
    }
    for aud in [
        json!("https://crm.example.com"),
        json!("https://crm.example.com/"),
        json!("https://login.salesforce.com"),
        json!("https://test.salesforce.com/"),
        json!(["https://elsewhere.example", "https://CRM.example.com"]),
    ] {
        assert!(claims(json!(1), aud.clone()).unwrap().are_for(&own), "{aud}");
    }
    for aud in [json!(""), json!("/"), json!([]), json!("https://crm.example.com//"), json!("https://crm.example.com.evil.example")] {
        assert!(!claims(json!(1), aud.clone()).unwrap().are_for(&own), "{aud}");
    }
    assert!(!format!("{:?}", claims(json!(1), json!("x")).unwrap()).contains("ada"));
}

#[test]
fn a_code_is_given_to_whoever_asked_for_it() {
    // RFC 7636, appendix B.
    let (verifier, text) = ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    let challenge = Challenge::parse(text, None).unwrap();
    assert_eq!(
        (challenge, Challenge::parse(text, Some("S256")), challenge.to_string().as_str()),
        (Challenge::of(verifier), Ok(challenge), text)
    );
    assert_eq!(challenge.check(Some(verifier)), Ok(()));
    for wrong in [None, Some(""), Some(text), Some("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK")] {
        assert_eq!(challenge.check(wrong).unwrap_err().code(), OAuthCode::InvalidGrant, "{wrong:?}");
    }
    for verifier in ["a".repeat(42), "a".repeat(129), "ä".repeat(43), " ".repeat(43)] {
        assert_eq!(Challenge::of(&verifier).check(Some(&verifier)).unwrap_err().code(), OAuthCode::InvalidGrant);
    }
    for (challenge, method) in [("", None), ("short", None), (text, Some("plain")), (&format!("{text}="), None), (&text[1..], None)] {
        assert_eq!(Challenge::parse(challenge, method).unwrap_err().code(), OAuthCode::InvalidRequest, "{challenge}");
    }
}

#[test]
fn a_browser_is_sent_back_with_a_code_or_a_refusal() {
    let ask = |redirect: &str, rest: &str| {
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("redirect_uri", redirect).finish();
        AuthorizeRequest::parse(&format!("response_type=code&client_id=3MVG&{query}{rest}"))
    };
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let request =
        ask("https://app.example/cb", &format!("&scope=api%20refresh_token&state=a%26b&code_challenge={challenge}&prompt=login+consent"))
            .unwrap();
    assert_eq!((request.scopes.as_slice(), request.prompts.len()), (&["api".to_owned(), "refresh_token".to_owned()][..], 2));
    assert_eq!(request.challenge.map(|challenge| challenge.to_string()).as_deref(), Some(challenge));
    assert_eq!(request.granted("aPrx=="), "https://app.example/cb?code=aPrx%3D%3D&state=a%26b");
    let denied = "https://app.example/cb?error=access_denied&error_description=end-user+denied+authorization&state=a%26b";
    assert_eq!(request.refused(&OAuthError::access_denied()), denied);
    for (redirect, back) in [
        ("https://app.example/cb?x=1", "https://app.example/cb?x=1&code=c"),
        ("https://app.example/cb?", "https://app.example/cb?code=c"),
        ("https://app.example/cb#there", "https://app.example/cb?code=c"),
        ("myapp://oauth", "myapp://oauth?code=c"),
    ] {
        assert_eq!(ask(redirect, "").unwrap().granted("c"), back);
    }
    for (query, code) in [
        ("client_id=3MVG&redirect_uri=a", OAuthCode::InvalidRequest),
        ("response_type=code&redirect_uri=a", OAuthCode::InvalidRequest),
        ("response_type=code&client_id=3MVG", OAuthCode::InvalidRequest),
        ("response_type=token&client_id=3MVG&redirect_uri=a", OAuthCode::UnsupportedResponseType),
        ("response_type=code&client_id=3MVG&redirect_uri=a&redirect_uri=b", OAuthCode::InvalidRequest),
        ("response_type=code&client_id=3MVG&redirect_uri=a&code_challenge=x", OAuthCode::InvalidRequest),
    ] {
        assert_eq!(AuthorizeRequest::parse(query).unwrap_err().code(), code, "{query}");
    }
}

fn identity() -> Identity<'static> {
    let id = |text| Id::parse(text).expect("an id");
    Identity { base: "https://login.salesforce.com", organization: id("00Dxx0000001gEF"), user: id("005xx000001SwiU") }
}

#[test]
fn a_token_is_answered_as_documented() {
    let issued_at = Timestamp::from_millisecond(1_732_156_800_000).unwrap();
    let id = identity().to_string();
    let answer = TokenAnswer {
        access_token: access_token(identity().organization, "AQEAQ.x_1").unwrap(),
        refresh_token: Some("5Aep".into()),
        signature: Some("c2ln".into()),
        scope: "api refresh_token".into(),
        id_token: None,
        instance_url: "https://acme.my.salesforce.com".into(),
        id: id.clone(),
        token_type: TokenType::Bearer,
        issued_at,
    };
    let documented = r#"{"access_token":"00Dxx0000001gEF!AQEAQ.x_1","refresh_token":"5Aep","signature":"c2ln","scope":"api refresh_token","instance_url":"https://acme.my.salesforce.com","id":"https://login.salesforce.com/id/00Dxx0000001gEFEAY/005xx000001SwiUAAS","token_type":"Bearer","issued_at":"1732156800000"}"#;
    assert_eq!(serde_json::to_string(&answer).unwrap(), documented);
    assert_eq!(signed_text(&id, issued_at), format!("{id}1732156800000"));
    assert!(!format!("{answer:?}").contains("AQEAQ"));
    assert_eq!(serde_json::to_value(TokenAnswer { refresh_token: None, ..answer }).unwrap().get("refresh_token"), None);
}

#[test]
fn tokens_and_identities_name_the_organisation() {
    let Identity { organization, user, .. } = identity();
    assert_eq!(organization_of("00Dxx0000001gEF!AQEAQ"), Some((organization, "AQEAQ")));
    for none in ["", "00Dxx0000001gEF", "005xx000001SwiU!x", "!x"] {
        assert_eq!(organization_of(none), None, "{none}");
    }
    assert_eq!((access_token(user, "x"), access_token(organization, ""), access_token(organization, "a-b")), (None, None, None));
    let address = identity().to_string();
    assert_eq!(Identity::parse(&address), Some(identity()));
    for none in [
        "",
        "https://a.example/id/00Dxx0000001gEF",
        "https://a.example/id/005xx000001SwiU/00Dxx0000001gEF",
        "https://a.example/00Dxx0000001gEF/005xx000001SwiU",
    ] {
        assert_eq!(Identity::parse(none), None, "{none}");
    }
}

#[test]
fn userinfo_says_who_a_token_is_of() {
    let info = UserInfo {
        identity: identity(),
        instance_url: "https://crm.example.com",
        username: "ada@example.com",
        nickname: "ada",
        name: "Ada Lovelace",
        given_name: Some("Ada"),
        family_name: "Lovelace",
        email: Some("ada@example.com"),
        email_verified: true,
        zoneinfo: "Europe/Berlin",
        utc_offset_minutes: 60,
        language: "en_US",
        locale: "en_US",
        user_type: "STANDARD",
        active: true,
        updated_at: "2026-11-21T02:40:00.5Z".parse().unwrap(),
    };
    assert_eq!(
        serde_json::to_value(info).unwrap(),
        json!({"sub": "https://login.salesforce.com/id/00Dxx0000001gEFEAY/005xx000001SwiUAAS", "user_id": "005xx000001SwiUAAS",
            "organization_id": "00Dxx0000001gEFEAY", "preferred_username": "ada@example.com", "nickname": "ada", "name": "Ada Lovelace",
            "email": "ada@example.com", "email_verified": true, "given_name": "Ada", "family_name": "Lovelace", "zoneinfo": "Europe/Berlin",
            "profile": "https://crm.example.com/005xx000001SwiUAAS",
            "urls": {"rest": "https://crm.example.com/services/data/v{version}/", "sobjects": "https://crm.example.com/services/data/v{version}/sobjects/",
                "query": "https://crm.example.com/services/data/v{version}/query/", "profile": "https://crm.example.com/005xx000001SwiUAAS",
                "custom_domain": "https://crm.example.com"},
            "active": true, "user_type": "STANDARD", "language": "en_US", "locale": "en_US", "utcOffset": 3_600_000,
            "updated_at": "2026-11-21T02:40:00Z"})
    );
    assert!(!format!("{info:?}").contains("Ada"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_request_is_answered(form in any::<Vec<u8>>(), header in any::<String>(), credentials in "[A-Za-z0-9+/=]{0,40}") {
        for header in [header, format!("Basic {credentials}")] {
            let _ = AuthorizeRequest::parse(&header);
            let _ = (TokenRequest::parse(&form, Some(&header)), Challenge::parse(&header, None), organization_of(&header), Identity::parse(&header));
        }
    }
}
