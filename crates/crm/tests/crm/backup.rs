//! Records in a backup: their tables are made where it is restored, whichever database it comes from and goes to.

use std::time::Duration;

use domain::time::Clock as _;
use sea_query::{Expr, Order, Query};
use serde_json::json;
use store::{Location, Options, sql::Built};
use switchboard_crm::{Crm, schema::define::Author};
use testkit::Cluster;

use crate::world::{server, worlds};

/// Writes a contact as it is.
async fn contact(crm: &Crm, id: &'static str, email: &'static str, key: &'static str) -> store::Result<u64> {
    crm.store()
        .write(move |tx| {
            Box::pin(async move {
                let built = {
                    let mut insert = Query::insert();
                    insert.into_table("crm1_contact").columns(["id", "email", "email_f", "key__c", "key__c_f", "weight__c", "birthdate"]);
                    let values = [id, email, email, key, key].map(Expr::val).into_iter().chain([Expr::val(-0.1), Expr::val(i64::MIN)]);
                    insert.values_panic(values);
                    Built::new("insert", tx.backend(), &insert)?
                };
                tx.run_built(built).await
            })
        })
        .await
}

async fn contacts(crm: &Crm) -> Vec<(String, String, f64, i64, bool)> {
    let mut snapshot = crm.store().record_snapshot(Duration::from_secs(60)).await.unwrap();
    let built = {
        let mut select = Query::select();
        select.columns(["id", "email", "weight__c", "birthdate", "isdeleted"]).from("crm1_contact").order_by("id", Order::Asc);
        Built::new("select", snapshot.backend(), &select).unwrap()
    };
    let rows = snapshot.fetch_built(built).await.unwrap();
    rows.iter()
        .map(|row| (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap(), row.get(3).unwrap(), row.get(4).unwrap()))
        .collect()
}

#[tokio::test]
async fn records_are_restored_from_each_database_into_each() {
    for world in worlds().await {
        let (crm, system, author) = (&world.crm, world.system(), Author::default());
        for field in [
            json!({ "name": "Key", "label": "Key", "kind": "text", "unique": true, "external_id": true }),
            json!({ "name": "Weight", "label": "Weight", "kind": "number", "scale": 3 }),
        ] {
            crm.define_field(&system, author, "Contact", serde_json::from_value(field).unwrap()).await.unwrap();
        }
        contact(crm, "003000000000001", "ü@example.com", "a").await.unwrap();
        contact(crm, "003000000000002", "b@example.com", "b").await.unwrap();
        let (before, schema) = (contacts(crm).await, crm.schema(world.workspace).await.unwrap());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.sqlite");
        let summary = store::backup(&world.options(), &file, world.clock.now(), &mut |_| {}).await.unwrap();
        assert_eq!((summary.rows["crm1_contact"], summary.rows["crm1_casestatus"]), (2, 4));

        let database = tokio::task::spawn_blocking(|| Cluster::fast().database()).await.unwrap();
        let url = format!("sqlite:{}", folder.path().join("new/switchboard.sqlite").display());
        for url in [url.as_str(), database.url()] {
            let options = Options::new(url.parse::<Location>().unwrap());
            store::restore(&file, &options, world.clock.now(), &mut |_| {}).await.unwrap();
            let restored = server(url, 5, &world.clock).await;
            assert_eq!(contacts(&restored).await, before);
            let again = restored.schema(world.workspace).await.unwrap();
            assert_eq!((again.revision, again.number, again.instance), (schema.revision, schema.number, schema.instance));
            assert_eq!(again.objects(), schema.objects());
            let twice = contact(&restored, "003000000000003", "c@example.com", "b").await;
            assert!(matches!(twice, Err(store::Error::Duplicate(_))), "indexes are there again");
            contact(&restored, "003000000000003", "c@example.com", "c").await.unwrap();
            let system = world.system();
            restored.drop_field(&system, author, "Contact", "Key__c").await.unwrap();
            world.clock.advance(Duration::from_secs(2));
            restored.erase_field(&system, author, "Contact", "Key__c").await.unwrap();
            restored.store().close().await;

            // And into a backup again.
            let second = folder.path().join(if url.starts_with("sqlite") { "second" } else { "third" });
            let summary = store::backup(&options, &second, world.clock.now(), &mut |_| {}).await.unwrap();
            assert_eq!(summary.rows["crm1_contact"], 3);
        }
        world.end().await;
    }
}
