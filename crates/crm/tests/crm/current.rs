//! How a workspace comes to its tables, and servers to one picture of them.

use std::time::Duration;

use sea_query::{Expr, Index, Order, Query, Table};
use store::{Error, sql::Built};
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

/// What an older server made of an older standard schema: without one column and one index, and with what an administrator said of a status.
async fn make_older(crm: &Crm, workspace: domain::ids::WorkspaceId) {
    crm.store()
        .define(workspace, |tx| {
            Box::pin(async move {
                let backend = tx.backend();
                let definitions = [
                    Built::definition("older", backend, Index::drop().name("crm1_contact_email")),
                    Built::definition("older", backend, Table::alter().table("crm1_contact").drop_column("email")),
                    Built::definition("older", backend, Table::alter().table("crm1_contact").drop_column("email_f")),
                    Built::definition("older", backend, Table::drop().table("crm1_note")),
                ];
                tx.run_definitions(&definitions).await?;
                let updates = {
                    let mut older = Query::update();
                    older.table("crm_workspace").value("standard", Expr::val(0));
                    let mut closing = Query::update();
                    closing.table("crm1_casestatus").value("isclosed", Expr::val(1));
                    [Built::new("older", backend, &older)?, Built::new("older", backend, &closing)?]
                };
                for update in updates {
                    tx.run_built(update).await?;
                }
                Ok::<_, Error>(())
            })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn tables_of_an_older_schema_are_extended() {
    for world in worlds().await {
        let schema = world.crm.schema(world.workspace).await.unwrap();
        make_older(&world.crm, world.workspace).await;
        let (one, other) = (world.another_server(7).await, world.another_server(8).await);
        let (a, b) = tokio::join!(one.schema(world.workspace), other.schema(world.workspace));
        assert_eq!((a.unwrap().revision, b.unwrap().revision), (schema.revision + 1, schema.revision + 1));
        texts(&one, "crm1_contact".to_owned(), ["email", "email_f"]).await;
        texts(&one, "crm1_note".to_owned(), ["id", "title_f"]).await;
        let statuses = texts(&one, "crm1_casestatus".to_owned(), ["apiname", "id"]).await;
        assert_eq!(statuses.len(), 4);
        let mut snapshot = one.store().record_snapshot(Duration::from_secs(60)).await.unwrap();
        let closing = {
            let mut select = Query::select();
            select.column("id").from("crm1_casestatus").and_where(Expr::cust("isclosed = 1"));
            Built::new("select", snapshot.backend(), &select).unwrap()
        };
        assert_eq!(snapshot.fetch_built(closing).await.unwrap().len(), 4, "what was said of them stays");
        drop(snapshot);
        one.store().close().await;
        other.store().close().await;
        world.end().await;
    }
}

#[tokio::test]
async fn records_are_written_while_fields_are_added() {
    // SQLite has one writer, which waits.
    let world = worlds().await.remove(1);
    let crm = &world.crm;
    crm.schema(world.workspace).await.unwrap();
    let (system, author) = (world.system(), switchboard_crm::schema::define::Author::default());
    let write = |number: usize| {
        crm.store().write(move |tx| {
            Box::pin(async move {
                let built = {
                    let mut insert = Query::insert();
                    let id = format!("003000000{number:06}");
                    insert
                        .into_table("crm1_contact")
                        .columns(["id", "email", "email_f"])
                        .values_panic([id, "a".into(), "a".into()].map(Expr::val));
                    Built::new("insert", tx.backend(), &insert)?
                };
                tx.run_built(built).await
            })
        })
    };
    let writing = async {
        for number in 0..60 {
            write(number).await.unwrap();
        }
    };
    let adding = async {
        for name in ["One", "Two", "Three"] {
            let field = serde_json::json!({ "name": name, "label": name, "kind": "text", "unique": true });
            crm.define_field(&system, author, "Contact", serde_json::from_value(field).unwrap()).await.unwrap();
        }
    };
    tokio::join!(writing, adding);
    assert_eq!(texts(crm, "crm1_contact".to_owned(), ["id", "email"]).await.len(), 60);
    let contact = crm.schema(world.workspace).await.unwrap().object("Contact").cloned().unwrap();
    assert!(["One__c", "Two__c", "Three__c"].iter().all(|name| contact.field(name).is_some()));
    world.end().await;
}
