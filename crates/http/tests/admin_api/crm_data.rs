//! Records of the CRM inside the binary, as the console's data page asks for them.

use http::header;
use serde_json::{Value, json};

use crate::world::{Answer, World, on_both};

const CONTACTS: &str = "/crm/objects/Contact/records";

/// As it can stand in an address.
fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn fields(values: &[(&str, &str)]) -> Value {
    let values: Vec<_> = values.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    json!({"fields": values})
}

async fn contact(world: &World, token: &str, values: &[(&str, &str)]) -> Value {
    let answer = world.post(token, CONTACTS, fields(values)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

fn property(answer: &Answer) -> &str {
    answer.body["property"].as_str().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn records_are_described_listed_narrowed_and_read_page_by_page() {
    on_both(|world| async move {
        world.make_users().await;
        let admin = world.token("admin").await;
        let objects = world.get(&admin, "/crm/objects").await.good();
        let objects: Vec<_> = objects["items"].as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap()).collect();
        assert!(["Account", "Contact", "Case", "LiveChatTranscript", "User"].iter().all(|name| objects.contains(name)), "{objects:?}");
        assert!(["PermissionSet", "ContentDocumentLink"].iter().all(|name| !objects.contains(name)), "{objects:?}");
        let page = world.get(&admin, "/crm/objects/contact").await.good();
        assert_eq!((&page["name"], &page["name_field"], &page["can_edit"]), (&json!("Contact"), &json!("Name"), &json!(true)));
        let field = |name: &str| page["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap();
        assert_eq!(field("LastName")["required"], true);
        assert_eq!((&field("AccountId")["kind"], &field("AccountId")["refers_to"]), (&json!("reference"), &json!(["Account"])));
        assert_eq!((&field("CreatedDate")["kind"], &field("CreatedDate")["can_update"]), (&json!("date_time"), &json!(false)));

        let account = world.post(&admin, "/crm/objects/Account/records", fields(&[("Name", "Acme")])).await.good();
        for (name, email) in [("Ann", "ann@example.org"), ("Bob", "bob@example.org"), ("Zoë", ""), ("100% _", "")] {
            contact(&world, &admin, &[("LastName", name), ("Email", email), ("AccountId", account["id"].as_str().unwrap())]).await;
        }
        let first = world.get(&admin, &format!("{CONTACTS}?columns=Email,AccountId&sort=Name&limit=3")).await.good();
        assert_eq!((names(&first), &first["total"]), (vec!["100% _", "Ann", "Bob"], &json!(4)));
        assert_eq!(first["items"][1]["values"], json!({"Email": "ann@example.org", "AccountId": account["id"]}));
        assert_eq!(first["items"][1]["references"], json!({"AccountId": {"entity": "Account", "label": "Acme"}}));
        let cursor = first["next"].as_str().unwrap();
        let second = world.get(&admin, &format!("{CONTACTS}?columns=Email,AccountId&sort=Name&limit=3&cursor={cursor}")).await.good();
        assert_eq!((names(&second), &second["next"]), (vec!["Zoë"], &Value::Null));

        let found = async |filter: Value| {
            let answer = world.get(&admin, &format!("{CONTACTS}?sort=Name&filter={}", escaped(&filter.to_string()))).await;
            names(&answer.good()).join(", ")
        };
        let one = |is: &str, value: &str| json!({"conditions": [{"field": "Name", "is": is, "value": value}]});
        assert_eq!(found(one("equal", "ANN")).await, "Ann");
        assert_eq!(found(one("contains", "%")).await, "100% _");
        assert_eq!(found(one("not_equal", "ann")).await, "100% _, Bob, Zoë");
        let any = json!({"together": "any", "conditions": [
            {"field": "Name", "is": "one_of", "values": ["ann", "zoë"]}, {"field": "Email", "is": "starts_with", "value": "BOB@"}]});
        assert_eq!(found(any).await, "Ann, Bob, Zoë");
        let all = json!({"together": "all", "conditions": [{"field": "Email", "is": "empty"}, {"field": "CreatedDate", "is": "period", "value": "TODAY"}]});
        assert_eq!(found(all).await, "100% _, Zoë");
        assert_eq!(names(&world.get(&admin, &format!("{CONTACTS}?text=example.ORG&sort=-Name")).await.good()), ["Bob", "Ann"]);

        for (query, wrong) in [
            (format!("cursor={cursor}&sort=-Name"), "cursor"),
            ("cursor=x".to_owned(), "cursor"),
            ("limit=0".to_owned(), "limit"),
            ("limit=501".to_owned(), "limit"),
            ("columns=Name,Nothing__c".to_owned(), "columns"),
            ("sort=Nothing__c".to_owned(), "sort"),
            ("colour=red".to_owned(), ""),
            (format!("text={}", "x".repeat(201)), "text"),
            ("filter=x".to_owned(), "filter"),
            (format!("filter={}", escaped(r#"{"conditions": [{"field": "Name", "is": "like", "value": "secret"}]}"#)), "filter.conditions[0].is"),
            (format!("filter={}", escaped(r#"{"conditions": [{"field": "Nothing__c", "is": "empty"}]}"#)), "filter.conditions[0].field"),
            (format!("filter={}", escaped(r#"{"conditions": [{"field": "Birthdate", "is": "equal", "value": "secret"}]}"#)), "filter.conditions[0].value"),
        ] {
            let answer = world.get(&admin, &format!("{CONTACTS}?{query}")).await;
            assert_eq!((answer.problem(), property(&answer)), ((400, "invalid_parameter".to_owned()), wrong), "{query}");
            assert!(!answer.body.to_string().contains("secret"), "{answer:?}");
        }
        for object in ["Nothing__c", "PermissionSet", "Contact%27", "ContentDocumentLink"] {
            assert_eq!(world.get(&admin, &format!("/crm/objects/{object}/records")).await.problem(), (404, "not_found".to_owned()));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_made_once_changed_by_who_saw_it_deleted_and_taken_back() {
    on_both(|world| async move {
        world.make_users().await;
        let admin = world.token("admin").await;
        let body = fields(&[("LastName", "Lovelace"), ("Birthdate", "1815-12-10"), ("Email", "ada@example.org")]);
        let made = world.send(http::Method::POST, CONTACTS, &admin, "ada", Some(body.clone())).await;
        let again = world.send(http::Method::POST, CONTACTS, &admin, "ada", Some(body)).await;
        assert_eq!((made.status.as_u16(), &made.body), (201, &again.body));
        assert_eq!(world.get(&admin, CONTACTS).await.good()["total"], 1);
        let id = made.body["id"].as_str().unwrap();
        let row = world.get(&admin, &format!("{CONTACTS}/{id}")).await.good();
        assert_eq!(row["values"]["Birthdate"], "1815-12-10");
        assert_eq!((&row["name"], &row["can_edit"], &row["deleted"]), (&json!("Lovelace"), &json!(true), &json!(false)));

        let wrong = world.post(&admin, CONTACTS, fields(&[("Birthdate", "soon"), ("Nothing__c", "x")])).await;
        assert_eq!((wrong.problem(), property(&wrong)), ((422, "invalid".to_owned()), "fields.Birthdate"));
        let reasons: Vec<_> = wrong.body["reasons"].as_array().unwrap().iter().map(|reason| (&reason["field"], &reason["kind"])).collect();
        assert_eq!(reasons, [(&json!("Birthdate"), &json!("not_a_date")), (&json!("Nothing__c"), &json!("unknown_field"))]);
        let missing = world.post(&admin, CONTACTS, fields(&[("FirstName", "Ada")])).await;
        assert_eq!((missing.problem(), property(&missing)), ((422, "invalid".to_owned()), "fields.LastName"));

        world.clock.advance(std::time::Duration::from_secs(1));
        let change = |name: &str| json!({"fields": [{"name": "FirstName", "value": name}, {"name": "Email", "value": null}], "changed_at": row["changed_at"]});
        let changed = world.patch(&admin, &format!("{CONTACTS}/{id}"), change("Ada")).await.good();
        assert_eq!((&changed["name"], &changed["values"]["Email"]), (&json!("Ada Lovelace"), &Value::Null));
        let late = world.patch(&admin, &format!("{CONTACTS}/{id}"), change("Late")).await;
        assert_eq!(late.problem(), (409, "wrong_state".to_owned()));
        let wrong = world.patch(&admin, &format!("{CONTACTS}/{id}"), fields(&[("CreatedDate", "2020-01-01T00:00:00Z")])).await;
        assert_eq!((wrong.problem(), property(&wrong)), ((422, "invalid".to_owned()), "fields.CreatedDate"));

        assert_eq!(world.delete(&admin, &format!("{CONTACTS}/{id}")).await.status, 204);
        assert_eq!(world.get(&admin, CONTACTS).await.good()["total"], 0);
        let bin = world.get(&admin, &format!("{CONTACTS}?deleted=true")).await.good();
        assert_eq!((names(&bin), &bin["items"][0]["deleted"]), (vec!["Ada Lovelace"], &json!(true)));
        assert_eq!(world.delete(&admin, &format!("{CONTACTS}/{id}")).await.problem(), (404, "not_found".to_owned()));
        let back = world.post(&admin, &format!("{CONTACTS}/{id}/restore"), json!({})).await.good();
        assert_eq!(back["deleted"], false);
        assert_eq!(world.post(&admin, &format!("{CONTACTS}/{id}/restore"), json!({})).await.problem(), (409, "wrong_state".to_owned()));
        for path in ["/crm/objects/Contact/records/x", &format!("/crm/objects/Account/records/{id}"), "/crm/objects/Contact/records/003000000000001"] {
            assert_eq!(world.get(&admin, path).await.problem(), (404, "not_found".to_owned()), "{path}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_saved_as_a_file_that_runs_nothing() {
    on_both(|world| async move {
        world.make_users().await;
        let admin = world.token("admin").await;
        let account = world.post(&admin, "/crm/objects/Account/records", fields(&[("Name", "=1+1")])).await.good();
        let account = account["id"].as_str().unwrap();
        let made = contact(&world, &admin, &[("LastName", "@SUM(A1), \"x\""), ("AccountId", account), ("Phone", "+49 30 123")]).await;
        let id = made["id"].as_str().unwrap();
        let answer = world.get(&admin, "/crm/objects/contact/export?columns=Name,AccountId,Phone&sort=Name").await;
        assert_eq!(answer.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8; header=present");
        assert_eq!(answer.headers[header::CONTENT_DISPOSITION], "attachment; filename=\"Contact.csv\"");
        assert_eq!(
            answer.body,
            format!("Id,Name,AccountId,Account.Name,Phone\n{id},\"'@SUM(A1), \"\"x\"\"\",{account},'=1+1,+49 30 123\n")
        );
        let answer = world.get(&admin, "/crm/objects/Contact/export?columns=Name&format=json").await;
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
        assert_eq!(answer.body, json!([{"Id": id, "Name": "@SUM(A1), \"x\""}]));
        for (query, wrong) in
            [("columns=Nothing__c", "columns"), ("format=xlsx", ""), ("filter=%7B", "filter"), ("sort=x", "sort"), ("cursor=x", "")]
        {
            let answer = world.get(&admin, &format!("/crm/objects/Contact/export?{query}")).await;
            assert_eq!((answer.problem(), property(&answer)), ((400, "invalid_parameter".to_owned()), wrong), "{query}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn agents_have_the_rights_of_their_users_and_no_others() {
    on_both(|world| async move {
        // Nobody is a user yet.
        let [admin, agent] = [world.token("admin").await, world.token("agent").await];
        assert_eq!(world.get(&agent, "/crm/objects").await.problem(), (403, "not_permitted".to_owned()));
        world.make_users().await;
        let user = world.get(&admin, "/crm/objects/User/records?text=The%20agent").await.good();
        let user = user["items"][0]["id"].as_str().unwrap();
        let mut objects = Vec::new();
        for token in [&admin, &agent] {
            let seen = world.get(token, "/crm/objects").await.good();
            objects.push(seen["items"].as_array().unwrap().len());
            // Users are what agents are: nobody makes one here.
            let made = world.post(token, "/crm/objects/User/records", fields(&[("LastName", "x")])).await;
            assert_eq!(made.problem(), (403, "not_permitted".to_owned()));
            let changed = world.patch(token, &format!("/crm/objects/User/records/{user}"), fields(&[("LastName", "x")])).await;
            assert_eq!(changed.problem(), (403, "not_permitted".to_owned()));
            assert_eq!(
                world.delete(token, &format!("/crm/objects/User/records/{user}")).await.problem(),
                (403, "not_permitted".to_owned())
            );
        }
        assert!(objects[0] >= objects[1] && objects[1] > 0);
        let made = contact(&world, &agent, &[("LastName", "Hers")]).await;
        assert_eq!(made["references"]["OwnerId"], json!({"entity": "User", "label": "The agent"}));
    })
    .await;
}
