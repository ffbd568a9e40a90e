//! Objects, fields and picklists of the CRM, as administrators define them.

use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, World, on_both};

fn invoice() -> Value {
    json!({"name": "Invoice", "label": "Invoice", "label_plural": "Invoices"})
}

/// Status, kind and property of a refusal.
#[track_caller]
fn refused(answer: &Answer) -> (u16, String, String) {
    let (status, kind) = answer.problem();
    (status, kind, answer.body["property"].as_str().unwrap_or("-").to_owned())
}

async fn field(world: &World, token: &str, object: &str, name: &str) -> Value {
    world.get(token, &format!("/admin/crm/objects/{object}/fields/{name}")).await.good()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_has_every_kind_of_field() {
    on_both(|world| async move {
        let (admin, agent) = world.crm_users().await;
        let made = world.send(Method::POST, "/admin/crm/objects", &admin, "once", Some(invoice())).await;
        assert_eq!(made.status, 201);
        let again = world.send(Method::POST, "/admin/crm/objects", &admin, "once", Some(invoice())).await;
        assert_eq!((again.status, &again.body), (made.status, &made.body), "the same key makes nothing twice");
        let expected = json!({
            "name": "Invoice__c", "label": "Invoice", "label_plural": "Invoices", "custom": true, "written_by": "people",
            "sharing": "read_write", "custom_fields": 0, "takes_fields": true, "dropped_at": null,
        });
        assert_eq!(made.body, expected);
        assert_eq!(refused(&world.post(&admin, "/admin/crm/objects", invoice()).await), (409, "already_exists".into(), "name".into()));

        let fields = "/admin/crm/objects/invoice__C/fields";
        let kinds = json!([
            {"name": "Text", "label": "A text", "kind": "text", "length": 40, "default": "x"},
            {"name": "Area", "label": "Lines", "kind": "text_area"},
            {"name": "Long", "label": "Long", "kind": "long_text", "length": 1000},
            {"name": "Mail", "label": "Mail", "kind": "email", "unique": true},
            {"name": "Call", "label": "Call", "kind": "phone"},
            {"name": "Web", "label": "Web", "kind": "url"},
            {"name": "Paid", "label": "Paid", "kind": "checkbox", "default": "true"},
            {"name": "Size", "label": "Size", "kind": "number", "precision": 6, "scale": 2, "external_id": true},
            {"name": "Sum", "label": "Sum", "kind": "currency", "scale": 2},
            {"name": "Part", "label": "Part", "kind": "percent"},
            {"name": "Due", "label": "Due", "kind": "date", "required": true},
            {"name": "Sent", "label": "Sent", "kind": "date_time"},
            {"name": "At", "label": "At", "kind": "time"},
            {"name": "State", "label": "State", "kind": "picklist", "restricted": true, "values": [{"value": "Open", "default": true}, {"value": "Done", "label": "Over"}]},
            {"name": "Tags", "label": "Tags", "kind": "multipicklist", "values": [{"value": "A"}, {"value": "B"}]},
            {"name": "Buyer", "label": "Buyer", "kind": "lookup", "refers_to": "contact", "when_deleted": "restrict"},
            {"name": "House", "label": "House", "kind": "master_detail", "refers_to": "Account"},
            {"name": "Number", "label": "Number", "kind": "auto_number", "format": "I-{0000}", "start": 7},
        ]);
        for definition in kinds.as_array().unwrap() {
            let made = world.post(&admin, fields, definition.clone()).await;
            assert_eq!(made.status, 201, "{made:?}");
            assert_eq!((&made.body["kind"], &made.body["custom"]), (&definition["kind"], &json!(true)));
        }
        let page = world.get(&admin, "/admin/crm/objects/Invoice__c").await.good();
        assert_eq!((&page["object"]["custom_fields"], &page["object"]["sharing"]), (&json!(18), &json!(null)), "its master shares it");
        assert_eq!(page["definition"]["name_label"], "Name");
        let custom = page["fields"].as_array().unwrap().iter().filter(|field| field["custom"] == true);
        let told: Vec<_> = custom.map(|field| format!("{} {}", field["kind"].as_str().unwrap(), field["type"].as_str().unwrap())).collect();
        assert_eq!(
            told,
            [
                "text string", "text_area textarea", "long_text textarea", "email email", "phone phone", "url url", "checkbox boolean",
                "number double", "currency currency", "percent percent", "date date", "date_time datetime", "time time", "picklist picklist",
                "multipicklist multipicklist", "lookup reference", "master_detail reference", "auto_number string",
            ]
        );
        let size = field(&world, &admin, "Invoice__c", "size__C").await;
        assert_eq!((&size["field"]["precision"], &size["field"]["scale"], &size["field"]["external_id"]), (&json!(6), &json!(2), &json!(true)));
        assert_eq!((&size["standard"], &size["definition"]["kind"]), (&json!(null), &json!("number")));
        let state = field(&world, &admin, "Invoice__c", "State__c").await;
        assert_eq!((&state["values"][1]["label"], &state["values_changeable"], &state["field"]["values"]), (&json!("Over"), &json!(true), &json!(2)));
        assert_eq!(field(&world, &admin, "Invoice__c", "Buyer__c").await["field"]["refers_to"], json!(["Contact"]));

        let found = world.get(&admin, "/admin/crm/objects?search=NVOIC").await.good();
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let standard = world.get(&admin, "/admin/crm/objects").await.good();
        let of = |name: &str| standard["items"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap();
        assert_eq!((&of("Contact")["written_by"], &of("Contact")["takes_fields"]), (&json!("people"), &json!(true)));
        assert_eq!((&of("LiveChatTranscript")["written_by"], &of("Profile")["written_by"]), (&json!("server"), &json!("administrators")));

        // A standard user administers nothing.
        assert_eq!(world.get(&agent, "/admin/crm/objects").await.problem(), (403, "not_permitted".into()));
        assert_eq!(world.post(&agent, fields, kinds[0].clone()).await.problem(), (403, "not_permitted".into()));
        assert!(world.crm_audited("Invoice__c").await.contains(&"crm_object.created".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_defined_can_be_changed_dropped_restored_and_erased() {
    on_both(|world| async move {
        let (admin, _) = world.crm_users().await;
        let object = "/admin/crm/objects/Invoice__c";
        let code = |length: u32| json!({"name": "Code", "label": "The code", "kind": "text", "length": length});
        world.post(&admin, "/admin/crm/objects", invoice()).await.good();
        world.post(&admin, &format!("{object}/fields"), code(20)).await.good();
        let changed = world.patch(&admin, object, json!({"label": "Bill", "sharing": "private"})).await.good();
        assert_eq!(
            (&changed["label"], &changed["label_plural"], &changed["sharing"]),
            (&json!("Bill"), &json!("Invoices"), &json!("private"))
        );
        let at = format!("{object}/fields/Code__c");
        assert_eq!(world.put(&admin, &at, code(60)).await.good()["length"], 60);
        let other = json!({"name": "Codes", "label": "The code", "kind": "text"});
        assert_eq!(refused(&world.put(&admin, &at, other).await), (422, "invalid".into(), "name".into()));
        let other = json!({"name": "Code", "label": "The code", "kind": "email"});
        assert_eq!(refused(&world.put(&admin, &at, other).await), (422, "invalid".into(), "kind".into()));

        // A standard picklist takes other values, and says which of them close a case.
        let status = field(&world, &admin, "Case", "Status").await;
        let mut standard = status["standard"].clone();
        assert!(
            standard["values"].as_array().unwrap().iter().any(|value| value["value"] == "Closed" && value["closed"] == true),
            "{status}"
        );
        standard["values"].as_array_mut().unwrap().push(json!({"value": "Thrown away", "closed": true}));
        standard["help"] = json!("How far it is");
        let path = "/admin/crm/objects/Case/fields/Status/standard";
        assert_eq!(world.put(&admin, path, standard.clone()).await.good()["help"], "How far it is");
        let status = field(&world, &admin, "Case", "Status").await;
        assert_eq!(status["values"].as_array().unwrap().last().unwrap()["closed"], true);
        standard["values"] = json!([{"value": "Closed"}]);
        assert_eq!(
            refused(&world.put(&admin, path, standard).await),
            (422, "invalid".into(), "values".into()),
            "none is what new ones have"
        );
        assert_eq!(refused(&world.delete(&admin, "/admin/crm/objects/Case/fields/Status").await).0, 422);
        assert_eq!(refused(&world.delete(&admin, "/admin/crm/objects/Case").await).0, 422);

        // A field, then the object.
        for (at, dropped) in [(at.as_str(), "Code__c"), (object, "Invoice__c")] {
            let not_dropped = world.post(&admin, &format!("{at}/erase"), json!({})).await.problem().0;
            assert_eq!(not_dropped, if dropped == "Code__c" { 404 } else { 422 });
            assert_eq!(world.delete(&admin, at).await.status, 204);
            let there = world.get(&admin, at).await.good();
            let of = if dropped == "Code__c" { &there["field"] } else { &there["object"] };
            assert!(of["dropped_at"].is_string(), "{there}");
            assert_eq!(world.delete(&admin, at).await.problem(), (404, "not_found".into()));
            assert_eq!(world.post(&admin, &format!("{at}/restore"), json!({})).await.good()["name"], dropped);
            assert_eq!(world.post(&admin, &format!("{at}/restore"), json!({})).await.problem().0, 404);
            assert_eq!(world.delete(&admin, at).await.status, 204);
            assert_eq!(refused(&world.post(&admin, &format!("{at}/erase"), json!({})).await).0, 422, "it may be in use");
            world.clock.advance(Duration::from_secs(10));
            assert_eq!(world.post(&admin, &format!("{at}/erase"), json!({})).await.status, 204);
            assert_eq!(world.get(&admin, at).await.problem(), (404, "not_found".into()));
        }
        let actions = world.crm_audited("Invoice__c").await;
        assert_eq!(
            actions,
            [
                "crm_object.created",
                "crm_object.changed",
                "crm_object.dropped",
                "crm_object.restored",
                "crm_object.dropped",
                "crm_object.erased"
            ]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_its_property() {
    on_both(|world| async move {
        let (admin, _) = world.crm_users().await;
        world.post(&admin, "/admin/crm/objects", invoice()).await.good();
        let long = "x".repeat(41);
        for name in ["", "1st", "two words", "Robert'); DROP TABLE crm1_contact;--", "\u{0}", "a__b", "ende_", long.as_str(), "Ünder"] {
            let mut object = invoice();
            object["name"] = json!(name);
            assert_eq!(
                refused(&world.post(&admin, "/admin/crm/objects", object).await),
                (422, "invalid".into(), "name".into()),
                "{name:?}"
            );
        }
        for label in ["", "  ", long.as_str(), "two\nlines"] {
            let mut object = invoice();
            (object["name"], object["label"]) = (json!("Other"), json!(label));
            assert_eq!(
                refused(&world.post(&admin, "/admin/crm/objects", object).await),
                (422, "invalid".into(), "label".into()),
                "{label:?}"
            );
        }
        let many: Vec<_> = (0..1_001).map(|number| json!({"value": number.to_string()})).collect();
        for (property, definition) in [
            ("length", json!({"kind": "text", "length": 256})),
            ("precision", json!({"kind": "number", "precision": 19})),
            ("default", json!({"kind": "date", "default": "tomorrow"})),
            ("values", json!({"kind": "picklist"})),
            ("values", json!({"kind": "picklist", "values": many})),
            ("values", json!({"kind": "multipicklist", "values": [{"value": "a;b"}]})),
            ("unique", json!({"kind": "checkbox", "unique": true})),
            ("refers_to", json!({"kind": "lookup"})),
            ("refers_to", json!({"kind": "lookup", "refers_to": "Nothing__c"})),
            ("format", json!({"kind": "auto_number", "format": "no digits"})),
            ("help", json!({"kind": "text", "help": "x".repeat(511)})),
            ("seen_by", json!({"kind": "text", "seen_by": ["nobody"]})),
        ] {
            let mut whole = json!({"name": "Some", "label": "Some"});
            whole.as_object_mut().unwrap().extend(definition.as_object().unwrap().clone());
            let answer = world.post(&admin, "/admin/crm/objects/Invoice__c/fields", whole).await;
            assert_eq!(refused(&answer), (422, "invalid".into(), property.into()), "{definition}");
        }
        let unknown = json!({"name": "Some", "label": "Some", "kind": "text", "colour": "red"});
        assert_eq!(world.post(&admin, "/admin/crm/objects/Invoice__c/fields", unknown).await.problem(), (400, "invalid_body".into()));
        let text = json!({"name": "Some", "label": "Some", "kind": "text"});
        assert_eq!(world.post(&admin, "/admin/crm/objects/Nothing__c/fields", text.clone()).await.problem(), (404, "not_found".into()));
        assert_eq!(refused(&world.post(&admin, "/admin/crm/objects/CaseStatus/fields", text).await).0, 422);
        for path in ["/admin/crm/objects/%00", "/admin/crm/objects/Contact/fields/%F0%9F%92%A9", "/admin/crm/objects/..%2FContact"] {
            assert_eq!(world.get(&admin, path).await.problem(), (404, "not_found".into()), "{path}");
        }
        assert_eq!(world.get(&admin, "/admin/crm/objects/Invoice__c").await.good()["object"]["custom_fields"], 0);
    })
    .await;
}
