//! Profiles, permission sets and who has them: what an administrator sets is what users may.

use ::crm::{Error, QueryOptions};
use salesforce::{Version, error::Code};
use serde_json::{Value, json};

use crate::world::{World, on_both};

async fn holder(world: &World, token: &str, label: &str) -> (String, Value) {
    let all = world.get(token, "/admin/crm/rights").await.good();
    let found = all["items"].as_array().unwrap().iter().find(|one| one["label"] == label).unwrap().clone();
    (found["id"].as_str().unwrap().to_owned(), found)
}

/// Why a query of the standard user is refused; none: it is answered.
async fn asks(world: &World, soql: &str) -> Option<Code> {
    let caller = world.records.caller(world.demo.workspace, world.agent()).await.unwrap();
    match world.records.query(&caller, soql, &QueryOptions::new(Version::LATEST)).await {
        Ok(_) => None,
        Err(Error::Refused(refusal)) => Some(refusal.code()),
        Err(error) => unreachable!("{error}"),
    }
}

fn field<'a>(answer: &'a Value, name: &str) -> &'a Value {
    answer["fields"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_is_what_users_may() {
    on_both(|world| async move {
        let (admin, agent) = world.crm_users().await;
        let (standard, told) = holder(&world, &admin, "Standard User").await;
        assert_eq!((&told["kind"], &told["fixed"], &told["users"]), (&json!("profile"), &json!(false), &json!(2)));
        let page = world.get(&admin, &format!("/admin/crm/rights/{standard}")).await.good();
        let object = |name: &str| page["objects"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap().clone();
        assert_eq!(
            (&object("Contact")["edit"], &object("Contact")["settable"], &object("User")["settable"]),
            (&json!(true), &json!(true), &json!(false))
        );
        let path = format!("/admin/crm/rights/{standard}/objects/Contact");
        let rights = world.get(&admin, &path).await.good();
        assert_eq!(
            field(&rights, "Email"),
            &json!({"name": "Email", "label": "Email", "right": "edit", "settable": true, "editable": true})
        );
        assert_eq!(field(&rights, "LastName")["settable"], false);

        // The field is gone at once, in each part of a query; then the whole object.
        let queries = [
            "SELECT Email FROM Contact",
            "SELECT Id FROM Contact WHERE Email = 'a@b.c'",
            "SELECT Id FROM Contact ORDER BY Email",
            "SELECT COUNT(Id) FROM Contact GROUP BY Email",
        ];
        for query in queries {
            assert_eq!(asks(&world, query).await, None, "{query}");
        }
        let all = |field: &str, right: &str| {
            json!({"read": true, "create": true, "edit": true, "delete": false, "view_all": false, "modify_all": false,
                "fields": [{"name": field, "right": right}]})
        };
        let set = world.put(&admin, &path, all("Email", "none")).await.good();
        assert_eq!((&field(&set, "Email")["right"], &field(&set, "Phone")["right"]), (&json!("none"), &json!("edit")));
        for query in queries {
            assert_eq!(asks(&world, query).await, Some(Code::InvalidField), "{query}");
        }
        assert_eq!(asks(&world, "SELECT LastName FROM Contact").await, None);
        world.put(&admin, &path, all("Email", "read")).await.good();
        assert_eq!(asks(&world, queries[0]).await, None);
        let none = json!({"read": false, "create": false, "edit": false, "delete": false, "view_all": false, "modify_all": false});
        world.put(&admin, &path, none).await.good();
        assert_eq!(asks(&world, "SELECT Id FROM Contact").await, Some(Code::InvalidType));

        // What cannot be set is not, and nothing with it.
        let mut wrong = all("Email", "edit");
        wrong["fields"].as_array_mut().unwrap().push(json!({"name": "LastName", "right": "none"}));
        let answer = world.put(&admin, &path, wrong).await;
        assert_eq!((answer.problem(), &answer.body["property"]), ((422, "invalid".into()), &json!("fields")));
        assert_eq!(world.get(&admin, &path).await.good()["object"]["read"], false);
        let mut wrong = all("Email", "edit");
        wrong["read"] = json!(false);
        assert_eq!(world.put(&admin, &path, wrong).await.problem(), (422, "invalid".into()));
        let (administrators, _) = holder(&world, &admin, "System Administrator").await;
        let answer = world.put(&admin, &format!("/admin/crm/rights/{administrators}/objects/Contact"), all("Email", "none")).await;
        assert_eq!(answer.problem(), (403, "not_permitted".into()), "they see everything, always");
        for path in ["rights/nothing", "rights/00e000000000zzzAAA", "rights/00e000000000zzz/objects/Contact"] {
            assert_eq!(world.get(&admin, &format!("/admin/crm/{path}")).await.problem(), (404, "not_found".into()), "{path}");
        }
        assert_eq!(world.get(&admin, &format!("/admin/crm/rights/{standard}/objects/Nothing__c")).await.problem().0, 404);

        // System rights.
        let system = format!("/admin/crm/rights/{standard}/system");
        let set = world.put(&admin, &system, json!({"rights": [{"name": "PermissionsViewAllData", "granted": true}]})).await.good();
        let view_all = set["system"].as_array().unwrap().iter().find(|one| one["name"] == "PermissionsViewAllData").unwrap();
        assert_eq!(view_all["granted"], true);
        let answer = world.put(&admin, &system, json!({"rights": [{"name": "PermissionsToFly", "granted": true}]})).await;
        assert_eq!((answer.problem(), &answer.body["property"]), ((422, "invalid".into()), &json!("rights")));

        for path in ["/admin/crm/rights".to_owned(), path, "/admin/crm/users".to_owned()] {
            assert_eq!(world.get(&agent, &path).await.problem(), (403, "not_permitted".into()), "{path}");
        }
        let actions = world.crm_audited(&standard).await;
        assert_eq!(actions.first().unwrap(), "crm_rights.object_set");
        assert_eq!(actions.last().unwrap(), "crm_rights.system_set");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_have_a_profile_and_permission_sets() {
    on_both(|world| async move {
        let (admin, _) = world.crm_users().await;
        let (standard, _) = holder(&world, &admin, "Standard User").await;
        let make = |body: Value| {
            let (world, admin) = (world.clone(), admin.clone());
            async move { world.post(&admin, "/admin/crm/rights", body).await }
        };
        let set = make(json!({"kind": "permission_set", "name": "Cleaners", "label": "May delete"})).await.good();
        let desk = make(json!({"kind": "profile", "name": "Desk", "source": standard})).await.good();
        let (set, desk) = (set["id"].as_str().unwrap(), desk["id"].as_str().unwrap());
        let long = "x".repeat(300);
        for (property, status, body) in [
            ("name", 409, json!({"kind": "profile", "name": "desk", "source": standard})),
            ("name", 409, json!({"kind": "permission_set", "name": "CLEANERS"})),
            ("name", 422, json!({"kind": "permission_set", "name": "two words"})),
            ("name", 422, json!({"kind": "permission_set", "name": long})),
            ("name", 422, json!({"kind": "profile", "name": long, "source": standard})),
            ("name", 422, json!({"kind": "profile", "name": " ", "source": standard})),
            ("label", 422, json!({"kind": "permission_set", "name": "Other", "label": long})),
            ("source", 422, json!({"kind": "profile", "name": "Other"})),
            ("source", 422, json!({"kind": "profile", "name": "Other", "source": set})),
            ("source", 422, json!({"kind": "permission_set", "name": "Other", "source": "nothing"})),
        ] {
            let answer = make(body.clone()).await;
            assert_eq!((answer.problem().0, &answer.body["property"]), (status, &json!(property)), "{body}: {answer:?}");
        }

        let found = world.get(&admin, "/admin/crm/users?search=THE%20AGENT").await.good();
        let user = found["items"][0].clone();
        assert_eq!(
            (&user["login"], &user["active"], &user["profile"]["label"], &user["sets"]),
            (&json!("agent"), &json!(true), &json!("Standard User"), &json!([]))
        );
        let user = format!("/admin/crm/users/{}", user["id"].as_str().unwrap());
        let changed = world.put(&admin, &user, json!({"profile": desk})).await.good();
        assert_eq!(changed["profile"]["id"], desk);
        let until = "2026-03-02T11:00:00.000000Z";
        let assigned = world.put(&admin, &format!("{user}/sets/{set}"), json!({"until": null})).await.good();
        assert_eq!(assigned["sets"], json!([{"id": set, "label": "May delete", "until": null}]));
        let answer = world.put(&admin, &format!("{user}/sets/{set}"), json!({"until": "2001-01-01T00:00:00Z"})).await;
        assert_eq!((answer.problem().0, &answer.body["property"]), (422, &json!("until")));
        let later = format!("2099{}", &until[4..]);
        assert_eq!(world.put(&admin, &format!("{user}/sets/{set}"), json!({"until": later})).await.good()["sets"][0]["until"], later);
        for holder in [set, desk] {
            let found = world.get(&admin, &format!("/admin/crm/users?holder={holder}")).await.good();
            assert_eq!(found["items"].as_array().unwrap().len(), 1);
            assert_eq!(world.delete(&admin, &format!("/admin/crm/rights/{holder}")).await.problem(), (409, "in_use".into()));
        }

        // What the set gives counts beside the profile, and no longer when it is taken.
        let all = json!({"read": true, "create": true, "edit": true, "delete": true, "view_all": true, "modify_all": true});
        world.put(&admin, &format!("/admin/crm/rights/{set}/objects/Lead"), all).await.good();
        let schema = world.records.schema(world.demo.workspace).await.unwrap();
        let deletes = async || {
            let caller = world.records.caller(world.demo.workspace, world.agent()).await.unwrap();
            caller.rights.deletes(schema.object("Lead").unwrap())
        };
        assert!(deletes().await);
        assert_eq!(world.delete(&admin, &format!("{user}/sets/{set}")).await.good()["sets"], json!([]));
        assert!(!deletes().await);
        assert_eq!(world.delete(&admin, &format!("{user}/sets/{set}")).await.problem().0, 404);
        world.put(&admin, &user, json!({"profile": standard})).await.good();
        for holder in [set, desk] {
            assert_eq!(world.delete(&admin, &format!("/admin/crm/rights/{holder}")).await.status, 204);
        }
        assert_eq!(world.delete(&admin, &format!("/admin/crm/rights/{standard}")).await.problem(), (403, "not_permitted".into()));
        let answer = world.put(&admin, &user, json!({"profile": set})).await;
        assert_eq!((answer.problem().0, &answer.body["property"]), (422, &json!("profile")));

        // By pages, and never without an administrator.
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = world.get(&admin, &format!("/admin/crm/users?limit=1{cursor}")).await.good();
            seen.extend(page["items"].as_array().unwrap().iter().map(|one| one["login"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, ["admin", "agent", "supervisor"]);
        assert_eq!(world.get(&admin, "/admin/crm/users?cursor=nothing").await.problem(), (400, "invalid_parameter".into()));
        let own = world.get(&admin, "/admin/crm/users?search=the%20admin").await.good()["items"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(
            world.put(&admin, &format!("/admin/crm/users/{own}"), json!({"profile": standard})).await.problem(),
            (422, "invalid".into())
        );
        assert!(world.crm_audited(&own).await.is_empty(), "what was refused is no change");
    })
    .await;
}
