//! Which indexes the databases use: what is asked for often reads no table as a whole (C11).

use sea_query::{SchemaBuilder, SchemaStatementBuilder};
use store::sql::Built;
use switchboard_crm::{Error, Reader, query::explain};

use super::data::{Org, Put, id, schema};
use crate::world::worlds;

/// So many that both databases prefer an index wherever one serves.
const RECORDS: u64 = 20_000;

/// What a database that has been running for a while knows by itself: how many records have what.
struct Analyze;

impl SchemaStatementBuilder for Analyze {
    fn build<T: SchemaBuilder>(&self, _: T) -> String {
        "ANALYZE".to_owned()
    }
}

async fn analyze(org: &Org) {
    let analyzed = org.world.crm.store().define(org.world.workspace, |tx| {
        Box::pin(async move {
            tx.run_built(Built::definition("analyze", tx.backend(), &Analyze)).await?;
            Ok::<(), Error>(())
        })
    });
    analyzed.await.unwrap();
}

#[tokio::test]
async fn common_queries_read_an_index() {
    for world in worlds().await {
        let org = Org::new(world, schema()).await;
        let contacts = (1..=RECORDS).map(|number| {
            vec![
                ("Id", Put::from(id("003", number))),
                ("Name", format!("Contact {number}").as_str().into()),
                ("CreatedDate", (i64::try_from(number).unwrap() * 1_000_000).into()),
                ("Email", format!("{number}@Example.org").as_str().into()),
                ("AccountId", id("001", number / 5).into()),
            ]
        });
        org.insert_all("Contact", contacts.collect()).await;
        let accounts = (0..RECORDS / 5).map(|number| {
            let key = format!("K{number}");
            vec![
                ("Id", Put::from(id("001", number))),
                ("Name", format!("Account {number}").as_str().into()),
                ("CreatedDate", 5.into()),
                ("Key__c", key.as_str().into()),
                ("Code__c", key.as_str().into()),
            ]
        });
        org.insert_all("Account", accounts.collect()).await;
        analyze(&org).await;
        let scope = org.system();
        let mut snapshot = org.world.crm.store().record_snapshot(org.options.longest).await.unwrap();
        let mut reader = Reader::Snapshot(&mut snapshot);
        for (soql, index) in [
            ("SELECT Id, Name, Account.Name FROM Contact WHERE Email = '7@example.org'", "crm1_contact_email"),
            ("SELECT Id FROM Contact WHERE Email IN ('7@example.org', '8@example.org') LIMIT 5", "crm1_contact_email"),
            ("SELECT Id FROM Contact WHERE Email LIKE '77%'", "crm1_contact_email"),
            ("SELECT Id FROM Contact WHERE Name LIKE 'Contact 123%' ORDER BY Name LIMIT 10", "crm1_contact_name"),
            ("SELECT Id, Name FROM Contact WHERE AccountId = '0010Aa000000005'", "crm1_contact_accountid"),
            ("SELECT Id FROM Account WHERE Key__c = 'k7'", "crm1_account_key__c"),
            ("SELECT Id FROM Account WHERE Code__c = 'K7'", "crm1_account_code__c"),
            (
                "SELECT Id FROM Contact WHERE CreatedDate > 1970-01-01T05:30:00Z AND CreatedDate <= 1970-01-01T05:31:00Z",
                "crm1_contact_createddate",
            ),
            ("SELECT Id FROM Contact ORDER BY CreatedDate DESC LIMIT 20", "crm1_contact_createddate"),
            ("SELECT Id FROM Contact ORDER BY Name LIMIT 20", "crm1_contact_name"),
        ] {
            let plan = explain(&mut reader, &scope, soql, &org.options).await.unwrap();
            assert!(plan.contains(index), "{soql}\n{plan}");
            assert!(!plan.contains("SCAN t0\n") && !plan.contains("TEMP B-TREE") && !plan.contains("Seq Scan"), "{soql}\n{plan}");
        }
        for soql in [
            "SELECT Id, Name FROM Contact WHERE Id = '0030Aa000000005'",
            "SELECT Id, Name FROM Contact WHERE Id > '0030Aa000000005' ORDER BY Id LIMIT 200",
            "SELECT Id, Name FROM Contact ORDER BY Id LIMIT 200",
        ] {
            let plan = explain(&mut reader, &scope, soql, &org.options).await.unwrap();
            let key = plan.contains("crm1_contact_pkey") || plan.contains("sqlite_autoindex_crm1_contact_1");
            assert!(key && !plan.contains("TEMP B-TREE") && !plan.contains("Sort"), "{soql}\n{plan}");
        }
        drop(snapshot);
        org.world.end().await;
    }
}
