//! What the server answers to every resource of the interface, and that `docs/salesforce.md` says so: its table is made of these answers.

use std::{collections::BTreeSet, fmt::Write as _, sync::Mutex};

use http::Method;
use serde_json::{Value, json};

use crate::world::{Answer, World, on_both};

const V: &str = "/services/data/v66.0";

/// What came of asking for a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Served,
    NotEnabled,
    NotThere,
}

impl Verdict {
    /// Of an answer; a refusal that is none of these is a fault of the test, or of the server.
    #[track_caller]
    fn of(asked: &str, answer: &Answer) -> Self {
        let status = answer.status.as_u16();
        let says = |word: &str| answer.text.contains(word);
        match status {
            200..=399 => Self::Served,
            400 | 403 if says("FUNCTIONALITY_NOT_ENABLED") || says("FeatureNotEnabled") || says("is not enabled") => Self::NotEnabled,
            404 if says("NOT_FOUND") => Self::NotThere,
            _ => unreachable!("{asked} answers {answer:?}"),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::NotEnabled => "answered as by an organisation without it",
            Self::NotThere => "not there",
        }
    }
}

/// Who asks, and what there is to ask for.
struct Asking<'w> {
    world: &'w World,
    token: String,
    account: String,
    contact: String,
    file: String,
    organization: String,
}

impl Asking<'_> {
    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
        let (headers, body) = if body.is_null() { (&headers[..1], String::new()) } else { (&headers[..], body.to_string()) };
        self.world.send(method, path, headers, &body).await
    }

    async fn made(&self, object: &str, body: Value) -> String {
        self.send(Method::POST, &format!("{V}/sobjects/{object}"), &body).await.good()["id"].as_str().unwrap().to_owned()
    }

    /// An address with what there is in the place of its names.
    async fn address(&self, path: &str) -> String {
        let mut address = path.replace("{account}", &self.account).replace("{contact}", &self.contact).replace("{file}", &self.file);
        address = address.replace("{org}", &self.organization);
        if address.contains("{new}") {
            address = address.replace("{new}", &self.made("Contact", json!({"LastName": "Short", "Email": "short@example.com"})).await);
        }
        if address.starts_with("/services/") || address.starts_with("/id/") || address.starts_with("/.well") {
            address
        } else {
            format!("{V}{address}")
        }
    }
}

/// A resource: as the table names it, what it is for, and what is asked of it (method, address, body).
struct Resource {
    name: &'static str,
    what: &'static str,
    asks: Vec<(Method, &'static str, Value)>,
}

fn read(name: &'static str, what: &'static str, address: &'static str) -> Resource {
    Resource { name, what, asks: vec![(Method::GET, address, Value::Null)] }
}

fn resources() -> Vec<Resource> {
    use Method as M;
    let contact = || json!({"attributes": {"type": "Contact"}, "LastName": "Row"});
    let one = |name, what, method, address, body| Resource { name, what, asks: vec![(method, address, body)] };
    vec![
        read("`GET /services/data`", "versions", "/services/data"),
        read("`GET /`", "what there is in a version", ""),
        read("`GET /sobjects`", "all objects", "/sobjects"),
        read("`GET /sobjects/{T}`", "an object", "/sobjects/Contact"),
        one("`POST /sobjects/{T}`", "a new record", M::POST, "/sobjects/Contact", json!({"LastName": "New"})),
        read("`GET /sobjects/{T}/describe`", "all about an object", "/sobjects/Contact/describe"),
        Resource {
            name: "`GET`, `PATCH`, `DELETE /sobjects/{T}/{id}`",
            what: "a record",
            asks: vec![
                (M::GET, "/sobjects/Contact/{contact}?fields=LastName", Value::Null),
                (M::HEAD, "/sobjects/Contact/{contact}", Value::Null),
                (M::PATCH, "/sobjects/Contact/{contact}", json!({"Title": "Dr."})),
                (M::DELETE, "/sobjects/Contact/{new}", Value::Null),
            ],
        },
        Resource {
            name: "`GET`, `PATCH`, `DELETE /sobjects/{T}/{field}/{value}`",
            what: "a record by an external id; upsert",
            asks: vec![
                (M::PATCH, "/sobjects/Contact/Email/key%40example.com", json!({"LastName": "Key"})),
                (M::GET, "/sobjects/Contact/Email/key%40example.com", Value::Null),
                (M::DELETE, "/sobjects/Contact/Email/key%40example.com", Value::Null),
            ],
        },
        one("`POST /sobjects/{T}/Id`", "a new record, by the key `Id`", M::POST, "/sobjects/Contact/Id", json!({"LastName": "New"})),
        Resource {
            name: "`GET /sobjects/{T}/{id}/{relationship}`",
            what: "parents and children",
            asks: vec![
                (M::GET, "/sobjects/Contact/{contact}/Account", Value::Null),
                (M::GET, "/sobjects/Account/{account}/Contacts", Value::Null),
            ],
        },
        read("`GET /sobjects/{T}/{id}/{field}`", "the bytes of a file", "/sobjects/ContentVersion/{file}/VersionData"),
        Resource {
            name: "`GET /query`, `/queryAll`",
            what: "SOQL: [soql.md](soql.md)",
            asks: vec![
                (M::GET, "/query?q=SELECT+Id+FROM+Contact", Value::Null),
                (M::GET, "/queryAll?q=SELECT+Id+FROM+Contact", Value::Null),
            ],
        },
        read("`GET /query?explain=`", "plans of queries", "/query?explain=SELECT+Id+FROM+Contact"),
        Resource {
            name: "`POST`, `PATCH`, `GET`, `DELETE /composite/sobjects`",
            what: "200 records at once",
            asks: vec![
                (M::POST, "/composite/sobjects", json!({"records": [contact()]})),
                (
                    M::PATCH,
                    "/composite/sobjects/Contact/Email",
                    json!({"records": [{"attributes": {"type": "Contact"}, "LastName": "Key", "Email": "key@example.com"}]}),
                ),
                (M::GET, "/composite/sobjects/Contact?ids={contact}&fields=LastName", Value::Null),
                (M::DELETE, "/composite/sobjects?ids={new}", Value::Null),
            ],
        },
        one(
            "`POST /composite`",
            "requests that refer to each other",
            M::POST,
            "/composite",
            json!({"compositeRequest": [{"method": "GET", "url": "/services/data/v66.0/limits", "referenceId": "a"}]}),
        ),
        one(
            "`POST /composite/batch`",
            "requests by themselves",
            M::POST,
            "/composite/batch",
            json!({"batchRequests": [{"method": "GET", "url": "v66.0/limits"}]}),
        ),
        one(
            "`POST /composite/graph`",
            "several composites, each wholly or not at all",
            M::POST,
            "/composite/graph",
            json!({"graphs": [{"graphId": "1", "compositeRequest": [{"method": "POST", "url": "/services/data/v66.0/sobjects/Contact", "referenceId": "a", "body": {"LastName": "Graph"}}]}]}),
        ),
        one(
            "`POST /composite/tree/{T}`",
            "new records with their children",
            M::POST,
            "/composite/tree/Account",
            json!({"records": [{"attributes": {"type": "Account", "referenceId": "a"}, "Name": "Tree"}]}),
        ),
        Resource {
            name: "`GET /limits`, `/limits/recordCount`",
            what: "how much may be asked, how much there is",
            asks: vec![(M::GET, "/limits", Value::Null), (M::GET, "/limits/recordCount?sObjects=Contact", Value::Null)],
        },
        Resource {
            name: "`/services/oauth2/userinfo`, `/id/{org}/{user}`, `/.well-known/openid-configuration`",
            what: "who the user is; logging in: [connected-apps.md](connected-apps.md)",
            asks: vec![
                (M::GET, "/services/oauth2/userinfo", Value::Null),
                (M::GET, "/id/{org}", Value::Null),
                (M::GET, "/.well-known/openid-configuration", Value::Null),
            ],
        },
        Resource {
            name: "`/search`, `/parameterizedSearch`",
            what: "SOSL",
            asks: vec![(M::GET, "/search?q=FIND+%7BAda%7D", Value::Null), (M::GET, "/parameterizedSearch?q=Ada", Value::Null)],
        },
        Resource {
            name: "`/sobjects/{T}/deleted`, `/updated`",
            what: "replication",
            asks: vec![(M::GET, "/sobjects/Contact/deleted", Value::Null), (M::GET, "/sobjects/Contact/updated", Value::Null)],
        },
        Resource {
            name: "`/sobjects/{T}/describe/layouts`, `/compactLayouts`, `/listviews`, `/quickActions`",
            what: "layouts, lists and actions of an object",
            asks: vec![
                (M::GET, "/sobjects/Contact/describe/layouts", Value::Null),
                (M::GET, "/sobjects/Contact/describe/compactLayouts", Value::Null),
                (M::GET, "/sobjects/Contact/listviews", Value::Null),
                (M::GET, "/sobjects/Contact/quickActions", Value::Null),
            ],
        },
        Resource {
            name: "`/jobs/ingest`, `/jobs/query`, `/services/async`",
            what: "Bulk API",
            asks: vec![
                (M::POST, "/jobs/ingest", json!({"object": "Contact", "operation": "insert"})),
                (M::GET, "/jobs/query", Value::Null),
                (M::POST, "/services/async/60.0/job", json!({})),
            ],
        },
        read("`/tooling`", "Tooling API", "/tooling/query?q=SELECT+Id+FROM+ApexClass"),
        Resource {
            name: "`/actions`, `/recent`, `/tabs`, `/theme`, `/appMenu`, `/connect`, `/chatter`, `/analytics`, `/ui-api`, `/process`",
            what: "the rest of an organisation",
            asks: ["/actions", "/recent", "/tabs", "/theme", "/appMenu", "/connect", "/chatter", "/analytics", "/ui-api", "/process"]
                .map(|path| (M::GET, path, Value::Null))
                .into(),
        },
        one("`/services/Soap`", "SOAP API", M::POST, "/services/Soap/u/60.0", json!({})),
        read("`/services/apexrest`", "REST by Apex", "/services/apexrest/anything"),
    ]
}

/// The table of the document.
async fn table(world: &World) -> String {
    let app = world
        .app_with(
            json!({"flows": ["client_credentials"], "run_as": world.agent("admin"), "scopes": ["api", "id", "openid", "profile", "email"]}),
        )
        .await;
    let told = world.token(&app.shows(&[("grant_type", "client_credentials")])).await.good();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let organization = text(&told["id"]).split_once("/id/").unwrap().1.to_owned();
    let mut asking = Asking {
        world,
        token: text(&told["access_token"]),
        account: String::new(),
        contact: String::new(),
        file: String::new(),
        organization,
    };
    asking.account = asking.made("Account", json!({"Name": "Acme"})).await;
    asking.contact = asking.made("Contact", json!({"LastName": "Doe", "AccountId": asking.account})).await;
    asking.file = asking.made("ContentVersion", json!({"PathOnClient": "a.txt", "VersionData": "YQ=="})).await;
    let mut table = "| resource | for | |\n|---|---|---|\n".to_owned();
    for Resource { name, what, asks } in resources() {
        let mut verdicts = BTreeSet::new();
        for (method, path, body) in asks {
            let address = asking.address(path).await;
            let asked = format!("{method} {address}");
            verdicts.insert(Verdict::of(&asked, &asking.send(method, &address, &body).await));
        }
        assert_eq!(verdicts.len(), 1, "{name} is answered in one way: {verdicts:?}");
        let verdict = verdicts.first().unwrap();
        writeln!(table, "| {name} | {what} | {} |", verdict.words()).unwrap();
    }
    table
}

#[tokio::test]
async fn the_documented_table_is_what_the_server_answers() {
    let documented = include_str!("../../../../docs/salesforce.md");
    let tables = Mutex::new(Vec::new());
    on_both(|world| {
        let tables = &tables;
        async move {
            let table = table(&world).await;
            tables.lock().unwrap().push(table);
        }
    })
    .await;
    for table in tables.into_inner().unwrap() {
        assert!(documented.ends_with(&table), "docs/salesforce.md ends with:\n{table}");
    }
}
