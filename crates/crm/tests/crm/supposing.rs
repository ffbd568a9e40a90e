//! Queries by rights that were read before: they answer what the others do, and never by what does not count any more.

use std::time::Duration;

use domain::time::Clock as _;
use salesforce::{Version, record::Incoming};
use switchboard_crm::{
    Crm, Operation, Outcome, Scope,
    access::{FieldRight, ObjectRights, Supposed},
    query::QueryOptions,
};

use crate::{
    defined::BOB,
    world::{World, worlds},
};

const ALL: &str = "SELECT Id, LastName, Email FROM Lead ORDER BY LastName";

/// What the other server, which changes nothing, tells Bob by what it knows of him.
async fn told(world: &World, other: &Crm, supposed: &Supposed, soql: &str) -> Option<usize> {
    let schema = other.schema(world.workspace).await.unwrap();
    let scope = Scope { schema, caller: supposed.caller.clone(), now: other.now() };
    let options = QueryOptions::new(Version::LATEST);
    let page = other.query_supposing(&scope, supposed, soql, &options).await.unwrap()?;
    let certain = Scope { caller: other.certain(supposed).await.unwrap(), ..scope };
    assert_eq!(page, other.query_in(&certain, soql, &options).await.unwrap(), "{soql}");
    Some(page.total_size as usize)
}

/// What it supposes of him, after it has looked.
async fn supposed(world: &World, other: &Crm) -> Supposed {
    other.caller(world.workspace, BOB).await.unwrap();
    other.supposed(world.workspace, BOB).await.unwrap().unwrap()
}

#[tokio::test]
async fn nothing_is_told_by_rights_that_were_taken_back() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let ada = world.ada().await;
        let records = world.crm.records(&ada).await.unwrap();
        let lead = |name: &str| Operation::Create {
            object: "Lead".into(),
            record: Incoming::parse(format!(r#"{{"LastName": "{name}", "Company": "Acme", "Email": "{name}@example.org"}}"#).as_bytes())
                .unwrap(),
            uploads: vec![],
        };
        let made = records.change(vec![lead("a"), lead("b")], true).await.unwrap();
        assert!(made.iter().all(|outcome| matches!(outcome, Outcome::Saved(_))), "{made:?}");

        let other = world.another_server(2).await;
        assert!(other.supposed(world.workspace, BOB).await.unwrap().is_none(), "nobody has looked");
        let bob = other.caller(world.workspace, BOB).await.unwrap().user;
        let standard = crate::rights::profile(&world, "Standard User").await;
        let minimum = crate::rights::profile(&world, "Minimum Access - API Only Integrations").await;
        let set = world.crm.create_permission_set(&ada, "Leads", "Leads", None).await.unwrap();
        world
            .crm
            .set_object_rights(&ada, set, "Lead", ObjectRights { read: true, view_all: true, ..ObjectRights::default() })
            .await
            .unwrap();
        world.crm.set_field_rights(&ada, set, "Lead", vec![("Email".to_owned(), FieldRight::Read)]).await.unwrap();
        world.crm.set_profile(&ada, bob, minimum).await.unwrap();
        let until = world.clock.now() + Duration::from_secs(60);
        world.crm.assign(&ada, bob, set, Some(until)).await.unwrap();

        let before = supposed(&world, &other).await;
        for (soql, rows) in [
            (ALL, 2),
            ("SELECT Email FROM Lead WHERE LastName = 'nobody'", 0),
            ("SELECT COUNT() FROM Lead", 2),
            ("SELECT Email, COUNT(Id) FROM Lead GROUP BY Email", 2),
            ("SELECT Id FROM Lead LIMIT 1", 1),
        ] {
            assert_eq!(told(&world, &other, &before, soql).await, Some(rows), "{soql}");
        }
        // Refused, or of more than one statement: for whoever knows for certain.
        for soql in ["SELECT Phone FROM Lead", "SELECT", "SELECT Id FROM Nowhere", "SELECT Id FROM Lead WHERE CreatedDate = TODAY"] {
            assert_eq!(told(&world, &other, &before, soql).await, None, "{soql}");
        }

        world.crm.set_field_rights(&ada, set, "Lead", vec![("Email".to_owned(), FieldRight::None)]).await.unwrap();
        for soql in
            [ALL, "SELECT Email FROM Lead WHERE LastName = 'nobody'", "SELECT COUNT() FROM Lead", "SELECT Email FROM Lead GROUP BY Email"]
        {
            assert_eq!(told(&world, &other, &before, soql).await, None, "{soql}");
        }
        let after = supposed(&world, &other).await;
        assert_eq!(told(&world, &other, &after, ALL).await, None);
        assert_eq!(told(&world, &other, &after, "SELECT Id FROM Lead").await, Some(2));

        // What runs out does so by the clock, and raises nothing.
        world.clock.advance(Duration::from_secs(60));
        assert!(other.supposed(world.workspace, BOB).await.unwrap().is_none());
        world.crm.set_profile(&ada, bob, standard).await.unwrap();
        assert_eq!(told(&world, &other, &after, "SELECT Id FROM Lead").await, None);
        other.store().close().await;
        world.end().await;
    }
}
