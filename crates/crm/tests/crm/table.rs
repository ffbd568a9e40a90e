//! Tables of hand-made objects.

use std::sync::Arc;

use salesforce::id::{Instance, KeyPrefix};
use sea_query::{Expr, ExprTrait as _, Order, Query};
use store::{Backend, sql::Built};
use switchboard_crm::{
    Crm, Error, Result,
    schema::{Field, FieldType, Object, OnDelete, Reference, Schema, table},
};

use crate::world::worlds;

fn thing(more: Vec<Field>) -> Object {
    let name = Field { is_name: true, nillable: false, ..Field::new("Name", "Name", FieldType::Text, 80) };
    let reference = Reference {
        to: vec!["Thing__c".into()],
        parent_name: Some("Parent__r".into()),
        child_name: Some("Things__r".into()),
        on_delete: OnDelete::Clear,
        master: false,
    };
    let mut fields = vec![
        Field::new("Id", "Record ID", FieldType::Id, 0),
        Field::new("IsDeleted", "Deleted", FieldType::Boolean, 0),
        name,
        Field::new("CreatedDate", "Created Date", FieldType::DateTime, 0),
        Field { reference: Some(reference), ..Field::new("Parent__c", "Parent", FieldType::Reference, 0) },
        Field { unique: true, external_id: true, ..Field::new("Key__c", "Key", FieldType::Text, 40) },
        Field { unique: true, case_sensitive: true, ..Field::new("Exact__c", "Exact", FieldType::Text, 40) },
        Field::new("Much__c", "Much", FieldType::Textarea, 32_000),
        Field::new("Weight__c", "Weight", FieldType::Double, 0),
        Field::new("Address__c", "Address", FieldType::Address, 0),
    ];
    fields.extend(more);
    let mut thing = Object::new("Thing__c", "Thing", "Things", fields);
    thing.prefix = KeyPrefix::custom(0);
    thing
}

fn schema(more: Vec<Field>) -> Arc<Schema> {
    let long = "A".repeat(37) + "__c";
    let fields = vec![
        Field::new("Id", "Record ID", FieldType::Id, 0),
        Field { external_id: true, ..Field::new(long.clone(), "Long", FieldType::Text, 40) },
    ];
    let mut other = Object::new(long, "Long", "Longs", fields);
    other.prefix = KeyPrefix::custom(1);
    Arc::new(Schema::new(1, 1, Instance::parse("0Aa").unwrap(), vec![thing(more), other]))
}

async fn insert(crm: &Crm, id: &'static str, key: Option<&'static str>, exact: Option<&'static str>) -> Result<()> {
    crm.store()
        .write(move |tx| {
            Box::pin(async move {
                let built = {
                    let mut insert = Query::insert();
                    insert.into_table("crm1_thing__c").columns([
                        "id",
                        "name",
                        "name_f",
                        "key__c",
                        "key__c_f",
                        "exact__c",
                        "exact__c_f",
                        "weight__c",
                    ]);
                    let folded = |text: Option<&str>| text.map(str::to_lowercase);
                    insert.values_panic([
                        id.into(),
                        "A".into(),
                        "a".into(),
                        key.into(),
                        folded(key).into(),
                        exact.into(),
                        folded(exact).into(),
                        0.5.into(),
                    ]);
                    Built::new("insert", tx.backend(), &insert)?
                };
                tx.run_built(built).await?;
                Ok(())
            })
        })
        .await
}

async fn delete(crm: &Crm, id: &'static str) -> Result<u64> {
    crm.store()
        .write(move |tx| {
            Box::pin(async move {
                let built = {
                    let mut update = Query::update();
                    update.table("crm1_thing__c").value("isdeleted", 1).and_where(Expr::col("id").eq(id));
                    Built::new("delete", tx.backend(), &update)?
                };
                Ok(tx.run_built(built).await?)
            })
        })
        .await
}

fn is_conflict(result: Result<()>) -> bool {
    matches!(result, Err(Error::Storage(store::Error::Duplicate(_))))
}

#[tokio::test]
async fn tables_are_made_once_and_extended() {
    for world in worlds().await {
        let crm = &world.crm;
        for _ in 0..2 {
            table::make(crm.store(), world.workspace, &schema(vec![])).await.unwrap();
        }
        insert(crm, "a00000000000001", Some("K"), Some("E")).await.unwrap();
        let size = Field { external_id: true, ..Field::new("Size__c", "Size", FieldType::Double, 0) };
        let done = Field::new("Done__c", "Done", FieldType::Boolean, 0);
        table::make(crm.store(), world.workspace, &schema(vec![size, done])).await.unwrap();
        insert(crm, "a00000000000002", None, None).await.unwrap();

        let mut snapshot = crm.store().record_snapshot(std::time::Duration::from_secs(60)).await.unwrap();
        let select = {
            let mut select = Query::select();
            select.columns(["id", "isdeleted", "name", "key__c_f", "weight__c", "size__c", "done__c"]);
            select.from("crm1_thing__c").order_by("id", Order::Asc);
            Built::new("select", snapshot.backend(), &select).unwrap()
        };
        let rows = snapshot.fetch_built(select).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].get::<String>(0).unwrap(), "a00000000000001");
        assert!(!rows[0].get::<bool>(1).unwrap());
        assert_eq!(rows[0].get::<Option<String>>(3).unwrap().as_deref(), Some("k"));
        assert_eq!(rows[0].get::<f64>(4).unwrap(), 0.5);
        assert_eq!(rows[0].get::<Option<f64>>(5).unwrap(), None);
        assert!(!rows[0].get::<bool>(6).unwrap(), "a checkbox that is added is off everywhere");
        drop(snapshot);
        world.end().await;
    }
}

#[tokio::test]
async fn only_one_record_that_is_not_deleted_has_a_unique_value() {
    for world in worlds().await {
        let crm = &world.crm;
        table::make(crm.store(), world.workspace, &schema(vec![])).await.unwrap();
        insert(crm, "a00000000000001", Some("Key"), Some("Exact")).await.unwrap();
        assert!(is_conflict(insert(crm, "a00000000000002", Some("KEY"), None).await), "case makes no difference");
        insert(crm, "a00000000000003", None, Some("EXACT")).await.unwrap();
        assert!(is_conflict(insert(crm, "a00000000000004", None, Some("Exact")).await), "but where it does");
        insert(crm, "a00000000000005", None, None).await.unwrap();
        assert_eq!(delete(crm, "a00000000000001").await.unwrap(), 1);
        insert(crm, "a00000000000006", Some("key"), Some("Exact")).await.unwrap();
        world.end().await;
    }
}

#[test]
fn statements_quote_names_and_compare_bytes() {
    let schema = schema(vec![]);
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let texts: Vec<String> = schema
            .objects()
            .iter()
            .flat_map(|object| table::create(&schema, object, backend))
            .map(|built| built.text().to_owned())
            .collect();
        insta::assert_snapshot!(format!("{backend:?}"), texts.join("\n"));
    }
}
