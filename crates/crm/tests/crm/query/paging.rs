//! Long queries: pages that do not shift while records come and go, and cursors that are their owner's.

use std::collections::BTreeSet;

use salesforce::{Id, error::Code, query::Page, record::Value};
use sea_query::{Expr, ExprTrait as _, Query};
use store::{Tx, sql::Built};
use switchboard_crm::{Error, QueryOptions};

use super::data::{Org, Put, id, orgs, schema};
use crate::world::worlds;

async fn filled(count: u64) -> Vec<Org> {
    let mut orgs = Vec::new();
    for world in worlds().await {
        let mut org = Org::new(world, schema()).await;
        org.options.page = 200;
        let contacts = (1..=count).map(|number| {
            let name = format!("Contact {:05}", count - number);
            vec![
                ("Id", Put::from(id("003", number))),
                ("Name", name.as_str().into()),
                ("CreatedDate", 5.into()),
                ("AccountId", id("001", number % 3).into()),
            ]
        });
        org.insert_all("Contact", contacts.collect()).await;
        let accounts = (0..3).map(|number| vec![("Id", Put::from(id("001", number))), ("Name", "Acme".into()), ("CreatedDate", 5.into())]);
        org.insert_all("Account", accounts.collect()).await;
        orgs.push(org);
    }
    orgs
}

fn ids(page: &Page) -> Vec<Id> {
    let id = |value: &Value| if let Value::Id(id) = value { *id } else { panic!("no id") };
    page.records.iter().map(|record| id(&record.fields[0].1)).collect()
}

async fn change(
    org: &Org,
    what: impl for<'t> Fn(&'t mut Tx) -> futures_util::future::BoxFuture<'t, Result<(), Error>> + Send + Sync + 'static,
) {
    org.world.crm.store().write(what).await.unwrap();
}

#[tokio::test]
async fn each_record_comes_once_while_others_come_and_go() {
    for org in filled(1_050).await {
        let scope = org.system();
        for order in ["ORDER BY Name DESC", "ORDER BY Account.Name, Name", ""] {
            let soql = format!("SELECT Id, Name FROM Contact WHERE Name LIKE 'contact%' {order} LIMIT 1010 OFFSET 5");
            let mut page = org.ask(&scope, &soql).await.unwrap();
            let mut all = ids(&page);
            while let Some((_, locator)) = page.next {
                assert_eq!((page.total_size, page.records.len()), (1_010, 200));
                assert_eq!(u64::from(locator.offset), all.len() as u64);
                // Another that comes first in any order.
                let number = 100_000 + all.len() as u64 + order.len() as u64 * 1_000;
                org.insert("Contact", vec![("Id", id("003", number).into()), ("Name", "Contact".into()), ("CreatedDate", 5.into())]).await;
                page = org.world.crm.next_page_in(&scope, locator, &org.options).await.unwrap();
                all.extend(ids(&page));
            }
            assert_eq!(page.records.len(), 10);
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 1_010);
        }
        org.world.end().await;
    }
}

#[tokio::test]
async fn pages_show_what_is_there_now_and_may_be_seen() {
    for org in filled(450).await {
        let scope = org.system();
        let page = org.ask(&scope, "SELECT Id, Name FROM Contact ORDER BY Name").await.unwrap();
        let (_, locator) = page.next.unwrap();
        // The second page's first is deleted, its last is renamed.
        let (first, last) = (id("003", 250), id("003", 51));
        change(&org, move |tx| {
            Box::pin(async move {
                let mut update = Query::update();
                update.table("crm1_contact").value("isdeleted", 1).and_where(Expr::col("id").eq(first.short()));
                tx.run_built(Built::new("delete", tx.backend(), &update)?).await?;
                let mut update = Query::update();
                update.table("crm1_contact").value("name", "Renamed").and_where(Expr::col("id").eq(last.short()));
                tx.run_built(Built::new("rename", tx.backend(), &update)?).await?;
                Ok(())
            })
        })
        .await;
        let page = org.world.crm.next_page_in(&scope, locator, &org.options).await.unwrap();
        assert_eq!((page.total_size, page.records.len()), (450, 199));
        assert!(!ids(&page).contains(&first));
        assert!(serde_json::to_string(&page.records[198]).unwrap().contains("Renamed"));
        assert_eq!(page.next.unwrap().1.offset, 400);

        // The same user without the right to the field, or to the object.
        let hidden = org.reader(id("005", 1), &["Contact"], &[("Contact", "Score__c")]);
        let page = org.ask(&scope, "SELECT Id, Score__c FROM Contact").await.unwrap();
        let (_, locator) = page.next.unwrap();
        for (scope, code) in [
            (hidden, Code::InvalidField),
            (org.reader(id("005", 1), &["Account"], &[]), Code::InvalidType),
            (org.reader(id("005", 2), &["Contact"], &[]), Code::InvalidQueryLocator),
        ] {
            let Err(Error::Refused(error)) = org.world.crm.next_page_in(&scope, locator, &org.options).await else { panic!("{code}") };
            assert_eq!(error.code(), code);
        }
        for offset in [0, 200, 400] {
            let locator = salesforce::query::Locator { offset, ..locator };
            assert!(org.world.crm.next_page_in(&scope, locator, &org.options).await.is_ok());
        }
        // Two days later, and places that no page begins at.
        let mut later = org.system();
        later.now.0 += 2 * 86_400_000_000;
        for (scope, offset) in [(&scope, 1), (&scope, 600), (&scope, u32::MAX), (&later, 200)] {
            let locator = salesforce::query::Locator { offset, ..locator };
            let Err(Error::Refused(error)) = org.world.crm.next_page_in(scope, locator, &org.options).await else { panic!("{offset}") };
            assert_eq!(error.code(), Code::InvalidQueryLocator);
        }
        org.world.end().await;
    }
}

async fn count(org: &Org, table: &'static str) -> i64 {
    org.world
        .crm
        .store()
        .write(move |tx| {
            Box::pin(async move {
                let count = Query::select().expr(Expr::cust("COUNT(*)")).from(table).take();
                let rows = tx.fetch_built(Built::new("count", tx.backend(), &count)?).await?;
                Ok::<i64, Error>(rows[0].get(0)?)
            })
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn cursors_are_few_and_go_when_their_time_is_over() {
    for org in filled(4_300).await {
        let mut scope = org.system();
        org.ask(&scope, "SELECT Id FROM Contact LIMIT 200").await.unwrap();
        assert_eq!(count(&org, "crm_cursor").await, 0);
        for _ in 0..12 {
            org.ask(&scope, "SELECT Id FROM Contact").await.unwrap();
            scope.now.0 += 1;
        }
        // More pages than are written at once.
        assert_eq!((count(&org, "crm_cursor").await, count(&org, "crm_cursor_page").await), (10, 220));
        scope.now.0 += 2 * 86_400_000_000;
        org.ask(&scope, "SELECT Id FROM Contact LIMIT 201").await.unwrap();
        assert_eq!((count(&org, "crm_cursor").await, count(&org, "crm_cursor_page").await), (1, 2));
        org.world.end().await;
    }
}

#[tokio::test]
async fn groups_have_one_page_and_child_queries_belong_to_their_parents() {
    for org in filled(450).await {
        let scope = org.system();
        let Err(Error::Refused(error)) = org.ask(&scope, "SELECT Name FROM Contact GROUP BY Name").await else {
            panic!("it has two pages")
        };
        assert_eq!(error.code(), Code::ExceededIdLimit);
        assert_eq!(org.ask(&scope, "SELECT Name FROM Contact GROUP BY Name LIMIT 200").await.unwrap().records.len(), 200);
        let page = org.ask(&scope, "SELECT Id, (SELECT Id FROM Contacts ORDER BY Name LIMIT 7) FROM Account ORDER BY Id").await.unwrap();
        for record in &page.records {
            let Value::Children(children) = &record.fields[1].1 else { panic!("no children") };
            assert_eq!((children.total_size, children.records.len()), (7, 7));
        }
        // And with pages of their own parents.
        let page = org.ask(&scope, "SELECT Id, Account.Name, (SELECT Id FROM Cases) FROM Contact").await.unwrap();
        let (_, locator) = page.next.unwrap();
        assert_eq!(org.world.crm.next_page_in(&scope, locator, &org.options).await.unwrap().records.len(), 200);
        org.world.end().await;
    }
}

#[tokio::test]
async fn what_would_not_finish_is_given_up_and_what_is_too_much_is_refused() {
    for org in filled(3_000).await {
        let scope = org.system();
        let hurried = QueryOptions { longest: std::time::Duration::from_millis(1), ..org.options.clone() };
        // Three million comparisons, none of which an index answers.
        let many = (0..1_000).map(|number| format!("Name LIKE '%{number}%9%8%7%x%'")).collect::<Vec<_>>().join(" OR ");
        let asked = org.world.crm.query_in(&scope, &format!("SELECT COUNT() FROM Contact WHERE {many}"), &hurried).await;
        let Err(Error::Refused(error)) = asked else { panic!("it was answered") };
        assert_eq!(error.code(), Code::QueryTimeout);
        let values = vec!["1"; 40_000].join(",");
        let asked = org.ask(&scope, &format!("SELECT Id FROM Contact WHERE Score__c IN ({values})")).await;
        let Err(Error::Refused(error)) = asked else { panic!("it was answered") };
        assert_eq!(error.code(), Code::QueryTooComplicated);
        // Deep trees are none in SQL; how quickly that is seen is the machine's.
        let patient = QueryOptions { longest: std::time::Duration::from_secs(600), ..org.options.clone() };
        let many = (0..6_000).map(|_| "Score__c=1").collect::<Vec<_>>().join(" OR ");
        let asked = org.world.crm.query_in(&scope, &format!("SELECT Id FROM Contact WHERE {many}"), &patient).await;
        assert_eq!(asked.unwrap().total_size, 0);
        org.world.end().await;
    }
}

#[tokio::test]
async fn text_in_a_query_stays_text() {
    for org in orgs().await {
        let scope = org.system();
        for text in [
            "'; DROP TABLE crm1_account; --",
            "\\'",
            "' OR '1'='1",
            "\u{1}",
            "$1",
            "?",
            "%",
            "_",
            "\\%",
            "a\\_",
            "\"",
            "{{x}}",
            "\u{1f600}",
        ] {
            let quoted = text.replace('\\', "\\\\").replace('\'', "\\'");
            for soql in [
                format!("SELECT Id FROM Account WHERE Name = '{quoted}'"),
                format!("SELECT Id FROM Account WHERE Name LIKE '{quoted}x'"),
                format!("SELECT Id FROM Account WHERE Code__c LIKE '{quoted}x%'"),
                format!("SELECT Id FROM Account WHERE Code__c IN ('{quoted}')"),
                format!("SELECT Id FROM Contact WHERE Tags__c INCLUDES ('{quoted}')"),
                format!("SELECT Rating FROM Account GROUP BY Rating HAVING MAX(Name) = '{quoted}'"),
                format!("SELECT Id FROM Account WHERE toLabel(Rating) LIKE '{quoted}'"),
            ] {
                let page = org.ask(&scope, &soql).await.unwrap();
                let any = text == "%" && !soql.contains("= '") && !soql.contains("('") && !soql.contains('x');
                assert_eq!(page.total_size > 0, any, "{soql}");
            }
        }
        assert_eq!(org.ask(&scope, "SELECT COUNT() FROM Account").await.unwrap().total_size, 5);
        org.world.end().await;
    }
}
