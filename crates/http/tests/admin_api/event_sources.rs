//! Sources of events: their keys, settings that a person pastes, and a look at what would come of an event.

use http::Method;
use serde_json::{Value, json};

use crate::world::{World, on_both};

async fn source(world: &World, token: &str, settings: Value) -> String {
    world.post(token, "/admin/event-sources", settings).await.good()["id"].as_str().unwrap().to_owned()
}

fn rows(rows: Value) -> Value {
    json!({"entities": [{"entity": "Contact", "from": "user", "rows": rows}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_made_kept_found_and_taken_back() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let site = source(&world, &admin, json!({"name": "Site"})).await;
        let keys = format!("/admin/event-sources/{site}/keys");
        let make = || world.send(Method::POST, &keys, &admin, "one-key", Some(json!({"note": "the shop"})));
        let made = make().await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(make().await.body, made.body, "the same request makes no other key");
        let key = made.body["key"].as_str().unwrap().to_owned();
        assert!(key.len() == 32 && key.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{key}");
        let finds = |key: &str| world.app.directories().by_write_key(key).map(|(directory, id, _)| (directory.id(), id.to_string()));
        assert_eq!(finds(&key), Some((world.demo.workspace, site.clone())));

        // Who changes a name takes no key away; notes are changed with it.
        let one = format!("/admin/event-sources/{site}");
        let renamed = world.put(&admin, &one, json!({"name": "Shop"})).await.good();
        assert_eq!(renamed["settings"]["write_keys"], json!([{"key": key, "note": "the shop"}]));
        let noted = json!({"name": "Shop", "write_keys": [{"key": key, "note": "both shops"}]});
        assert_eq!(world.put(&admin, &one, noted).await.good()["settings"]["write_keys"][0]["note"], "both shops");
        let foreign = json!({"name": "Shop", "write_keys": [{"key": "somebodys-key"}]});
        assert_eq!(world.put(&admin, &one, foreign).await.problem().0, 422);
        let found = world.get(&admin, &format!("/admin/event-sources?search={key}")).await.good();
        assert_eq!(found["items"][0]["id"], site.as_str());

        // A key that pages know already is brought along, once in the whole server.
        let own = json!({"key": "AbCdEfGhIjKlMnOp", "note": "from before"});
        assert_eq!(world.post(&admin, &keys, own.clone()).await.status, 201);
        let app = source(&world, &admin, json!({"name": "App"})).await;
        let of_app = format!("/admin/event-sources/{app}/keys");
        assert_eq!(world.post(&admin, &of_app, own.clone()).await.problem(), (409, "already_exists".into()));
        for bad in ["short", "with a space", "a/b/c/d/e", &"x".repeat(129)] {
            assert_eq!(world.post(&admin, &of_app, json!({"key": bad})).await.problem().0, 422, "{bad}");
        }
        assert_eq!(world.delete(&admin, &format!("{keys}/AbCdEfGhIjKlMnOp")).await.status, 204);
        assert_eq!(world.delete(&admin, &format!("{keys}/AbCdEfGhIjKlMnOp")).await.problem().0, 404);
        assert_eq!(finds("AbCdEfGhIjKlMnOp"), None);
        assert_eq!(world.post(&admin, &of_app, own).await.status, 201, "what nobody has any more can be had");

        // Of two who bring the same key along at once, one has it.
        let both = json!({"key": "asked-for-by-two"});
        let (first, second) = tokio::join!(world.post(&admin, &keys, both.clone()), world.post(&admin, &of_app, both.clone()));
        let mut answers = [first.status.as_u16(), second.status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers, [201, 409]);

        // With a source its keys go.
        assert_eq!(world.delete(&admin, &one).await.status, 204);
        assert_eq!(finds(&key), None);
        assert_eq!(world.post(&admin, &of_app, json!({"key": key})).await.status, 201);
        let verbs = ["created", "key_made", "changed", "changed", "key_made", "key_removed"];
        let mut audited = world.audited(&site).await;
        assert_eq!(audited.pop().as_deref(), Some("event_source.removed"));
        assert!(audited.starts_with(&verbs.map(|verb| format!("event_source.{verb}"))), "{audited:?}");

        let identity = format!("/admin/event-sources/{app}/identity-key");
        let key = world.get(&admin, &identity).await.good()["key"].as_str().unwrap().to_owned();
        assert!(key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(world.audited(&app).await.contains(&"event_source.identity_key_read".to_owned()));

        let (_, nobody) = world.nobody().await;
        assert_eq!(world.get(&nobody, &identity).await.status, 403);
        assert_eq!(world.get(&nobody, &format!("/admin/event-sources/{app}")).await.status, 403);
        assert_eq!(world.post(&nobody, &of_app, json!({})).await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_makes_no_sense_is_refused_with_the_place() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let refused = |settings: Value| {
            let (world, admin) = (&world, &admin);
            async move {
                let answer = world.post(admin, "/admin/event-sources", settings).await;
                assert_eq!(answer.problem().0, 422, "{answer:?}");
                format!("{}: {}", answer.body["property"].as_str().unwrap_or_default(), answer.body["detail"].as_str().unwrap())
            }
        };
        let row =
            |label: &str, field: Option<&str>, shown: bool| json!({"path": "a", "label": label, "field": field, "display_to_agent": shown});
        let twice = rows(json!([row("A", Some("F"), true), row("A", Some("G"), true)]));
        assert!(refused(json!({"name": "S", "mapping": twice})).await.contains("object 1: row 2: another row has its label"));
        let useless = rows(json!([row("A", Some(" "), false)]));
        assert!(refused(json!({"name": "S", "mapping": useless})).await.contains("object 1: row 1: nothing would come of it"));
        let nameless = rows(json!([row(" ", Some("F"), true)]));
        assert!(refused(json!({"name": "S", "mapping": nameless})).await.contains("row 1, the label: it is empty"));
        let many: Vec<Value> = (0..21).map(|at| json!({"entity": format!("E{at}"), "from": "event", "rows": []})).collect();
        assert!(refused(json!({"name": "S", "mapping": {"entities": many}})).await.contains("at most 20 objects"));
        assert!(refused(json!({"name": "S", "server": {"enabled": true}})).await.contains("deployment"));
        assert!(refused(json!({"name": "S", "server": {"keep_minutes": 0}})).await.contains("from 1 to 1440"));
        assert!(refused(json!({"name": "S", "deployment": world.demo.button})).await.contains("not the id of a deployment"));

        // A deployment that a source's customers go to is in use.
        let deployment = world.post(&admin, "/admin/deployments", json!({"name": "Shop"})).await.good()["id"].clone();
        let site = source(&world, &admin, json!({"name": "Site", "deployment": deployment, "server": {"enabled": true}})).await;
        let path = format!("/admin/deployments/{}", deployment.as_str().unwrap());
        let in_use = world.delete(&admin, &path).await;
        assert_eq!((in_use.problem().0, in_use.body["detail"].as_str().unwrap().contains("the event_source \"Site\"")), (409, true));
        world.delete(&admin, &format!("/admin/event-sources/{site}")).await;
        assert_eq!(world.delete(&admin, &path).await.status, 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_pastes_is_read_and_nothing_is_kept() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let read = |text: String| world.send(Method::POST, "/admin/event-sources/read", &admin, "reading", Some(json!({"text": text})));
        let pasted = json!({
            "hostname": "c.la1", "liveAgentEndpointUrl": "https://chat.example.org", "deploymentId": "572SB0000000001",
            "orgId": "00DSB0000000001", "enableLogging": true, "strict": true,
            "contactMappings": [{"key": "0", "value": {"trait": "email", "label": "Email", "fieldName": "Email", "displayToAgent": true,
                "doFind": true, "isExactMatch": true, "doCreate": true}}],
            "caseMappings": [{"property": "topic", "label": "Topic", "fieldName": "Subject"}], "colour": 1
        });
        let settings = read(pasted.to_string()).await.good();
        let row = |path: &str, label: &str, field: &str, flag: bool| {
            json!({"path": path, "label": label, "field": field, "display_to_agent": flag, "find": flag, "exact": flag, "create": flag})
        };
        let entity = |entity: &str, from: &str, row: Value| {
            json!({"entity": entity, "from": from, "save_to_transcript": null, "show_on_create": false, "link": null, "rows": [row]})
        };
        assert_eq!(
            settings,
            json!({
                "settings": {
                    "deployment": world.demo.deployment,
                    "mapping": {"entities": [
                        entity("Contact", "user", row("email", "Email", "Email", true)),
                        entity("Case", "event", row("topic", "Topic", "Subject", false))
                    ]},
                    "browser": {"enabled": true, "strict": true, "logging": true}
                },
                "hostname": "c.la1", "endpoint": "https://chat.example.org", "deployment_id": "572SB0000000001",
                "organisation_id": "00DSB0000000001",
                "warnings": [{"code": "unknown_setting", "detail": "The destination has no setting of this name.", "path": "colour"}]
            })
        );
        // What was read can be kept as it is.
        let made = json!({"name": "Read", "mapping": settings["settings"]["mapping"], "browser": settings["settings"]["browser"]});
        source(&world, &admin, made).await;

        let sample = "<script type='text/javascript' src='https://c.la3-c1cs-phx.salesforceliveagent.com/content/g/js/42.0/deployment.js'></script>
            <script type='text/javascript'>
            liveagent.init('https://d.la3-c1cs-phx.salesforceliveagent.com/chat', '1111D00000000FT', '00D3D000000FObV');
            </script>";
        let read_code = read(sample.to_owned()).await.good();
        assert_eq!((&read_code["deployment_id"], &read_code["settings"]["deployment"]), (&json!("1111D00000000FT"), &Value::Null));
        assert_eq!(read_code["warnings"][0]["code"], "deployment_id_refused");
        assert!(read_code["warnings"][0]["detail"].as_str().unwrap().contains("begins with 572"));
        assert_eq!(read_code["warnings"].as_array().unwrap().last().unwrap()["code"], "deployment_unknown");

        let nonsense = read("hello".to_owned()).await;
        assert_eq!((nonsense.problem().0, &nonsense.body["property"]), (422, &json!("text")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_who_counts_and_what_is_left_out() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let row = |path: &str, label: &str, field: &str, shown: bool| {
            json!({"path": path, "label": label, "field": field, "display_to_agent": shown, "find": true})
        };
        let mapping = rows(json!([row("email", "Email", "Email", true), row("tier", "Tier", "Tier__c", false), row("x", "X", "X__c", true)]));
        let settings = json!({"name": "Site", "mapping": mapping, "deployment": world.demo.deployment, "server": {"enabled": true}});
        let site = source(&world, &admin, settings).await;
        let path = format!("/admin/event-sources/{site}/preview");
        let asked = json!({
            "user": {"email": "ada@example.org", "tier": 3, "firstName": "Ada", "lastName": "Lovelace"}, "properties": {"topic": "t"},
            "page": [{"label": "Email", "value": "page@example.org"}], "form": [{"label": "Topic", "value": "Shoes"}]
        });
        let preview = world.post(&admin, &path, asked.clone()).await.good();
        assert_eq!((&preview["initialised"], &preview["name"]), (&json!(true), &json!("Ada Lovelace")));
        assert_eq!(
            preview["details"],
            json!([
                {"label": "Tier", "value": "3", "from": "browser", "display_to_agent": false, "wins_over": ["server"]},
                {"label": "Email", "value": "page@example.org", "from": "page", "display_to_agent": true, "wins_over": ["browser", "server"]},
                {"label": "Topic", "value": "Shoes", "from": "form", "display_to_agent": true, "wins_over": []}
            ])
        );
        assert_eq!(preview["entities"][0]["entity"], "Contact");
        assert_eq!(preview["entities"][0]["fields"].as_array().unwrap().len(), 2);
        assert_eq!(
            preview["warnings"],
            json!([{"code": "missing_trait", "detail": "There is no such trait. The row is left out.", "path": "traits.x"}])
        );

        // One that is being edited; and none that could not be kept.
        let mut edited = asked.clone();
        edited["mapping"] = json!({"entities": [{"entity": "Case", "from": "event", "rows": [{"path": "topic", "label": "About", "display_to_agent": true}]}]});
        let preview = world.post(&admin, &path, edited.clone()).await.good();
        assert_eq!((&preview["details"][0]["label"], &preview["entities"]), (&json!("About"), &json!([])));
        edited["mapping"]["entities"][0]["rows"][0]["label"] = json!("");
        assert_eq!(world.post(&admin, &path, edited).await.problem().0, 422);

        // Strict pages begin nothing where a value is missing.
        let strict = json!({"name": "Site", "mapping": mapping, "browser": {"strict": true}});
        world.put(&admin, &format!("/admin/event-sources/{site}"), strict).await.good();
        let preview = world.post(&admin, &path, asked).await.good();
        assert_eq!((&preview["initialised"], preview["details"].as_array().unwrap().len()), (&json!(false), 2));
        assert_eq!(preview["warnings"][1]["code"], "refused");
    })
    .await;
}
