//! Records of the data API: one by one, by a key, many at once, and requests in requests.

use std::{io::Write as _, sync::Arc};

use flate2::{Compression, write::GzEncoder};
use http::{Method, header};
use serde_json::{Value, json};

use crate::world::{World, on_both};

const ROOT: &str = "/services/data/v66.0";

/// A caller of the data API, as the admin.
struct Api {
    world: Arc<World>,
    token: String,
}

/// Status and body.
type Told = (u16, Value);

impl Api {
    async fn of(world: Arc<World>) -> Self {
        let token = world.admins_token().await;
        Self { world, token }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> crate::world::Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend(headers);
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
            all.push(("content-type", "application/json"));
        }
        self.world.send_bytes(method, path, &all, body).await
    }

    /// Below version 66.
    async fn ask(&self, method: Method, path: &str, body: Value) -> Told {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let answer = self.send(method, &format!("{ROOT}{path}"), &[], body.as_bytes()).await;
        (answer.status.as_u16(), if answer.text.is_empty() { Value::Null } else { answer.json() })
    }

    async fn get(&self, path: &str) -> Told {
        self.ask(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Told {
        self.ask(Method::POST, path, body).await
    }

    async fn patch(&self, path: &str, body: Value) -> Told {
        self.ask(Method::PATCH, path, body).await
    }

    async fn delete(&self, path: &str) -> Told {
        self.ask(Method::DELETE, path, Value::Null).await
    }

    /// A record that is expected to be made.
    #[track_caller]
    fn made((status, body): Told) -> String {
        assert_eq!((status, &body["success"], &body["errors"]), (201, &json!(true), &json!([])), "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    async fn contact(&self, name: &str, email: &str) -> String {
        Self::made(self.post("/sobjects/Contact", json!({"LastName": name, "Email": email})).await)
    }

    async fn count(&self, condition: &str) -> Value {
        let soql = format!("SELECT COUNT() FROM Contact WHERE {condition}");
        let (status, body) = self.get(&format!("/query?q={}", encoded(&soql))).await;
        assert_eq!(status, 200, "{body}");
        body["totalSize"].clone()
    }
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The status and the code of a refusal.
#[track_caller]
fn code((status, body): Told) -> (u16, String) {
    (status, body[0]["errorCode"].as_str().unwrap_or_else(|| unreachable!("{body}")).to_owned())
}

fn is(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn a_record_is_made_read_changed_and_deleted() {
    on_both(|world| async move {
        let api = Api::of(world).await;
        let made = api.send(Method::POST, &format!("{ROOT}/sobjects/account/"), &[], br#"{"name":"Acme"}"#).await;
        let id = Api::made((made.status.as_u16(), made.json()));
        assert_eq!(made.headers[header::LOCATION], format!("{ROOT}/sobjects/Account/{id}"));
        assert!(made.headers["sforce-limit-info"].to_str().unwrap().starts_with("api-usage="), "{made:?}");
        assert_eq!(made.headers[header::CACHE_CONTROL], "no-cache,must-revalidate,max-age=0,no-store,private");

        let row = format!("/sobjects/Account/{id}");
        let (status, read) = api.get(&row).await;
        assert_eq!((status, &read["Name"], &read["attributes"]["type"]), (200, &json!("Acme"), &json!("Account")));
        assert_eq!(read["attributes"]["url"], json!(format!("{ROOT}{row}")));
        let (_, some) = api.get(&format!("/sobjects/Account/{}?fields=name,%20Industry", &id[..15])).await;
        assert_eq!((&some["Name"], &some["Industry"], &some["Id"], some.get("Phone")), (&json!("Acme"), &Value::Null, &json!(id), None));

        assert_eq!(api.patch(&row, json!({"Name": "Acme Ltd", "Phone": "1"})).await, (204, Value::Null));
        let overridden = api.post(&format!("{row}?_HttpMethod=PATCH"), json!({"Phone": null})).await;
        assert_eq!(overridden, (204, Value::Null));
        let (_, read) = api.get(&row).await;
        assert_eq!((&read["Name"], &read["Phone"]), (&json!("Acme Ltd"), &Value::Null));

        assert_eq!(api.delete(&row).await, (204, Value::Null));
        assert_eq!(api.get(&row).await.0, 404);
        assert_eq!(code(api.delete(&row).await), is(404, "ENTITY_IS_DELETED"));
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_the_vendors_codes() {
    on_both(|world| async move {
        let api = Api::of(world).await;
        let id = api.contact("Doe", "doe@example.com").await;
        let contact = format!("/sobjects/Contact/{id}");
        assert_eq!(code(api.post("/sobjects/Contact", json!({"FirstName": "Jo"})).await), is(400, "REQUIRED_FIELD_MISSING"));
        assert_eq!(code(api.post("/sobjects/Contact", json!({"LastName": "x", "Nothing": 1})).await), is(400, "INVALID_FIELD"));
        assert_eq!(code(api.patch(&contact, json!({"Email": "no address"})).await), is(400, "INVALID_EMAIL_ADDRESS"));
        assert_eq!(code(api.patch(&contact, json!({"LastName": "x".repeat(81)})).await), is(400, "STRING_TOO_LONG"));
        assert_eq!(code(api.get("/sobjects/Nothing/003000000000001").await), is(404, "NOT_FOUND"));
        assert_eq!(code(api.get(&format!("/sobjects/Account/{id}")).await), is(400, "MALFORMED_ID"));
        assert_eq!(code(api.get("/sobjects/Contact/none").await), is(400, "MALFORMED_ID"));
        assert_eq!(code(api.get("/sobjects/Contact/Nothing__c/1").await), is(404, "NOT_FOUND"));
        let there_is_none = format!("/sobjects/Contact/{}zzzz", &id[..11]);
        assert_eq!(code(api.get(&there_is_none).await), is(404, "NOT_FOUND"));
        assert_eq!(code(api.get(&format!("{contact}?fields=Nothing")).await), is(400, "INVALID_FIELD"));

        let wrong = api.send(Method::PUT, &format!("{ROOT}{contact}"), &[], b"{}").await;
        assert_eq!(code((wrong.status.as_u16(), wrong.json())), is(405, "METHOD_NOT_ALLOWED"));
        assert_eq!(wrong.headers[header::ALLOW], "GET, HEAD, PATCH, DELETE");
        assert_eq!(code(api.get("//sobjects").await), is(404, "NOT_FOUND"));
        assert_eq!(code(api.get("/nothing").await), is(404, "NOT_FOUND"));
        for unavailable in ["/search?q=FIND", "/jobs/ingest", "/tooling/query", "/recent", "/sobjects/Contact/describe/layouts"] {
            assert_eq!(code(api.get(unavailable).await), is(403, "FUNCTIONALITY_NOT_ENABLED"), "{unavailable}");
        }
        let old = api.send(Method::GET, "/services/data/v30.0/sobjects", &[], b"").await;
        assert_eq!(code((old.status.as_u16(), old.json())), is(410, "UNSUPPORTED_API_VERSION"));
        assert_eq!(api.count("LastName = 'x'").await, json!(0));
    })
    .await;
}

#[tokio::test]
async fn a_record_is_found_made_and_changed_by_a_key() {
    on_both(|world| async move {
        let api = Api::of(world).await;
        let key = "/sobjects/Contact/email/a%40example.com";
        let (status, made) = api.patch(key, json!({"LastName": "Ada"})).await;
        assert_eq!((status, &made["created"]), (201, &json!(true)), "{made}");
        let (status, again) = api.patch(key, json!({"Title": "Dr."})).await;
        assert_eq!((status, &again["created"], &again["id"]), (200, &json!(false), &made["id"]));
        let old = api.send(Method::PATCH, &format!("/services/data/v45.0{key}"), &[], br#"{"Title":"Prof."}"#).await;
        assert_eq!((old.status.as_u16(), old.text.as_str()), (204, ""));
        let (_, read) = api.get(key).await;
        assert_eq!((&read["Title"], &read["Id"]), (&json!("Prof."), &made["id"]));
        assert_eq!(api.ask(Method::HEAD, key, Value::Null).await.0, 200);

        let missing = "/sobjects/Contact/Email/b%40example.com";
        assert_eq!(api.patch(&format!("{missing}?updateOnly=true"), json!({"LastName": "Bea"})).await.0, 404);
        assert_eq!(api.get(missing).await.0, 404);
        assert_eq!(code(api.patch("/sobjects/Contact/LastName/x", json!({})).await), is(404, "NOT_FOUND"), "that is no key");

        let twin = api.contact("Twin", "a@example.com").await;
        let (status, both) = api.patch(key, json!({"Title": "?"})).await;
        let urls: Vec<Value> = vec![
            json!(format!("{ROOT}/sobjects/Contact/{}", made["id"].as_str().unwrap())),
            json!(format!("{ROOT}/sobjects/Contact/{twin}")),
        ];
        assert_eq!((status, both), (300, json!(urls)));
        assert_eq!(api.get(key).await.0, 300);
        assert_eq!(api.delete(&format!("/sobjects/Contact/{twin}")).await.0, 204);
        assert_eq!(api.delete(key).await.0, 204);
        assert_eq!(api.count("Email = 'a@example.com'").await, json!(0));
        Api::made(api.post("/sobjects/Contact/Id", json!({"LastName": "By no key"})).await);
    })
    .await;
}

#[tokio::test]
async fn parents_and_children_are_reached_from_a_record() {
    on_both(|world| async move {
        let api = Api::of(world).await;
        let account = Api::made(api.post("/sobjects/Account", json!({"Name": "Acme"})).await);
        let contact = Api::made(api.post("/sobjects/Contact", json!({"LastName": "Doe", "AccountId": account})).await);
        let alone = api.contact("Alone", "alone@example.com").await;
        let (status, parent) = api.get(&format!("/sobjects/Contact/{contact}/Account?fields=Name")).await;
        assert_eq!((status, &parent["Name"], &parent["attributes"]["type"]), (200, &json!("Acme"), &json!("Account")));
        assert_eq!(api.get(&format!("/sobjects/Contact/{contact}/Owner")).await.1["attributes"]["type"], "User");
        assert_eq!(api.get(&format!("/sobjects/Contact/{alone}/Account")).await.0, 404, "an empty look-up");
        let (status, children) = api.get(&format!("/sobjects/Account/{account}/contacts?fields=LastName")).await;
        assert_eq!((status, &children["totalSize"], &children["records"][0]["LastName"]), (200, &json!(1), &json!("Doe")));
        assert_eq!(api.get(&format!("/sobjects/Account/{account}/Cases")).await.1["records"], json!([]));
        assert_eq!(api.get(&format!("/sobjects/Account/{account}/Nothing")).await.0, 404);
        assert_eq!(code(api.get(&format!("/sobjects/Account/{account}/Contacts?fields=Nothing")).await), is(400, "INVALID_FIELD"));
    })
    .await;
}

#[tokio::test]
async fn many_records_are_made_changed_read_and_deleted_at_once() {
    on_both(|world| async move {
        let api = Api::of(world).await;
        let row = |name: &str| json!({"attributes": {"type": "Contact"}, "LastName": name, "Email": format!("{name}@example.com")});
        let (status, mixed) =
            api.post("/composite/sobjects", json!({"records": [row("one"), {"attributes": {"type": "contact"}}, row("two")]})).await;
        assert_eq!(status, 200);
        assert_eq!(
            mixed[1],
            json!({"success": false, "errors": [{"statusCode": "REQUIRED_FIELD_MISSING",
            "message": "Required fields are missing: [LastName]", "fields": ["LastName"]}]})
        );
        let ids: Vec<&str> = [0, 2].iter().map(|place| mixed[place]["id"].as_str().unwrap()).collect();

        let (_, undone) = api
            .post("/composite/sobjects", json!({"allOrNone": true, "records": [row("three"), {"attributes": {"type": "Contact"}}]}))
            .await;
        assert_eq!(undone[0]["errors"][0]["statusCode"], "ALL_OR_NONE_OPERATION_ROLLED_BACK");
        assert_eq!(api.count("LastName = 'three'").await, json!(0));

        let change = |id: &str, title: &str| json!({"attributes": {"type": "Contact"}, "id": id, "Title": title});
        let (_, changed) = api
            .patch(
                "/composite/sobjects",
                json!({"records": [change(ids[0], "Dr."), change("none", "x"), {"attributes": {"type": "Contact"}}]}),
            )
            .await;
        assert_eq!(changed[0], json!({"id": ids[0], "success": true, "errors": []}));
        assert_eq!(
            (&changed[1]["errors"][0]["statusCode"], &changed[2]["errors"][0]["statusCode"]),
            (&json!("MALFORMED_ID"), &json!("INVALID_ID_FIELD"))
        );

        let (status, upserted) = api.patch("/composite/sobjects/Contact/Email", json!({"records": [row("two"), row("four")]})).await;
        assert_eq!(
            (status, &upserted[0]["created"], &upserted[1]["created"], &upserted[0]["id"]),
            (200, &json!(false), &json!(true), &json!(ids[1]))
        );

        let listed = ids.join(",");
        let (_, read) = api.get(&format!("/composite/sobjects/Contact?ids={listed},003000000000999,nonsense&fields=LastName,Title")).await;
        assert_eq!(
            (&read[0]["Title"], &read[1]["LastName"], &read[2], &read[3]),
            (&json!("Dr."), &json!("two"), &Value::Null, &Value::Null)
        );
        let (_, posted) = api.post("/composite/sobjects/Contact", json!({"ids": ids, "fields": ["LastName"]})).await;
        assert_eq!(posted[0]["LastName"], "one");

        let (_, gone) = api.delete(&format!("/composite/sobjects?ids={listed}&allOrNone=true")).await;
        assert_eq!(gone, json!([{"id": ids[0], "success": true, "errors": []}, {"id": ids[1], "success": true, "errors": []}]));
        let many: Vec<Value> = (0..201).map(|_| row("many")).collect();
        assert_eq!(code(api.post("/composite/sobjects", json!({"records": many})).await), is(400, "LIMIT_EXCEEDED"));
        assert_eq!(api.count("LastName = 'many'").await, json!(0));
    })
    .await;
}

#[tokio::test]
async fn requests_in_requests_hold_together_or_do_not() {
    on_both(|world| async move {
        let api = Api::of(world).await;
        let sub = |method: &str, path: &str, name: &str, body: Value| json!({"method": method, "url": format!("{ROOT}{path}"), "referenceId": name, "body": body});
        let (status, answer) = api.post("/composite", json!({"allOrNone": true, "compositeRequest": [
            sub("POST", "/sobjects/Account", "account", json!({"Name": "Acme"})),
            sub("POST", "/sobjects/Contact", "who", json!({"LastName": "Of @{account.id}", "AccountId": "@{account.id}", "Email": "who@example.com"})),
            sub("PATCH", "/sobjects/Contact/Email/who@example.com", "again", json!({"Title": "Dr."})),
            sub("GET", "/sobjects/Contact/@{who.id}?fields=Title,AccountId", "read", Value::Null),
            sub("GET", "/query?q=SELECT Id, (SELECT Title FROM Contacts) FROM Account WHERE Id = '@{account.id}'", "all", Value::Null),
            sub("DELETE", "/sobjects/Account/@{account.id}", "gone", Value::Null),
        ]})).await;
        let answers = answer["compositeResponse"].as_array().unwrap();
        let statuses: Vec<&Value> = answers.iter().map(|answer| &answer["httpStatusCode"]).collect();
        assert_eq!((status, json!(statuses)), (200, json!([201, 201, 200, 200, 200, 204])), "{answer}");
        assert!(answers[0]["httpHeaders"]["Location"].as_str().unwrap().starts_with(&format!("{ROOT}/sobjects/Account/001")));
        assert_eq!((&answers[3]["body"]["Title"], &answers[3]["body"]["AccountId"]), (&json!("Dr."), &answers[0]["body"]["id"]));
        assert_eq!(answers[4]["body"]["records"][0]["Contacts"]["records"][0]["Title"], "Dr.");
        assert_eq!(answers[5], json!({"body": null, "httpHeaders": {}, "httpStatusCode": 204, "referenceId": "gone"}));

        let failing = |all: bool| json!({"allOrNone": all, "compositeRequest": [
            sub("POST", "/sobjects/Contact", "good", json!({"LastName": "Good"})),
            sub("POST", "/sobjects/Contact", "bad", json!({})),
            sub("POST", "/sobjects/Contact", "late", json!({"LastName": "@{bad.id}"})),
        ]});
        let (_, halted) = api.post("/composite", failing(true)).await;
        let codes: Vec<&Value> = halted["compositeResponse"].as_array().unwrap().iter().map(|answer| &answer["body"][0]["errorCode"]).collect();
        assert_eq!(json!(codes), json!(["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING", "PROCESSING_HALTED"]));
        assert_eq!(api.count("LastName = 'Good'").await, json!(0));
        let (_, apart) = api.post("/composite", failing(false)).await;
        let statuses: Vec<&Value> = apart["compositeResponse"].as_array().unwrap().iter().map(|answer| &answer["httpStatusCode"]).collect();
        assert_eq!(json!(statuses), json!([201, 400, 400]), "{apart}");
        assert_eq!(api.count("LastName = 'Good'").await, json!(1));

        // An inner collection counts as one that failed if any row of it was refused.
        let (_, inner) = api.post("/composite", json!({"allOrNone": true, "compositeRequest": [
            sub("POST", "/sobjects/Contact", "first", json!({"LastName": "First"})),
            sub("POST", "/composite/sobjects", "rows", json!({"records": [{"attributes": {"type": "Contact"}, "LastName": "Row"}, {"attributes": {"type": "Contact"}}]})),
        ]})).await;
        assert_eq!(inner["compositeResponse"][0]["body"][0]["errorCode"], "PROCESSING_HALTED");
        assert_eq!(inner["compositeResponse"][1]["body"][1]["errors"][0]["statusCode"], "REQUIRED_FIELD_MISSING");
        assert_eq!(api.count("LastName IN ('First', 'Row')").await, json!(0));

        let part = |method: &str, path: &str| json!({"method": method, "url": format!("v66.0{path}")});
        let (_, batch) = api.post("/composite/batch", json!({"haltOnError": true, "batchRequests": [
            part("GET", "/limits"), part("GET", "/sobjects/Nothing"), part("GET", "/limits"),
        ]})).await;
        let statuses: Vec<&Value> = batch["results"].as_array().unwrap().iter().map(|result| &result["statusCode"]).collect();
        assert_eq!((json!(statuses), &batch["hasErrors"]), (json!([200, 404, 412]), &json!(true)));

        let (_, graphs) = api.post("/composite/graph", json!({"graphs": [
            {"graphId": "1", "compositeRequest": [sub("POST", "/sobjects/Contact", "a", json!({"LastName": "Graph"})), sub("PATCH", "/sobjects/Contact/@{a.id}", "b", json!({"Title": "x"}))]},
            {"graphId": "2", "compositeRequest": [sub("POST", "/sobjects/Contact", "a", json!({"LastName": "Felled"})), sub("POST", "/sobjects/Contact", "b", json!({}))]},
        ]})).await;
        assert_eq!((&graphs["graphs"][0]["isSuccessful"], &graphs["graphs"][1]["isSuccessful"]), (&json!(true), &json!(false)), "{graphs}");
        assert_eq!((api.count("LastName = 'Graph' AND Title = 'x'").await, api.count("LastName = 'Felled'").await), (json!(1), json!(0)));

        let (status, tree) = api.post("/composite/tree/Account", json!({"records": [{"attributes": {"type": "Account", "referenceId": "a"}, "Name": "Tree",
            "Contacts": {"records": [{"attributes": {"type": "Contact", "referenceId": "c"}, "LastName": "Leaf"}]}}]})).await;
        assert_eq!((status, &tree["hasErrors"], tree["results"].as_array().unwrap().len()), (201, &json!(false), 2), "{tree}");
        assert_eq!(api.count("Account.Name = 'Tree' AND LastName = 'Leaf'").await, json!(1));
        let (status, felled) = api.post("/composite/tree/Account", json!({"records": [{"attributes": {"type": "Account", "referenceId": "a"}, "Name": "Felled",
            "Contacts": {"records": [{"attributes": {"type": "Contact", "referenceId": "c"}}]}}]})).await;
        assert_eq!((status, &felled["results"][0]["referenceId"]), (400, &json!("c")), "{felled}");
        assert_eq!(api.get(&format!("/query?q={}", encoded("SELECT Id FROM Account WHERE Name = 'Felled'"))).await.1["totalSize"], 0);
    })
    .await;
}

#[tokio::test]
async fn a_reader_who_knows_it_and_a_writer_who_does_not_are_told() {
    on_both(|world| async move {
        let api = Api::of(world).await;
        let id = Api::made(api.post("/sobjects/Account", json!({"Name": "Acme"})).await);
        let row = format!("{ROOT}/sobjects/Account/{id}");
        let read = api.send(Method::GET, &row, &[], b"").await;
        let (tag, date) = (read.headers[header::ETAG].to_str().unwrap(), read.headers[header::LAST_MODIFIED].to_str().unwrap());
        let with = |name: &'static str, value: &str| {
            let value = value.to_owned();
            let (api, row) = (&api, &row);
            async move { api.send(Method::GET, row, &[(name, &value)], b"").await.status.as_u16() }
        };
        assert_eq!(with("if-none-match", tag).await, 304);
        assert_eq!(with("if-none-match", "\"other\"").await, 200);
        assert_eq!(with("if-modified-since", date).await, 304);
        assert_eq!(with("if-modified-since", "Thu, 01 Jan 1970 00:00:00 GMT").await, 200);
        let change = |headers: Vec<(&'static str, String)>| {
            let (api, row) = (&api, &row);
            async move {
                let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let answer = api.send(Method::PATCH, row, &headers, br#"{"Phone":"1"}"#).await;
                answer.status.as_u16()
            }
        };
        assert_eq!(change(vec![("if-unmodified-since", "Thu, 01 Jan 1970 00:00:00 GMT".into())]).await, 412);
        assert_eq!(change(vec![("if-match", "\"other\"".into())]).await, 412);
        assert_eq!(change(vec![("if-match", tag.into()), ("if-unmodified-since", date.into())]).await, 204);
        assert_eq!(change(vec![("if-match", tag.into())]).await, 412, "it is another now");

        for path in ["/sobjects", "/sobjects/Account/describe"] {
            let told = api.send(Method::GET, &format!("{ROOT}{path}"), &[], b"").await;
            assert_eq!(told.status.as_u16(), 200);
            let date = told.headers[header::LAST_MODIFIED].to_str().unwrap();
            let again = api.send(Method::GET, &format!("{ROOT}{path}"), &[("if-modified-since", date)], b"").await;
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn queries_have_pages_and_what_there_is_is_told() {
    on_both(|world| async move {
        let api = Api::of(world.clone()).await;
        let rows: Vec<Value> = (0..200).map(|n| json!({"attributes": {"type": "Contact"}, "LastName": format!("Row {n:03}")})).collect();
        for _ in 0..2 {
            assert_eq!(api.post("/composite/sobjects", json!({"records": rows})).await.0, 200);
        }
        let soql = encoded("SELECT LastName FROM Contact WHERE LastName LIKE 'Row%' ORDER BY LastName, Id");
        let first = api
            .send(
                Method::GET,
                &format!("{ROOT}/query?q={soql}"),
                &[("sforce-query-options", "batchSize=200"), ("accept-encoding", "gzip")],
                b"",
            )
            .await;
        assert_eq!(first.headers[header::CONTENT_ENCODING], "gzip");
        let first = first.json();
        assert_eq!((&first["totalSize"], &first["done"], first["records"].as_array().unwrap().len()), (&json!(400), &json!(false), 200));
        let next = first["nextRecordsUrl"].as_str().unwrap();
        let second = api.send(Method::GET, next, &[], b"").await.json();
        assert_eq!((&second["done"], second["records"].as_array().unwrap().len()), (&json!(true), 200));
        assert_eq!(second["records"][199]["LastName"], "Row 199");
        assert_eq!(code(api.get("/query/01g000000000001AAA-200").await), is(400, "INVALID_QUERY_LOCATOR"));
        assert_eq!(code(api.get("/query/nonsense").await), is(400, "INVALID_QUERY_LOCATOR"));

        let id = api.contact("Deleted", "deleted@example.com").await;
        api.delete(&format!("/sobjects/Contact/{id}")).await;
        let deleted = encoded("SELECT Id, IsDeleted FROM Contact WHERE LastName = 'Deleted'");
        assert_eq!(api.get(&format!("/query?q={deleted}")).await.1["totalSize"], 0);
        assert_eq!(api.get(&format!("/queryAll?q={deleted}")).await.1["records"][0]["IsDeleted"], true);

        let versions = world.send(Method::GET, "/services/data/", &[], "").await.json();
        assert_eq!(versions[0], json!({"label": "Summer '14", "url": "/services/data/v31.0", "version": "31.0"}));
        let (_, resources) = api.get("").await;
        assert_eq!(resources["sobjects"], format!("{ROOT}/sobjects"));
        assert!(resources["identity"].as_str().unwrap().contains("/id/00D"));
        let (_, global) = api.get("/sobjects").await;
        let names: Vec<&str> = global["sobjects"].as_array().unwrap().iter().map(|object| object["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"Contact") && names.contains(&"LiveChatTranscript"), "{names:?}");
        assert_eq!(api.get("/sobjects/contact").await.1["objectDescribe"]["keyPrefix"], "003");
        let (_, described) = api.get("/sobjects/CONTACT/describe").await;
        assert_eq!(described["name"], "Contact");
        assert!(described["fields"].as_array().unwrap().iter().any(|field| field["name"] == "Email" && field["type"] == "email"));
        let (_, limits) = api.get("/limits").await;
        assert!(limits["DailyApiRequests"]["Remaining"].as_u64() < limits["DailyApiRequests"]["Max"].as_u64());
        assert_eq!(
            api.get("/limits/recordCount?sObjects=contact,Nothing").await.1,
            json!({"sObjects": [{"count": 400, "name": "Contact"}]})
        );
    })
    .await;
}

#[tokio::test]
async fn bytes_come_beside_a_record_or_in_it() {
    on_both(|world| async move {
        let api = Api::of(world).await;
        let account = Api::made(api.post("/sobjects/Account", json!({"Name": "Acme"})).await);
        let form = |record: &Value, field: &str, bytes: &[u8]| {
            let mut body = Vec::new();
            write!(body, "--b\r\nContent-Disposition: form-data; name=\"entity\"\r\nContent-Type: application/json\r\n\r\n{record}\r\n")
                .unwrap();
            write!(body, "--b\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"a.txt\"\r\n\r\n").unwrap();
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n--b--\r\n");
            body
        };
        let multipart = [("content-type", "multipart/form-data; boundary=b")];
        let bytes: Vec<u8> = (0..700_000_u32).map(|n| n.to_le_bytes()[0]).filter(|byte| byte.is_ascii()).collect();
        let record = json!({"Title": "a", "PathOnClient": "a.txt", "FirstPublishLocationId": account});
        let versions = format!("{ROOT}/sobjects/ContentVersion");
        let made = api.send(Method::POST, &versions, &multipart, &form(&record, "VersionData", &bytes)).await;
        let id = Api::made((made.status.as_u16(), made.json()));
        let data = api.send(Method::GET, &format!("{versions}/{id}/VersionData"), &[], b"").await;
        assert_eq!((data.status.as_u16(), data.header(header::CONTENT_TYPE)), (200, "application/octetstream"));
        assert!(data.text.as_bytes() == bytes);
        let (_, read) = api.get(&format!("/sobjects/ContentVersion/{id}")).await;
        assert_eq!((&read["ContentSize"], &read["FileExtension"]), (&json!(bytes.len()), &json!("txt")));
        assert_eq!(read["VersionData"], format!("{versions}/{id}/VersionData"));

        let small = Api::made(api.post("/sobjects/ContentVersion", json!({"PathOnClient": "b.txt", "VersionData": "c21hbGw="})).await);
        assert_eq!(api.send(Method::GET, &format!("{versions}/{small}/VersionData"), &[], b"").await.text, "small");
        let (_, nested) = api
            .post(
                "/composite",
                json!({"compositeRequest": [{"method": "GET", "url": format!("{versions}/{small}/VersionData"), "referenceId": "x"}]}),
            )
            .await;
        assert_eq!(nested["compositeResponse"][0]["httpStatusCode"], 400);
        assert_eq!(code(api.post("/sobjects/ContentVersion", json!({"PathOnClient": "c", "VersionData": "no base64!"})).await).0, 400);

        let refused = |body: Vec<u8>| {
            let (api, versions, multipart) = (&api, &versions, &multipart);
            async move { api.send(Method::POST, versions, multipart, &body).await.status.as_u16() }
        };
        let good = form(&record, "VersionData", b"x");
        assert_eq!(refused(good[..good.len() - 20].to_vec()).await, 400, "cut off");
        assert_eq!(refused(form(&record, "Nothing", b"x")).await, 400);
        assert_eq!(refused(form(&record, "VersionData", &vec![0; 3 << 20])).await, 413, "more than the server allows");
        assert_eq!(refused(b"--b--\r\n".to_vec()).await, 400);
        assert_eq!(
            api.get(&format!("/query?q={}", encoded("SELECT Id FROM ContentVersion"))).await.1["totalSize"],
            2,
            "nothing is half there"
        );
    })
    .await;
}

#[tokio::test]
async fn hostile_requests_are_refused_with_a_clear_word() {
    on_both(|world| async move {
        let api = Api::of(world.clone()).await;
        api.contact("O'Hara", "hara@example.com").await;
        let query = |soql: String| {
            let api = &api;
            async move { api.get(&format!("/query?q={}", encoded(&soql))).await }
        };
        // What stands in a text stays there, and what does not is no SQL.
        for text in [r"\' OR LastName != \'", r"\'; DELETE FROM crm1_contact; --", r"%\' UNION SELECT 1 --", r"\\"] {
            let (status, body) = query(format!("SELECT Id FROM Contact WHERE LastName = '{text}'")).await;
            assert_eq!((status, &body["totalSize"]), (200, &json!(0)), "{text}: {body}");
        }
        for text in ["'; DELETE FROM crm1_contact; --", "' OR 1=1 --", "'||(SELECT 1)||'", "' UNION SELECT Id FROM User --"] {
            let answer = query(format!("SELECT Id FROM Contact WHERE LastName = '{text}'")).await;
            assert_eq!(code(answer), is(400, "MALFORMED_QUERY"), "{text}");
        }
        assert_eq!(api.count(r"LastName = 'O\'Hara'").await, json!(1));
        for soql in [
            "",
            "SELECT",
            "SELECT Id FROM sqlite_master",
            "SELECT Id FROM Contact; DROP TABLE x",
            "SELECT Id FROM Contact WHERE LastName = '\u{0}'",
        ] {
            let (status, body) = query(soql.to_owned()).await;
            assert!(status == 400 || body["totalSize"] == 0, "{soql}: {status} {body}");
        }
        // Longer than an address may be: within a body.
        let long = format!("SELECT Id FROM Contact WHERE LastName IN ('{}')", "x".repeat(100_000));
        let (_, answer) = api
            .post(
                "/composite",
                json!({"compositeRequest": [{"method": "GET", "url": format!("{ROOT}/query?q={long}"), "referenceId": "x"}]}),
            )
            .await;
        let told = answer["compositeResponse"][0]["httpStatusCode"].as_u64().unwrap();
        assert!(told == 200 || told == 400, "{answer}");
        let deep = format!("SELECT Id FROM Contact WHERE {}LastName = 'x'{}", "(".repeat(2_000), ")".repeat(2_000));
        assert_eq!(query(deep).await.0, 400);
        assert_eq!(
            api.get(&format!("/query?q={}", "x".repeat(20_000))).await,
            (414, json!([{"message": "The address has more than 16384 bytes", "errorCode": "URI_TOO_LONG"}]))
        );
        let large = "x".repeat(16_300);
        let heavy = api.send(Method::GET, &format!("{ROOT}/limits"), &[("x-more", &large)], b"").await;
        assert_eq!(heavy.status.as_u16(), 431);

        let contacts = format!("{ROOT}/sobjects/Contact");
        let post = |body: Vec<u8>, headers: Vec<(&'static str, &'static str)>| {
            let (api, contacts) = (&api, &contacts);
            async move {
                let answer = api.send(Method::POST, contacts, &headers, &body).await;
                code((answer.status.as_u16(), answer.json()))
            }
        };
        let json_error = is(400, "JSON_PARSER_ERROR");
        for body in ["{", "[]", "null", "\"x\"", "{\"LastName\":}", "{\"a\":1,\"A\":2}", "\u{feff}{}"] {
            assert_eq!(post(body.as_bytes().to_vec(), vec![]).await, json_error, "{body}");
        }
        assert_eq!(post(vec![0xff, 0xfe], vec![]).await, json_error);
        let nested = format!("{}1{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
        assert_eq!(post(nested.into_bytes(), vec![]).await, json_error);
        let gzip = |bytes: &[u8]| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(bytes).unwrap();
            encoder.finish().unwrap()
        };
        let zipped = api.send(Method::POST, &contacts, &[("content-encoding", "gzip")], &gzip(br#"{"LastName":"Zipped"}"#)).await;
        Api::made((zipped.status.as_u16(), zipped.json()));
        assert_eq!(post(gzip(&vec![b' '; 60_000_000]), vec![("content-encoding", "gzip")]).await, is(413, "PAYLOAD_TOO_LARGE"));
        assert_eq!(post(b"no gzip".to_vec(), vec![("content-encoding", "gzip")]).await, json_error);
        assert_eq!(post(b"{}".to_vec(), vec![("content-encoding", "br")]).await, is(415, "UNSUPPORTED_MEDIA_TYPE"));
        assert_eq!(post(b"<a/>".to_vec(), vec![("content-type", "application/xml")]).await, is(415, "UNSUPPORTED_MEDIA_TYPE"));
        let xml = api.send(Method::GET, &format!("{ROOT}/limits"), &[("accept", "application/xml")], b"").await;
        assert_eq!(xml.status.as_u16(), 406);

        for token in ["", "x", "Bearer", "Basic eDp5", "Bearer 00DSB0000000001!forged", "Bearer 00D!x", "OAuth null"] {
            let answer = world.send(Method::GET, &format!("{ROOT}/limits"), &[("authorization", token)], "").await;
            assert_eq!(answer.status.as_u16(), 401, "{token}: {answer:?}");
            assert!(answer.json()[0]["errorCode"].is_string());
        }
        let older = format!("OAuth {}", api.token);
        assert_eq!(world.send(Method::GET, &format!("{ROOT}/limits"), &[("authorization", &older)], "").await.status.as_u16(), 200);

        let soap = world.send(Method::POST, "/services/Soap/u/60.0", &[("content-type", "text/xml")], "<x/>").await;
        assert!(soap.text.contains("<sf:exceptionCode>INVALID_OPERATION</sf:exceptionCode>"), "{soap:?}");
        let bulk = world.send(Method::POST, "/services/async/60.0/job", &[], "").await;
        assert!(bulk.text.contains("<exceptionCode>FeatureNotEnabled</exceptionCode>"), "{bulk:?}");
    })
    .await;
}

#[tokio::test]
async fn a_workspace_that_has_asked_too_much_is_told_so() {
    on_both(|world| async move {
        let api = Api::of(world.clone()).await;
        let mut told = Vec::new();
        // As many as the world allows, and one more.
        for _ in 0..=crate::world::REQUESTS {
            let answer = api.send(Method::GET, &format!("{ROOT}/limits"), &[], b"").await;
            told.push((answer.status.as_u16(), answer.headers["sforce-limit-info"].to_str().unwrap().to_owned()));
        }
        let most = crate::world::REQUESTS;
        assert_eq!(told[0], (200, format!("api-usage=1/{most}")));
        assert_eq!(told.last().unwrap(), &(403, format!("api-usage={most}/{most}")));
        // The token stays good while it is used.
        let mut later = Vec::new();
        for _ in 0..24 {
            world.clock.advance(std::time::Duration::from_secs(60 * 60));
            later.push(api.get("/limits").await.0);
        }
        assert_eq!((later[22], later[23]), (403, 200), "the first hour's are over a day later");
    })
    .await;
}
