//! How a workspace comes to its tables, and servers to one picture of them.

use std::time::Duration;

use sea_query::{Order, Query};
use store::sql::Built;
use switchboard_crm::Crm;

use crate::world::worlds;

async fn texts(crm: &Crm, table: String, columns: [&'static str; 2]) -> Vec<(String, String)> {
    let mut snapshot = crm.store().record_snapshot(Duration::from_secs(60)).await.unwrap();
    let select = {
        let mut select = Query::select();
        select.columns(columns).from(table).order_by("id", Order::Asc);
        Built::new("select", snapshot.backend(), &select).unwrap()
    };
    let rows = snapshot.fetch_built(select).await.unwrap();
    rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect()
}

#[tokio::test]
async fn the_first_question_makes_the_tables() {
    for world in worlds().await {
        let schema = world.crm.schema(world.workspace).await.unwrap();
        assert_eq!((schema.number, schema.revision), (1, 1));
        let statuses = texts(&world.crm, schema.table(schema.object("CaseStatus").unwrap()), ["masterlabel", "id"]).await;
        let labels: Vec<_> = statuses.iter().map(|(label, _)| label.as_str()).collect();
        assert_eq!(labels, ["New", "Working", "Escalated", "Closed"]);
        let first = salesforce::Id::parse(&statuses[0].1).unwrap();
        assert_eq!((first.instance(), first.counter()), (schema.instance, 1));
        let organisations = texts(&world.crm, schema.table(schema.object("Organization").unwrap()), ["name", "timezonesidkey"]).await;
        assert_eq!(organisations, [("Workspace 2".to_owned(), "Europe/Berlin".to_owned())]);
        for object in schema.objects() {
            texts(&world.crm, schema.table(object), ["id", "id"]).await;
        }

        // Another workspace has tables of its own, and ids that no other has.
        let other = world.another_workspace(3).await;
        let theirs = world.crm.schema(other).await.unwrap();
        assert_eq!(theirs.number, 2);
        assert_ne!(theirs.instance, schema.instance);
        world.end().await;
    }
}

#[tokio::test]
async fn servers_that_begin_at_once_make_one_set_of_tables() {
    for world in worlds().await {
        let (one, other) = (world.another_server(7).await, world.another_server(8).await);
        let second = world.another_workspace(3).await;
        let (a, b, c, d) =
            tokio::join!(one.schema(world.workspace), other.schema(world.workspace), one.schema(second), other.schema(second));
        let (a, b, c, d) = (a.unwrap(), b.unwrap(), c.unwrap(), d.unwrap());
        assert_eq!((a.revision, a.number, a.instance), (b.revision, b.number, b.instance));
        assert_eq!((c.revision, c.number, c.instance), (d.revision, d.number, d.instance));
        assert_ne!(a.number, c.number);
        assert_eq!(texts(&one, a.table(a.object("CaseStatus").unwrap()), ["masterlabel", "id"]).await.len(), 4);
        one.store().close().await;
        other.store().close().await;
        world.end().await;
    }
}
