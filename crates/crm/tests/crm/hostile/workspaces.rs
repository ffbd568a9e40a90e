//! One workspace beside another.

use std::sync::Arc;

use salesforce::{Id, Version, id::Instance, record::Scalar};
use serde_json::json;
use switchboard_crm::{
    Operation, Outcome, QueryOptions,
    access::Caller,
    schema::{Schema, table},
};

use super::{everything, is_refusal};
use crate::record::office::{Office, create, delete, record, saved, schema, system, update, upsert};

/// Ids of another workspace's records are ids of nothing, on every path.
#[tokio::test]
async fn nothing_of_another_workspace_is_there() {
    for mut office in Office::all().await {
        let ours = office.make("Account", json!({"Name": "Ours", "Ext__c": "ours"})).await;
        let own = (office.world.workspace, office.schema.clone(), office.boss.clone());
        let neighbour = office.world.another_workspace(77).await;
        let objects = schema(false).objects().iter().map(|object| (**object).clone()).collect();
        let theirs = Arc::new(Schema::new(1, 2, Instance::parse("0Bb").unwrap(), objects));
        table::make(office.world.crm.store(), neighbour, &theirs).await.unwrap();
        // As the neighbour.
        let boss = Caller { workspace: neighbour, ..office.boss.clone() };
        (office.world.workspace, office.schema, office.boss) = (neighbour, theirs, boss);
        let user = vec![create("User", json!({"LastName": "Doe", "IsActive": true}))];
        let user = saved(&office.records(&system(neighbour)).change(user, true).await.unwrap())[0];
        let account = office.make("Account", json!({"Name": "Theirs", "Ext__c": "theirs", "OwnerId": user.to_string()})).await;
        let file = json!({"PathOnClient": "a.txt", "VersionData": "aGVsbG8=", "OwnerId": user.to_string()});
        let file = office.make("ContentVersion", file).await;
        office.records(&office.boss).create_once("key", "Case", record(&json!({"Subject": "S"}))).await.unwrap();
        let there = everything(&office).await;
        let neighbours = (office.world.workspace, office.schema.clone(), office.boss.clone());
        // At home, as the boss who may everything.
        (office.world.workspace, office.schema, office.boss) = own;
        let before = everything(&office).await;
        let document = Id::parse(&format!("069{}", &file.short()[3..])).unwrap();
        let outcomes = office
            .change(vec![
                update("Account", account, json!({"Name": "x"})),
                delete(account),
                Operation::Undelete { id: account },
                upsert("Account", "Id", &account.to_string(), json!({"Name": "x"})),
                create("Contact", json!({"LastName": "x", "AccountId": account.to_string()})),
                create("Contact", json!({"LastName": "x", "Account": {"Ext__c": "theirs"}})),
                create("Account", json!({"Name": "x", "OwnerId": user.to_string()})),
                create("ContentDocumentLink", json!({"ContentDocumentId": document.to_string(), "LinkedEntityId": ours.to_string()})),
                update("Account", ours, json!({"ParentId": account.to_string()})),
            ])
            .await;
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Refused(_))), "{outcomes:?}");
        assert_eq!(everything(&office).await, before);
        let records = office.records(&office.boss);
        assert_eq!(records.read("Account", &[account], None, Version::LATEST).await.unwrap(), [None]);
        assert!(records.blob("ContentVersion", file, "VersionData").await.is_err_and(is_refusal));
        assert!(records.by_key("Account", "Ext__c", &Scalar::Text("theirs".into())).await.unwrap().is_empty());
        assert_eq!(records.made_under("key").await.unwrap(), None);
        let scope = records.scope().clone();
        for (soql, total) in [("SELECT Name FROM Account".to_owned(), 1), (format!("SELECT Name FROM Account WHERE Id = '{account}'"), 0)] {
            let page = office.world.crm.query_in(&scope, &soql, &QueryOptions::new(Version::LATEST)).await.unwrap();
            assert_eq!(page.total_size, total, "{soql}");
        }
        // What is unique there is free here.
        saved(&office.change(vec![create("Account", json!({"Name": "x", "Ext__c": "theirs"}))]).await);
        (office.world.workspace, office.schema, office.boss) = neighbours;
        assert_eq!(everything(&office).await, there);
        office.end().await;
    }
}
