//! Pages of lists: in every order, and while records come and go.

use std::collections::BTreeSet;

use salesforce::{Id, record::Value};
use sea_query::{Expr, ExprTrait as _, Query};
use store::sql::Built;
use switchboard_crm::{
    Error,
    browse::{Browsing, Is, Listing, Row},
};

use super::{all_pages, browsing, filter, names, wrong};
use crate::{
    query::data::{Org, Put, id, schema},
    world::worlds,
};

const COUNT: u64 = 61;

/// Contacts with many ties and many empty fields.
async fn filled() -> Vec<Org> {
    let mut orgs = Vec::new();
    for world in worlds().await {
        let org = Org::new(world, schema()).await;
        let accounts = (1..=3).map(|number| {
            let name = ["Zebra", "apple", "Mango"][number - 1];
            vec![("Id", Put::from(id("001", number as u64))), ("Name", name.into()), ("CreatedDate", 5.into()), ("Active__c", 0.into())]
        });
        org.insert_all("Account", accounts.collect()).await;
        let contacts = (1..=COUNT).map(|number| contact(number, &format!("Contact {}", number % 7)));
        org.insert_all("Contact", contacts.collect()).await;
        let cases = (1..=COUNT).map(|number| {
            let status = ["New", "Closed", "Working", "Else"].get((number % 5) as usize);
            vec![
                ("Id", Put::from(id("500", number))),
                ("CaseNumber", format!("{number:04}").as_str().into()),
                ("CreatedDate", 5.into()),
                ("Status", status.map_or(Put::Null, |status| (*status).into())),
            ]
        });
        org.insert_all("Case", cases.collect()).await;
        orgs.push(org);
    }
    orgs
}

fn contact(number: u64, name: &str) -> Vec<(&'static str, Put)> {
    // In an order that is neither that of the ids nor the opposite.
    let shuffled = number * 17 % 67;
    vec![
        ("Id", Put::from(id("003", shuffled))),
        ("Name", name.into()),
        ("CreatedDate", i64::try_from(number % 5).unwrap().into()),
        ("Email", if number.is_multiple_of(3) { Put::Null } else { format!("{}@x.org", number % 4).as_str().into() }),
        ("AccountId", if number.is_multiple_of(4) { Put::Null } else { id("001", number % 4).into() }),
        ("Score__c", if number.is_multiple_of(2) { Put::Null } else { Put::from(0.1 * (number % 6) as f64) }),
        ("Birthdate", if number.is_multiple_of(5) { Put::Null } else { Put::from(86_400_000_000 * (number % 3) as i64) }),
    ]
}

fn sorted_by(sort: &str) -> Listing {
    Listing { sort: Some(sort.to_owned()), columns: vec!["Name".to_owned()], ..Listing::default() }
}

fn ids(rows: &[Row]) -> Vec<Id> {
    rows.iter().map(|row| row.id).collect()
}

#[tokio::test]
async fn pages_put_together_are_the_list_in_every_order() {
    for org in filled().await {
        let browsing = browsing(&org, org.system());
        for (object, field) in [
            ("Contact", "Id"),
            ("Contact", "Name"),
            ("Contact", "CreatedDate"),
            ("Contact", "Email"),
            ("Contact", "AccountId"),
            ("Contact", "Score__c"),
            ("Contact", "Birthdate"),
            ("Contact", "IsDeleted"),
            ("Case", "CaseNumber"),
            ("Case", "Status"),
            ("Case", "OwnerId"),
        ] {
            for sort in [field.to_owned(), format!("-{field}")] {
                let listing = Listing { columns: Vec::new(), ..sorted_by(&sort) };
                let whole = browsing.list(object, &listing, None, 1_000).await.unwrap();
                assert_eq!((whole.items.len() as u64, whole.total, whole.next), (COUNT, Some(COUNT), None), "{sort}");
                for rows in [1, 7, 60, 61] {
                    let pages = all_pages(&browsing, object, &listing, rows).await;
                    assert_eq!(ids(&pages), ids(&whole.items), "{object} {sort} {rows}");
                }
            }
        }
        org.world.end().await;
    }
}

fn column<'r>(rows: &'r [Row], name: &str) -> Vec<&'r Value> {
    rows.iter().map(|row| row.values.iter().find(|(known, _)| &**known == name).map(|(_, value)| value).unwrap()).collect()
}

#[tokio::test]
async fn the_order_is_that_of_values_and_the_empty_come_last() {
    for org in filled().await {
        let browsing = browsing(&org, org.system());
        let numbers = |rows: &[Row]| -> Vec<Option<f64>> {
            let number = |value: &Value| if let Value::Double(number) = value { Some(*number) } else { None };
            column(rows, "Score__c").into_iter().map(number).collect()
        };
        for (sort, descends) in [("Score__c", false), ("-Score__c", true)] {
            let listing = Listing { columns: vec!["Score__c".to_owned()], ..sorted_by(sort) };
            let found = numbers(&all_pages(&browsing, "Contact", &listing, 9).await);
            let (there, empty) = found.split_at(31);
            assert!(empty.iter().all(Option::is_none) && there.iter().all(Option::is_some));
            assert!(there.windows(2).all(|two| if descends { two[0] >= two[1] } else { two[0] <= two[1] }), "{found:?}");
        }
        // By the name of the account, not by its id, and a picklist by its own order.
        let labels = |rows: &[Row]| -> Vec<String> {
            let mut labels: Vec<_> =
                rows.iter().map(|row| row.references.first().map_or(String::new(), |(.., label)| label.clone())).collect();
            labels.dedup();
            labels
        };
        let listing = Listing { columns: vec!["AccountId".to_owned()], ..sorted_by("AccountId") };
        assert_eq!(labels(&all_pages(&browsing, "Contact", &listing, 9).await), ["apple", "Mango", "Zebra", ""]);
        let listing = Listing { columns: vec!["Status".to_owned()], ..sorted_by("Status") };
        let rows = all_pages(&browsing, "Case", &listing, 9).await;
        let mut found: Vec<String> = column(&rows, "Status").into_iter().map(|value| serde_json::to_string(value).unwrap()).collect();
        found.dedup();
        assert_eq!(found, ["\"New\"", "\"Working\"", "\"Closed\"", "\"Else\"", "null"]);
        org.world.end().await;
    }
}

async fn set(org: &Org, which: Id, column: &'static str, value: impl Into<Expr>) {
    let value = value.into();
    org.world
        .crm
        .store()
        .write(move |tx| {
            let value = value.clone();
            Box::pin(async move {
                let mut update = Query::update();
                update.table("crm1_contact").value(column, value).and_where(Expr::col("id").eq(which.short()));
                tx.run_built(Built::new("change", tx.backend(), &update)?).await?;
                Ok::<(), Error>(())
            })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn what_comes_and_goes_meanwhile_shifts_nothing() {
    for org in filled().await {
        let browsing = browsing(&org, org.system());
        for sort in ["Name", "-Name", "Score__c", "-Score__c", "AccountId"] {
            let listing = sorted_by(sort);
            let before = ids(&browsing.list("Contact", &listing, None, 1_000).await.unwrap().items);
            let first = browsing.list("Contact", &listing, None, 20).await.unwrap();
            // Three of those that were read go, and one of those that were not.
            for gone in [before[0], before[10], before[19], before[40]] {
                set(&org, gone, "isdeleted", 1_i64).await;
            }
            let mut rest = Vec::new();
            let mut next = first.next.clone();
            while let Some(cursor) = next {
                let page = browsing.list("Contact", &listing, Some(&cursor), 20).await.unwrap();
                // What was counted at first is told all the way.
                assert_eq!(page.total, Some(COUNT));
                rest.extend(ids(&page.items));
                next = page.next;
            }
            let expected: Vec<_> = before[20..].iter().copied().filter(|id| *id != before[40]).collect();
            assert_eq!(rest, expected, "{sort}");
            for back in [before[0], before[10], before[19], before[40]] {
                set(&org, back, "isdeleted", 0_i64).await;
            }
        }
        // One more at each end: the one that comes later is read, the other is not, and nothing twice.
        let listing = sorted_by("Name");
        let first = browsing.list("Contact", &listing, None, 20).await.unwrap();
        for (number, name) in [(900, "A"), (901, "Z")] {
            let mut contact = contact(1, name);
            contact[0].1 = id("003", number).into();
            org.insert("Contact", contact).await;
        }
        let rest = rest(&browsing, &listing, first.next).await;
        assert!(rest.contains(&id("003", 901)) && !rest.contains(&id("003", 900)));
        let all: BTreeSet<_> = ids(&first.items).into_iter().chain(rest.iter().copied()).collect();
        assert_eq!((all.len() as u64, rest.len() as u64), (COUNT + 1, COUNT - 19));
        org.world.end().await;
    }
}

async fn rest(browsing: &Browsing, listing: &Listing, mut next: Option<String>) -> Vec<Id> {
    let mut rest = Vec::new();
    while let Some(cursor) = next {
        let page = browsing.list("Contact", listing, Some(&cursor), 20).await.unwrap();
        rest.extend(ids(&page.items));
        next = page.next;
    }
    rest
}

#[tokio::test]
async fn a_cursor_is_a_place_of_its_own_order_whatever_somebody_makes_of_it() {
    use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as BASE64};
    for org in filled().await {
        let browsing = browsing(&org, org.system());
        let listing = sorted_by("Name");
        let page = browsing.list("Contact", &listing, None, 20).await.unwrap();
        let cursor = page.next.unwrap();
        let other_order = browsing.list("Contact", &sorted_by("-Name"), Some(&cursor), 20).await;
        assert_eq!(wrong(other_order).parameter, "cursor");
        let made = |json: &str| BASE64.encode(json);
        for cursor in [
            String::new(),
            "!".to_owned(),
            cursor[1..].to_owned(),
            made("{}"),
            made("null"),
            made(r#"{"s":"Name","m":[]}"#),
            made(r#"{"s":"Name","m":[{"t":"x"}]}"#),
            made(r#"{"s":"Name","m":["n",{"t":"x"}]}"#),
            made(r#"{"s":"Name","m":[{"i":5},{"t":"x"}]}"#),
            made(r#"{"s":"Name","m":[{"t":"x\u0000"},{"t":"x"}]}"#),
            made(r#"{"s":"Name","m":[{"t":"x"},{"t":"x"},{"t":"x"}]}"#),
            made(r#"{"s":"Name","m":[{"t":"x"},{"t":"x"}],"more":1}"#),
        ] {
            assert_eq!(wrong(browsing.list("Contact", &listing, Some(&cursor), 20).await).parameter, "cursor", "{cursor}");
        }
        // Numbers that are none.
        let nan = made(&format!(r#"{{"s":"Score__c","m":[{{"f":{}}},{{"t":"x"}}]}}"#, f64::NAN.to_bits()));
        assert_eq!(wrong(browsing.list("Contact", &sorted_by("Score__c"), Some(&nan), 20).await).parameter, "cursor");
        // A place that no record has is a place all the same, and text in it is text.
        let nowhere = made(r#"{"s":"Name","m":[{"t":"contact 3' OR 1=1 --"},{"t":"' OR '1'='1"}]}"#);
        let page = browsing.list("Contact", &listing, Some(&nowhere), 100).await.unwrap();
        assert!(names(&page).iter().all(|name| *name > "Contact 3") && page.total.is_none());
        org.world.end().await;
    }
}

#[tokio::test]
async fn the_recycle_bin_is_a_list_of_its_own() {
    for org in filled().await {
        let browsing = browsing(&org, org.system());
        for number in [1, 2, 3] {
            set(&org, id("003", number), "isdeleted", 1_i64).await;
        }
        let bin = Listing { deleted: true, ..sorted_by("Id") };
        let page = browsing.list("Contact", &bin, None, 2).await.unwrap();
        assert_eq!((ids(&page.items), page.total), (vec![id("003", 1), id("003", 2)], Some(3)));
        assert!(page.items.iter().all(|row| row.deleted && !row.can_edit && row.can_delete));
        let page = browsing.list("Contact", &bin, page.next.as_deref(), 2).await.unwrap();
        assert_eq!((ids(&page.items), page.next), (vec![id("003", 3)], None));
        let narrowed = Listing { filter: filter("Name", Is::Equal, &["nobody"]), ..bin };
        assert_eq!(browsing.list("Contact", &narrowed, None, 2).await.unwrap().total, Some(0));
        let there = browsing.list("Contact", &sorted_by("Id"), None, 2).await.unwrap();
        assert_eq!(there.total, Some(COUNT - 3));
        assert!(browsing.one("Contact", id("003", 1)).await.unwrap().deleted);
        org.world.end().await;
    }
}
