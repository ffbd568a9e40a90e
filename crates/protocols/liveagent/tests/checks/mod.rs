//! What must hold for any input. The property tests and the fuzz targets call the same functions.

use switchboard_liveagent::jsonp::{Callback, JsonpRequest};
use switchboard_liveagent::key::{SessionKey, chat_key};
use switchboard_liveagent::query::{
    AvailabilityQuery, MessagesQuery, Query, ReconnectQuery, ResyncQuery, SettingsQuery, UploadQuery, VisitorQuery, breadcrumb_location,
    id_list,
};
use switchboard_liveagent::session::{SessionCreated, SessionResynced};
use switchboard_liveagent::{BodyError, Envelope, Post, Resource, headers, ids, init, resource, sequence};

/// A request body, read as that of every resource.
pub(crate) fn body(bytes: &[u8]) {
    for resource in Resource::ALL {
        match Post::decode(*resource, bytes) {
            Ok(Post::MultiNoun(batch)) => {
                for call in &batch.nouns {
                    if let Ok(resource) = call.resource() {
                        let _ = Post::decode(resource, call.body.as_bytes());
                    }
                }
                let _ = batch.encode();
            }
            Ok(Post::Init(init)) => {
                for target in init.targets() {
                    let wire = target.to_wire();
                    assert_eq!(init::Target::parse(&wire).to_wire(), wire.trim());
                }
                let printed = serde_json::to_vec(&init).expect("a request prints");
                assert_eq!(init::ChasitorInit::decode(&printed).expect("a printed request is read"), *init);
            }
            Ok(_) => {}
            Err(error) => {
                let printed = serde_json::to_string(&error).expect("an error prints");
                assert_eq!(serde_json::from_str::<BodyError>(&printed).expect("a printed error is read"), error);
            }
        }
    }
}

/// An answer, as a client reads it.
pub(crate) fn answer(bytes: &[u8]) {
    let _ = serde_json::from_slice::<SessionCreated>(bytes);
    let _ = serde_json::from_slice::<SessionResynced>(bytes);
    if let Ok(envelope) = serde_json::from_slice::<Envelope>(bytes) {
        let printed = serde_json::to_string(&envelope).expect("an answer prints");
        let again: Envelope = serde_json::from_str(&printed).expect("a printed answer is read");
        assert_eq!((again.sequence, again.offset), (envelope.sequence, envelope.offset));
        let kinds = |envelope: &Envelope| envelope.messages.iter().map(|message| message.kind().to_owned()).collect::<Vec<_>>();
        assert_eq!(kinds(&again), kinds(&envelope));
        let script = Callback::parse("liveagent._.handlePing").expect("a name").wrap(&printed);
        assert!(!script.contains(['<', '\u{2028}', '\u{2029}']));
    }
}

/// Any text that comes in a URL or a header.
pub(crate) fn text(text: &str) {
    for method in ["GET", "POST", "DELETE", "PUT", ""] {
        if let Ok(route) = resource::route(method, text) {
            assert_eq!(route.resource.method().as_str(), method);
        }
    }
    let query = Query::parse(text);
    let _ = (AvailabilityQuery::from_query(&query), SettingsQuery::from_query(&query), VisitorQuery::from_query(&query));
    let _ = (MessagesQuery::parse(text), ReconnectQuery::parse(text), ResyncQuery::parse(text), breadcrumb_location(&query));
    let upload = UploadQuery::parse(text);
    let again = UploadQuery::parse(&upload.encode());
    assert_eq!((again.organization_id, again.chat_key, again.file_token), (upload.organization_id, upload.chat_key, upload.file_token));
    for resource in Resource::ALL.iter().filter(|resource| resource.is_jsonp()) {
        let _ = JsonpRequest::parse(*resource, &query);
    }
    assert!(id_list(text).iter().all(|id| !id.is_empty()));
    if let Some(callback) = Callback::parse(text) {
        assert!(callback.as_str().chars().all(|c| c.is_ascii_alphanumeric() || "_$.".contains(c)));
    }
    if let Ok(key) = SessionKey::parse(text) {
        let printed = key.to_string();
        if !key.id.contains('%') {
            assert_eq!(SessionKey::parse(&printed), Ok(key.clone()));
            assert_eq!(chat_key(&printed), key.id.trim_start());
        }
    }
    if let Ok(id) = ids::Id::parse(text) {
        assert_eq!(ids::Id::parse_checked(&id.to_18()), Ok(id));
        assert_eq!(ids::identity(text), id.as_str());
    }
    let _ = (headers::ApiVersion::parse(text), headers::affinity(Some(text)), headers::sequence(Some(text)));
    let _ = (sequence::expected(text), init::Target::parse(text));
}
