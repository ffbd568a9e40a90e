//! The standard objects, as administrators and agents write them.

use salesforce::{Code, Id, Version};
use serde_json::{Value as Json, json};
use switchboard_crm::{Crm, access::Caller};

use super::office::{code, create, delete, saved, update};
use crate::{
    defined::BOB,
    world::{World, worlds},
};

async fn make(world: &World, caller: &Caller, object: &str, json: Json) -> Id {
    saved(&world.crm.change(caller, vec![create(object, json)], true).await.unwrap())[0]
}

async fn see(crm: &Crm, caller: &Caller, object: &str, id: Id) -> Json {
    serde_json::to_value(crm.read(caller, object, &[id], None, Version::LATEST).await.unwrap()[0].as_ref()).unwrap()
}

#[tokio::test]
async fn everything_a_chat_team_keeps_is_made_with_what_it_needs_and_read_whole() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let (crm, ada) = (&world.crm, world.ada().await);
        let bob = crm.caller(world.workspace, BOB).await.unwrap();
        let account = make(&world, &bob, "Account", json!({"Name": "Analytical Engines"})).await;
        let contact = make(
            &world,
            &bob,
            "Contact",
            json!({"FirstName": "Ada", "LastName": "Lovelace", "Email": "ada@example.org", "AccountId": account.to_string(),
                   "MailingCity": "London"}),
        )
        .await;
        let lead = make(&world, &bob, "Lead", json!({"LastName": "Babbage", "Company": "Engines"})).await;
        let case =
            make(&world, &bob, "Case", json!({"Subject": "It does not compute", "ContactId": contact.to_string(), "Origin": "Chat"})).await;
        let links = json!({"WhoId": contact.to_string(), "WhatId": case.to_string()});
        let task = make(&world, &bob, "Task", json!({"Subject": "Call", "WhoId": links["WhoId"], "WhatId": links["WhatId"]})).await;
        let comment = make(&world, &bob, "CaseComment", json!({"ParentId": case.to_string(), "CommentBody": "Soon."})).await;
        let file = make(
            &world,
            &bob,
            "ContentVersion",
            json!({"PathOnClient": "a.txt", "VersionData": "aGVsbG8=", "FirstPublishLocationId": case.to_string()}),
        )
        .await;
        assert_eq!(see(crm, &bob, "Contact", contact).await["Name"], "Ada Lovelace");
        assert_eq!(see(crm, &bob, "Contact", contact).await["MailingAddress"]["city"], "London");
        assert_eq!(see(crm, &bob, "Lead", lead).await["Status"], "Open - Not Contacted");
        let seen = see(crm, &bob, "Case", case).await;
        assert_eq!(
            json!([seen["CaseNumber"], seen["Status"], seen["Priority"], seen["IsClosed"], seen["AccountId"], seen["Origin"]]),
            json!(["00000001", "New", "Medium", false, account.to_string(), "Chat"])
        );
        assert_eq!(see(crm, &bob, "Task", task).await["Status"], "Not Started");
        assert_eq!(see(crm, &bob, "CaseComment", comment).await["CommentBody"], "Soon.");
        let version = see(crm, &bob, "ContentVersion", file).await;
        let document = Id::parse(version["ContentDocumentId"].as_str().unwrap()).unwrap();
        assert_eq!(see(crm, &bob, "ContentDocument", document).await["LatestPublishedVersionId"], file.to_string());
        saved(&crm.change(&bob, vec![update("Case", case, json!({"Status": "Closed"}))], true).await.unwrap());
        let seen = see(crm, &bob, "Case", case).await;
        assert_eq!((seen["IsClosed"].as_bool(), seen["ClosedDate"].is_string()), (Some(true), true));
        // Rights of the standard profiles.
        assert_eq!(code(&crm.change(&bob, vec![delete(account)], false).await.unwrap()[0]), Code::InsufficientAccessOrReadonly);
        assert_eq!(code(&crm.change(&ada, vec![delete(account)], false).await.unwrap()[0]), Code::DeleteFailed);
        saved(&crm.change(&ada, vec![delete(case), delete(account)], true).await.unwrap());
        assert_eq!(see(crm, &ada, "Contact", contact).await, Json::Null);
        world.end().await;
    }
}

#[tokio::test]
async fn rights_are_given_and_taken_as_records() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let (crm, ada) = (&world.crm, world.ada().await);
        let bob = crm.caller(world.workspace, BOB).await.unwrap();
        let before = crm.caller(world.workspace, BOB).await.unwrap();
        let opportunity = crm.schema(world.workspace).await.unwrap().object("Opportunity").unwrap().clone();
        let had = before.rights.deletes(&opportunity);
        assert!(!had);
        let set = make(&world, &ada, "PermissionSet", json!({"Name": "Sales", "Label": "Sales"})).await;
        let row = |json: Json| create("ObjectPermissions", json);
        let all = json!({
            "ParentId": set.to_string(), "SobjectType": "opportunity", "PermissionsRead": true, "PermissionsEdit": true,
            "PermissionsCreate": true, "PermissionsDelete": true,
        });
        make(&world, &ada, "ObjectPermissions", all.clone()).await;
        let assigned = json!({"PermissionSetId": set.to_string(), "AssigneeId": bob.user.to_string()});
        let assignment = make(&world, &ada, "PermissionSetAssignment", assigned.clone()).await;
        assert!(crm.caller(world.workspace, BOB).await.unwrap().rights.deletes(&opportunity), "known at once");
        let set_of = |name: &str| json!({"Name": name, "Label": "x"});
        let outcomes = crm
            .change(
                &ada,
                vec![
                    row(all),
                    row(json!({"ParentId": set.to_string(), "SobjectType": "Lead", "PermissionsEdit": true})),
                    row(json!({"ParentId": set.to_string(), "SobjectType": "Lead"})),
                    row(json!({"ParentId": set.to_string(), "SobjectType": "Nothing", "PermissionsRead": true})),
                    create("PermissionSetAssignment", assigned),
                    create("PermissionSet", set_of("sales")),
                    create("PermissionSet", set_of("no name")),
                    create(
                        "FieldPermissions",
                        json!({"ParentId": set.to_string(), "SobjectType": "Lead", "Field": "Lead.Nothing", "PermissionsRead": true}),
                    ),
                ],
                false,
            )
            .await
            .unwrap();
        let (taken, wrong) = (Code::DuplicateValue, Code::FieldIntegrityException);
        let codes: Vec<_> = outcomes.iter().map(code).collect();
        assert_eq!(codes, [taken, wrong, wrong, wrong, taken, taken, wrong, wrong]);
        // Nobody else changes rights, and nobody changes the administrators'.
        let outcomes = crm.change(&bob, vec![delete(assignment), create("PermissionSet", set_of("Mine"))], false).await.unwrap();
        assert_eq!(outcomes.iter().map(code).collect::<Vec<_>>(), [Code::NotFound; 2]);
        let own = world.rows("PermissionSet", &["IsOwnedByProfile"]).await;
        let own: Vec<_> = own.iter().filter(|(_, row)| row[0] == "1").map(|(id, _)| Id::parse(id).unwrap()).collect();
        assert!(!own.is_empty());
        let outcomes = crm.change(&ada, own.iter().map(|id| delete(*id)).collect(), false).await.unwrap();
        assert!(outcomes.iter().all(|outcome| code(outcome) == Code::InsufficientAccessOrReadonly), "{outcomes:?}");
        saved(&crm.change(&ada, vec![delete(assignment)], true).await.unwrap());
        assert!(!crm.caller(world.workspace, BOB).await.unwrap().rights.deletes(&opportunity));
        // Who works here is not made here.
        let outcomes = crm
            .change(
                &ada,
                vec![create("User", json!({"LastName": "x"})), update("User", ada.user, json!({"LastName": "x"})), delete(ada.user)],
                false,
            )
            .await
            .unwrap();
        let (kept, readonly) = (Code::CannotInsertUpdateActivateEntity, Code::InsufficientAccessOrReadonly);
        assert_eq!(outcomes.iter().map(code).collect::<Vec<_>>(), [kept, kept, readonly]);
        world.end().await;
    }
}
