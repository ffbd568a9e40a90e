//! What real clients send that a strict reader would refuse, and what is refused all the same (liveagent.md 1.2, 2, 5).

use switchboard_liveagent::chat::{
    ChatEnd, CustomEvent, IdleWarning, IdleWarningEvent, RichMessageAnswer, SensitiveDataRuleTriggered, SneakPeek,
};
use switchboard_liveagent::init::{ChasitorInit, Target};
use switchboard_liveagent::jsonp::{Callback, JsonpError, JsonpRequest};
use switchboard_liveagent::multi_noun::MultiNoun;
use switchboard_liveagent::query::{AvailabilityQuery, MessagesQuery, Query, SettingsQuery, UploadQuery, VisitorQuery};
use switchboard_liveagent::resource::{Method, RouteError, route};
use switchboard_liveagent::{BodyError, Post, Resource, headers, ids, sequence};

fn init(rest: &str) -> Result<ChasitorInit, BodyError> {
    ChasitorInit::decode(format!(r#"{{"organizationId":"00Dxx0000000001","deploymentId":"572xx0000000001"{rest}}}"#).as_bytes())
}

#[test]
fn a_boolean_has_many_forms() {
    for (sent, read) in [
        ("true", Some(true)),
        ("false", Some(false)),
        ("1", Some(true)),
        ("0", Some(false)),
        ("1.0", Some(true)),
        (r#""true""#, Some(true)),
        (r#""TRUE""#, Some(true)),
        (r#""0""#, Some(false)),
        (r#""""#, None),
        ("null", None),
    ] {
        assert_eq!(init(&format!(r#","isPost":{sent}"#)).unwrap().is_post, read, "{sent}");
        assert_eq!(init(&format!(r#","receiveQueueUpdates":{sent}"#)).unwrap().receive_queue_updates, read.unwrap_or(false), "{sent}");
    }
}

#[test]
fn a_detail_has_any_scalar_for_a_value_and_is_shown_unless_it_says_otherwise() {
    for (sent, read) in [("null", ""), ("12.50", "12.5"), ("7", "7"), ("true", "true"), (r#""""#, ""), (r#""ü""#, "ü")] {
        let init = init(&format!(r#","prechatDetails":[{{"label":"a","value":{sent}}}]"#)).unwrap();
        assert_eq!(init.prechat_details[0].value, read);
        assert!(init.prechat_details[0].display_to_agent);
    }
    assert_eq!(init(r#","prechatDetails":[{"label":"a"}]"#).unwrap().prechat_details[0].value, "");
}

#[test]
fn lists_may_be_null_or_an_empty_object_or_hold_null_and_both_names_of_a_list_may_come() {
    for sent in ["null", "{}", "[]", r#""""#, "[null]"] {
        let body =
            format!(r#","prechatDetails":{sent},"prechatEntities":{sent},"buttonOverrides":{sent},"visitorInfo":{{"pages":{sent}}}"#);
        let init = init(&body).unwrap();
        assert!(init.prechat_details.is_empty() && init.prechat_entities.is_empty() && init.targets().is_empty(), "{sent}");
    }
    let both =
        init(r#","prechatDetails":[{"label":"a","entityMaps":[],"entityFieldMaps":[{"entityName":"Case","exactMatch":1}]}]"#).unwrap();
    assert!(both.prechat_details[0].entity_maps[0].is_exact_matchable);
}

#[test]
fn unknown_keys_a_byte_order_mark_and_space_are_skipped() {
    let body = b"\xef\xbb\xbf \r\n{\"text\":\"a\",\"endpoint\":{\"x\":[1]},\"trackingId\":\"\"} \n";
    assert!(matches!(Post::decode(Resource::ChatMessage, body), Ok(Post::Message(message)) if message.text == "a"));
}

#[test]
fn a_request_says_where_it_wants_to_go() {
    let agent = || "005xx0000000001".to_owned();
    let button = || "573xx0000000001".to_owned();
    let of = |rest: &str| init(rest).unwrap().targets();
    assert_eq!(of(r#","buttonId":"573xx0000000001","agentId":null"#), [Target::Button(button())]);
    assert_eq!(of(r#","buttonId":"573xx0000000001","agentId":"""#), [Target::Button(button())]);
    assert_eq!(of(r#","buttonId":"573xx0000000001","agentId":"005xx0000000001""#), [Target::Agent(agent())]);
    assert_eq!(
        of(r#","buttonId":"573xx0000000001","agentId":"005xx0000000001","doFallback":true"#),
        [Target::AgentThenButton { agent: agent(), button: button() }]
    );
    assert_eq!(
        of(r#","buttonId":"573xx0000000009","buttonOverrides":["005xx0000000001","573xx0000000001","x_y"]"#),
        [Target::Agent(agent()), Target::Button(button()), Target::Unrecognised("x_y".into())]
    );
    assert_eq!(of(""), []);
}

#[test]
fn a_chat_ends_with_four_bodies() {
    for (body, reason) in [
        (r#"{"reason":"client"}"#, Some("client")),
        (r#"{"type":"ChatEndReason","reason":"client"}"#, Some("client")),
        (r#"{"ChatEndReason":{"reason":"timeout"}}"#, Some("timeout")),
        (r#"{"ChatEndReason":"timeout"}"#, Some("timeout")),
        ("{}", None),
        ("", None),
        ("[]", None),
        (r#"{"reason":null}"#, None),
    ] {
        assert_eq!(ChatEnd::decode(body.as_bytes()).unwrap().reason.as_deref().map(String::as_str), reason, "{body}");
    }
    assert!(ChatEnd::decode(br#"{"reason":"clientIdleTimeout"}"#).unwrap().is_idle_timeout());
}

#[test]
fn every_post_is_read() {
    let read = |resource, body: &str| Post::decode(resource, body.as_bytes()).unwrap();
    for body in ["", "{}", " ", "null", r#"{"a":1}"#] {
        assert_eq!(read(Resource::ChasitorTyping, body), Post::Typing);
        assert_eq!(read(Resource::ChasitorNotTyping, body), Post::NotTyping);
    }
    assert_eq!(
        read(Resource::ChasitorSneakPeek, r#"{"position":"3","text":"dra"}"#),
        Post::SneakPeek(SneakPeek { position: 3, text: "dra".into() })
    );
    assert_eq!(
        read(Resource::CustomEvent, r#"{"type":"image","data":"{}"}"#),
        Post::CustomEvent(CustomEvent { kind: "image".into(), data: "{}".into() })
    );
    assert_eq!(
        read(Resource::IdleWarning, r#"{"idleTimeoutWarningEvent":"cleared"}"#),
        Post::IdleWarning(IdleWarning { event: IdleWarningEvent::Cleared })
    );
    let Post::SensitiveData(SensitiveDataRuleTriggered { rules, chat_id }) =
        read(Resource::AgentSensitiveData, r#"{"rules":[{"name":"card"}],"chatId":"c"}"#)
    else {
        panic!("another post")
    };
    assert_eq!((rules[0].name.as_str(), chat_id.as_deref()), ("card", Some("c")));
    let Post::RichMessage(RichMessageAnswer { actions }) =
        read(Resource::RichMessage, r#"{"actions":[{"index":1,"type":"ChatWindowMenu"}]}"#)
    else {
        panic!("another post")
    };
    assert_eq!((actions[0].index, actions[0].kind.as_str()), (1, "ChatWindowMenu"));
}

#[test]
fn a_refused_body_names_the_property() {
    let refused = |resource, body: &str| {
        let error = Post::decode(resource, body.as_bytes()).unwrap_err();
        (error.details.first().map(|detail| detail.property.clone()).unwrap_or_default(), error.to_string())
    };
    let cases = [
        (Resource::ChatMessage, "{}", "text", "Property text could not be understood; text: is required"),
        (Resource::ChatMessage, r#"{"text":null}"#, "text", "Property text could not be understood; text: must not be null"),
        (
            Resource::ChatMessage,
            r#"{"text":["s3cret"]}"#,
            "text",
            "Property text could not be understood; text: expected a string, found sequence",
        ),
        (
            Resource::ChasitorInit,
            r#"{"organizationId":"o","deploymentId":"d","prechatDetails":[{"label":"a"},{"value":"s3cret"}]}"#,
            "prechatDetails[1].label",
            "Property prechatDetails[1].label could not be understood; prechatDetails[1].label: is required",
        ),
        (
            Resource::ChasitorInit,
            r#"{"deploymentId":"d"}"#,
            "organizationId",
            "Property organizationId could not be understood; organizationId: is required",
        ),
        (
            Resource::ChasitorInit,
            r#"{"organizationId":" ","deploymentId":"d"}"#,
            "organizationId",
            "Property organizationId could not be understood; organizationId: must not be empty",
        ),
        (Resource::ChatMessage, "text=hello", "", "The body could not be read: the JSON is malformed at line 1 column 2"),
        (Resource::ChatMessage, r#"{"text":"a"#, "", "The body could not be read: the JSON ends too early at line 1 column 10"),
        (Resource::ChatMessage, r#"{"text":"a"} x"#, "", "The body could not be read: the JSON is malformed at line 1 column 14"),
        (Resource::ChatMessage, r#"["a"]"#, "", "The body must be a JSON object"),
        (Resource::ChatMessage, "", "", "The body is empty, a JSON object was expected"),
        (
            Resource::IdleWarning,
            r#"{"idleTimeoutWarningEvent":"x"}"#,
            "idleTimeoutWarningEvent",
            "Property idleTimeoutWarningEvent could not be understood; idleTimeoutWarningEvent: expected \"triggered\" or \"cleared\"",
        ),
    ];
    for (resource, body, property, text) in cases {
        assert_eq!(refused(resource, body), (property.to_owned(), text.to_owned()), "{body}");
    }
    let deep = format!(r#"{{"text":{}"#, "[".repeat(100_000));
    assert!(Post::decode(Resource::ChatMessage, deep.as_bytes()).is_err());
    let inner = BodyError::property("text", "is required").within("nouns[1].object");
    assert_eq!(serde_json::to_value(&inner).unwrap()["details"][0]["property"], "nouns[1].object.text");
}

#[test]
fn a_multi_noun_is_limited_in_length() {
    let body = |count| format!(r#"{{"nouns":[{}]}}"#, vec![r#"{"prefix":"a","noun":"b"}"#; count].join(","));
    assert_eq!(MultiNoun::decode(body(100).as_bytes()).unwrap().nouns.len(), 100);
    assert_eq!(MultiNoun::decode(body(101).as_bytes()).unwrap_err().details[0].property, "nouns");
    let unknown = MultiNoun::decode(br#"{"nouns":[{"prefix":"System","noun":"Messages"},{"prefix":"A","noun":"B"}]}"#).unwrap();
    assert_eq!(unknown.nouns[0].resource(), Err(RouteError::MethodNotAllowed { allow: "GET".into() }));
    assert_eq!(unknown.nouns[1].resource(), Err(RouteError::NotFound));
}

#[test]
fn paths_name_resources_case_sensitively() {
    let found = |method: &str, path: &str| route(method, path).map(|route| route.resource);
    let only = |allow: &str| Err(RouteError::MethodNotAllowed { allow: allow.into() });
    for resource in Resource::ALL {
        if *resource != Resource::EndSession {
            for path in [resource.path(), format!("{}/", resource.path())] {
                assert_eq!(found(resource.method().as_str(), &path), Ok(*resource), "{path}");
                assert_eq!(found("PUT", &path), only(resource.method().as_str()), "{path}");
            }
            assert_eq!(Resource::named(resource.prefix(), resource.noun(), resource.method()), Ok(*resource));
        }
    }
    for path in [
        "/chat/rest/system/SessionId",
        "/chat/rest/System/sessionid",
        "/chat/rest/",
        "/chat/rest/System",
        "/chat/rest/System/Messages/x",
        "/chat/rest/System/Messages.jsonp",
        "//",
    ] {
        assert_eq!(found("GET", path), Err(RouteError::NotFound), "{path}");
    }
    let key = "24e6a6f3-5601-446b-9250-cea8e0955a3e!1495522493087!Wkr3R+LhSXlgl9xc7vpV/0S2d4o=";
    for path in [key.to_owned(), key.replace('/', "%2F").replace('!', "%21").replace('=', "%3D").replace('+', "%2B"), format!("{key}/")] {
        let path = format!("/chat/rest/System/SessionId/{path}");
        assert_eq!(route("DELETE", &path).unwrap().key.as_deref(), Some(key));
        assert_eq!(found("GET", &path), only("DELETE"));
    }
    assert_eq!(found("DELETE", "/chat/rest/System/SessionId/"), only("GET"));
    assert_eq!(Resource::named("Chasitor", "ChatEnd", Method::Post).map(Resource::has_sequence), Ok(true));
    assert!(Resource::Messages.needs_session() && !Resource::Breadcrumb.needs_session() && !Resource::SessionId.needs_session());
}

#[test]
fn headers_are_read_leniently() {
    let version = |text| headers::ApiVersion::parse(text).map(|version| version.0);
    assert_eq!([version("38"), version("55.0"), version(" v43 "), version("x"), version("")], [Some(38), Some(55), Some(43), None, None]);
    for none in [None, Some(""), Some(" "), Some("null")] {
        assert_eq!(headers::affinity(none), None);
    }
    assert_eq!(headers::affinity(Some("73061fa0")), Some("73061fa0"));
    let number = |text| headers::sequence(Some(text));
    assert_eq!(
        [number("7"), number("7.0"), number("-1"), number(""), number("99999999999999999999")],
        [Some(7), Some(7), None, None, None]
    );
}

#[test]
fn queries_are_read_leniently() {
    for ids in ["[573a,005b]", "573a,005b", "%5B573a%2C005b%5D", "573a&Availability.ids=005b", "[\"573a\", \"005b\"]"] {
        let query = format!("org_id=o&Availability.ids={ids}&Availability.needEstimatedWaitTime=1&version=43&sid=undefined");
        let query = Query::parse(&query);
        let asked = AvailabilityQuery::from_query(&query);
        assert_eq!((asked.ids, asked.need_estimated_wait_time), (vec!["573a".to_owned(), "005b".to_owned()], true));
        let visitor = VisitorQuery::from_query(&query);
        assert_eq!(
            (visitor.organization_id.as_deref(), visitor.session_id, visitor.version),
            (Some("o"), None, Some(headers::ApiVersion(43)))
        );
    }
    assert_eq!(
        [MessagesQuery::parse("ack=-1&pc=0").ack, MessagesQuery::parse("ack=x").ack, MessagesQuery::parse("").ack],
        [Some(-1), None, None]
    );
    let upload = UploadQuery::parse("orgId=00D&chatKey=u!1!m%3D&fileToken=a%2Bb&encoding=UTF-8");
    assert_eq!((upload.chat_key.as_ref().unwrap().as_str(), upload.file_token.as_ref().unwrap().as_str()), ("u", "a+b"));
}

#[test]
fn jsonp_is_read_and_cannot_break_out_of_its_script() {
    // liveagent.md 2.7, the first request of deployment.js.
    let query = Query::parse(
        "nouns=VisitorId,Settings&VisitorId.prefix=Visitor&Settings.prefix=Visitor&Settings.buttonIds=[573a]&Settings.updateBreadcrumb=1\
         &Settings.urlPrefix=undefined&callback=liveagent._.handlePing&deployment_id=572a&org_id=00Da&version=43",
    );
    let request = JsonpRequest::parse(Resource::MultiNounJsonp, &query).unwrap();
    assert_eq!(request.nouns, [Resource::VisitorId, Resource::Settings]);
    assert_eq!(
        SettingsQuery::from_query(&query),
        SettingsQuery { button_ids: vec!["573a".into()], update_breadcrumb: true, ..SettingsQuery::default() }
    );
    let callback = request.callback.unwrap();
    assert_eq!(callback.wrap(r#"{"a":1}"#), r#"/**/liveagent._.handlePing({"a":1});"#);
    let script = callback.wrap("[\"</script><!--\u{2028}\u{2029}\"]");
    assert_eq!(script, r#"/**/liveagent._.handlePing(["\u003c/script\u003e\u003c!--\u2028\u2029"]);"#);

    let single = |query| JsonpRequest::parse(Resource::SettingsJsonp, &Query::parse(query)).map(|request| request.nouns);
    assert_eq!(single("Settings.prefix=Visitor&callback=a"), Ok(vec![Resource::Settings]));
    assert_eq!(single(""), Ok(vec![Resource::Settings]));
    assert_eq!(single("callback=alert(1)"), Err(JsonpError::Callback));
    let several = |query: &str| JsonpRequest::parse(Resource::MultiNounJsonp, &Query::parse(query)).map(|request| request.nouns.len());
    assert_eq!(several("nouns=Nothing&callback=a"), Err(JsonpError::Noun));
    assert_eq!(several("nouns=Messages&Messages.prefix=System&callback=a"), Err(JsonpError::Noun));
    assert_eq!(several(&format!("nouns={}&callback=a", ["Settings"; 17].join(","))), Err(JsonpError::TooManyNouns));
    for name in ["", "1a", "a b", "a(", "a;b", "a[0]", "ä", ".a", "a\n"] {
        assert_eq!(Callback::parse(name), None, "{name:?}");
    }
    assert!(Callback::parse(&"a".repeat(128)).is_some() && Callback::parse(&"a".repeat(129)).is_none());
}

#[test]
fn the_suffix_of_an_id_is_salesforces() {
    // Pairs as Salesforce's API gave them to people who published them: the Activity of a developer forum's thread on both forms
    // (906F00000008jkQIAQ) and the Lead of a Cloudingo article on the 18-character form.
    for (short, long) in [("00U20000001Rx6d", "00U20000001Rx6dEAC"), ("00Qf4000007ZhIR", "00Qf4000007ZhIREA0")] {
        assert_eq!(ids::Id::parse(short).unwrap().to_18(), long);
        assert_eq!(ids::Id::parse_checked(long), ids::Id::parse(short));
    }
    assert_eq!(ids::Id::parse("001A0000006Vm9rIAC").unwrap(), ids::Id::parse("001A0000006Vm9r").unwrap());
    assert_ne!(ids::Id::parse("001a0000006Vm9r").unwrap(), ids::Id::parse("001A0000006Vm9r").unwrap());
    assert_eq!(ids::Id::parse("573SB0000000001").unwrap().kind(), ids::IdKind::Button);
    assert_eq!(ids::identity("573SB0000000001AAA"), "573SB0000000001");
    assert_eq!(ids::Id::parse("573"), Err(ids::IdError::Length));
    assert_eq!(ids::Id::parse("573SB000000000!"), Err(ids::IdError::Character));
}

#[test]
fn the_text_of_a_gap_is_what_clients_parse() {
    let sequence::Verdict::OutOfSequence(gap) = sequence::check(Some(4), Some(7)) else { panic!("no gap") };
    assert_eq!(gap.to_string(), "Sequence 7 received, 5 expected, the last was 4", "the second number, or the one at the end plus one");
    assert_eq!(sequence::expected(&gap.to_string()), Some(5));
    assert_eq!(sequence::expected("no numbers"), None);
}
