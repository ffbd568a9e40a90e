//! Lists of definitions, old ids and knocks: searched and paged, whatever is typed and whatever is changed meanwhile.

use serde_json::{Value, json};

use crate::world::{World, on_both};

/// Every list that is searched.
const LISTS: [&str; 15] = [
    "deployments",
    "buttons",
    "hours",
    "queues",
    "skills",
    "agents",
    "roles",
    "rules",
    "blocks",
    "quick-texts",
    "connected-apps",
    "event-sources",
    "destinations",
    "old-ids",
    "knocks",
];

fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// A property of all that a list shows; each page of `limit`.
async fn all(world: &World, token: &str, list: &str, query: &str, property: &str) -> Vec<String> {
    let (mut seen, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = world.get(token, &format!("/admin/{list}?{query}{cursor}")).await.good();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item.pointer(property).unwrap().as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { return seen };
        assert_eq!(escaped(next), next, "a cursor stands in an address as it is");
        cursor = format!("&cursor={next}");
    }
}

async fn found(world: &World, token: &str, list: &str, search: &str) -> Vec<String> {
    all(world, token, list, &format!("limit=500&search={}", escaped(search)), "/settings/name").await
}

async fn make(world: &World, token: &str, list: &str, body: Value) -> String {
    world.post(token, &format!("/admin/{list}"), body).await.good()["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_is_found_by_what_people_know_it_by() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let shop = json!({"name": "Schuhe für Äthiopien", "allowed_origins": ["https://shoes.example"]});
        let shop = make(&world, &admin, "deployments", shop).await;
        let sales = make(&world, &admin, "buttons", json!({"name": "Sales", "agent_name": "Crème de la crème"})).await;
        let ann = json!({"settings": {"login": "ann.lee", "name": "Ann", "public_name": "Doctor Who"}, "password": "a first password"});
        let ann = make(&world, &admin, "agents", ann).await;
        make(&world, &admin, "queues", json!({"name": "100% Rückruf_Linie"})).await;
        make(&world, &admin, "hours", json!({"name": "ΟΔΟΣ", "time_zone": "UTC"})).await;
        let rule = json!({"name": "Karten [16]", "pattern": "[0-9]{16}", "action": "remove", "applies_to": ["visitor"]});
        make(&world, &admin, "rules", rule).await;
        make(&world, &admin, "roles", json!({"name": "Читатель", "permissions": ["history.read"]})).await;
        let bye = json!({"name": "Farewell", "shortcut": "ciao", "text": "Good day to you!", "folder": "Endings"});
        make(&world, &admin, "quick-texts", bye).await;
        world.put(&admin, "/admin/old-ids/573Ab0000000042", json!({"kind": "button", "id": sales})).await.good();

        for (list, typed, name) in [
            ("deployments", "FÜR ÄTH", "Schuhe für Äthiopien"),
            ("deployments", "Shoes.Example", "Schuhe für Äthiopien"),
            ("deployments", &shop, "Schuhe für Äthiopien"),
            ("buttons", "CRÈME", "Sales"),
            ("buttons", "573aB00000000", "Sales"),
            ("buttons", "573Ab0000000042AAB", "Sales"),
            ("agents", " ANN.L ", "Ann"),
            ("agents", "doctor", "Ann"),
            ("agents", &ann.to_uppercase(), "Ann"),
            ("queues", "100%", "100% Rückruf_Linie"),
            ("queues", "rÜckruf_", "100% Rückruf_Linie"),
            ("hours", "οδος", "ΟΔΟΣ"),
            ("rules", "[16]", "Karten [16]"),
            ("roles", "чИТА", "Читатель"),
            ("quick-texts", "CIAO", "Farewell"),
            ("quick-texts", "ending", "Farewell"),
            ("quick-texts", "day to", "Farewell"),
        ] {
            assert_eq!(found(&world, &admin, list, typed).await, [name], "{typed} among {list}");
        }
        let old = async |typed: &str| all(&world, &admin, "old-ids", &format!("search={}", escaped(typed)), "/old_id").await;
        assert_eq!(old("573ab").await, ["573Ab0000000042"]);
        assert_eq!(old("sales").await, ["573Ab0000000042"], "by the name of what it names");
        assert_eq!(found(&world, &admin, "agents", "x".repeat(5_000).as_str()).await, [] as [&str; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_typed_is_a_wildcard_or_breaks_a_list() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        for n in 0..3 {
            make(&world, &admin, "skills", json!({"name": format!("Skill {n}")})).await;
        }
        make(&world, &admin, "blocks", json!({"from": "192.0.2.1"})).await;
        for list in LISTS {
            for typed in
                ["%", "_", "S%l", "*", "?", ".*", "[a-z]", "\\", "'", "\"; DROP TABLE definition; --", "\0", "\u{202e}", "🙈", "\u{fffd}"]
            {
                let answer = world.get(&admin, &format!("/admin/{list}?search={}", escaped(typed))).await.good();
                assert_eq!((&answer["items"], &answer["next"]), (&json!([]), &json!(null)), "{typed:?} among {list}");
            }
            let blank = world.get(&admin, &format!("/admin/{list}?search=%20%0A")).await.good();
            assert_eq!(blank, world.get(&admin, &format!("/admin/{list}")).await.good(), "{list}");
            for (wrong, property) in
                [("limit=0", "limit"), ("limit=501", "limit"), ("cursor=x", "cursor"), ("cursor=x.y.z", "cursor"), ("cursor=%00", "cursor")]
            {
                let answer = world.get(&admin, &format!("/admin/{list}?{wrong}")).await;
                assert_eq!(answer.problem(), (400, "invalid_parameter".to_owned()), "{wrong} among {list}");
                assert_eq!(answer.body["property"], property, "{wrong} among {list}");
            }
            for wrong in ["limit=many", "colour=red"] {
                assert_eq!(world.get(&admin, &format!("/admin/{list}?{wrong}")).await.problem().0, 400, "{wrong} among {list}");
            }
        }
        let agent = world.token("agent").await;
        for list in LISTS.into_iter().filter(|list| *list != "blocks") {
            assert_eq!(world.get(&agent, &format!("/admin/{list}?search=a")).await.problem().0, 403, "{list}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_go_on_where_they_ended_while_things_are_made_renamed_and_removed() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let mut ids = std::collections::BTreeMap::new();
        // Made in another order than that of their names.
        for name in ["delta", "Alpha", "Ärger", "charlie", "Bravo", "echo"] {
            ids.insert(name, make(&world, &admin, "skills", json!({"name": name})).await);
        }
        let page = async |cursor: &Value| {
            let cursor = cursor.as_str().map_or(String::new(), |cursor| format!("&cursor={cursor}"));
            let page = world.get(&admin, &format!("/admin/skills?limit=2{cursor}")).await.good();
            let names: Vec<String> =
                page["items"].as_array().unwrap().iter().map(|item| item["settings"]["name"].as_str().unwrap().to_owned()).collect();
            (names, page["next"].clone())
        };
        let (first, next) = page(&Value::Null).await;
        assert_eq!(first, ["Alpha", "Bravo"]);
        // What the page ended with goes; one comes before it, one after it; one that was seen moves to the end.
        world.delete(&admin, &format!("/admin/skills/{}", ids["Bravo"])).await.good();
        make(&world, &admin, "skills", json!({"name": "Able"})).await;
        make(&world, &admin, "skills", json!({"name": "Cato"})).await;
        let (second, next) = page(&next).await;
        assert_eq!(second, ["Cato", "charlie"]);
        world.put(&admin, &format!("/admin/skills/{}", ids["charlie"]), json!({"name": "zulu"})).await.good();
        let (third, next) = page(&next).await;
        assert_eq!(third, ["delta", "echo"]);
        let (last, next) = page(&next).await;
        assert_eq!((last, next), (vec!["zulu".to_owned(), "Ärger".to_owned()], Value::Null));

        let searched = all(&world, &admin, "skills", "limit=1&search=A", "/settings/name").await;
        assert_eq!(searched, ["Able", "Alpha", "Cato", "delta"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_ids_and_knocks_are_paged_while_they_come_and_go() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let button = world.demo.button;
        for n in 0..4 {
            world.put(&admin, &format!("/admin/old-ids/573ZZ000000000{n}"), json!({"kind": "button", "id": button})).await.good();
        }
        let first = world.get(&admin, "/admin/old-ids?limit=2&search=573zz").await.good();
        let ids = |page: &Value| -> Vec<String> {
            page["items"].as_array().unwrap().iter().map(|item| item["old_id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids(&first), ["573ZZ0000000000", "573ZZ0000000001"]);
        world.delete(&admin, "/admin/old-ids/573ZZ0000000001").await.good();
        let rest = format!("/admin/old-ids?limit=2&search=573zz&cursor={}", first["next"].as_str().unwrap());
        let second = world.get(&admin, &rest).await.good();
        assert_eq!((ids(&second), &second["next"]), (vec!["573ZZ0000000002".to_owned(), "573ZZ0000000003".to_owned()], &Value::Null));

        let knock = async |button: &'static str| {
            world.clock.advance(std::time::Duration::from_secs(1));
            let now = world.app.now();
            let knocked = world.app.store().write::<_, store::Error, _>(move |tx| {
                Box::pin(async move { tx.knock("old", "00DSB0000000001", "572SB0000000001", button, now).await })
            });
            knocked.await.unwrap();
        };
        for button in ["573KK0000000001", "573KK0000000002", "%_&?/.ü", "573KK0000000003"] {
            knock(button).await;
        }
        let first = world.get(&admin, "/admin/knocks?limit=2").await.good();
        assert_eq!(ids(&first), ["573KK0000000003", "%_&?/.ü"]);
        // A new one stands first; what the page ended with is dismissed.
        knock("573KK0000000004").await;
        world
            .delete(
                &admin,
                &format!("/admin/knocks/{}", percent_encoding::utf8_percent_encode("%_&?/.ü", percent_encoding::NON_ALPHANUMERIC)),
            )
            .await
            .good();
        let second = world.get(&admin, &format!("/admin/knocks?limit=2&cursor={}", first["next"].as_str().unwrap())).await.good();
        assert_eq!((ids(&second), &second["next"]), (vec!["573KK0000000002".to_owned(), "573KK0000000001".to_owned()], &Value::Null));
        assert_eq!(all(&world, &admin, "knocks", "limit=1&search=573kk0000000002", "/old_id").await, ["573KK0000000002"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn networks_are_blocked_as_a_whole_and_found_by_an_address_in_them() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        for (written, from, to) in [
            (json!({"from": "198.51.100.77/24", "note": "Flood"}), "198.51.100.0", "198.51.100.255"),
            (json!({"from": "2001:DB8:7::/48", "to": ""}), "2001:db8:7::", "2001:db8:7:ffff:ffff:ffff:ffff:ffff"),
            (json!({"from": "::ffff:203.0.113.0/124"}), "203.0.113.0", "203.0.113.15"),
        ] {
            let made = world.post(&admin, "/admin/blocks", written).await.good();
            assert_eq!((&made["settings"]["from"], &made["settings"]["to"]), (&json!(from), &json!(to)));
        }
        let enters = async |address: &str| world.lets_in(address.parse().unwrap()).await;
        for blocked in ["198.51.100.0", "198.51.100.255", "::ffff:198.51.100.9", "2001:db8:7:1::9", "203.0.113.15", "::ffff:203.0.113.3"] {
            assert!(!enters(blocked).await, "{blocked}");
        }
        for free in ["198.51.101.0", "198.51.99.255", "2001:db8:8::", "203.0.113.16", "::198.51.100.9"] {
            assert!(enters(free).await, "{free}");
        }
        let blocks = async |typed: &str| all(&world, &admin, "blocks", &format!("search={}", escaped(typed)), "/settings/from").await;
        assert_eq!(blocks("198.51.100.200").await, ["198.51.100.0"], "an address finds what blocks it");
        assert_eq!(blocks("2001:db8:7:1::9").await, ["2001:db8:7::"]);
        assert_eq!(blocks("flood").await, ["198.51.100.0"]);
        assert_eq!(blocks("113.15").await, ["203.0.113.0"]);

        for (wrong, property) in [
            (json!({"from": "192.0.2"}), "from"),
            (json!({"from": "192.0.2.0/33"}), "from"),
            (json!({"from": "localhost"}), "from"),
            (json!({"from": ""}), "from"),
            (json!({"from": "192.0.2.0", "to": "192.0.2.999"}), "to"),
            (json!({"from": "192.0.2.0", "to": "2001:db8::1"}), "to"),
            (json!({"from": "192.0.2.9", "to": "192.0.2.1"}), "to"),
        ] {
            let refused = world.post(&admin, "/admin/blocks", wrong.clone()).await;
            assert_eq!((refused.problem().0, &refused.body["property"]), (422, &json!(property)), "{wrong}");
        }
    })
    .await;
}
