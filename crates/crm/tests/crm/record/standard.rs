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
async fn people_and_rights_are_no_records_like_others() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let ada = world.ada().await;
        let outcomes = world
            .crm
            .change(
                &ada,
                vec![
                    create("User", json!({"LastName": "x"})),
                    update("User", ada.user, json!({"LastName": "x"})),
                    delete(ada.user),
                    create("ObjectPermissions", json!({"SobjectType": "Account"})),
                    create("PermissionSet", json!({"Name": "x", "Label": "x"})),
                ],
                false,
            )
            .await
            .unwrap();
        let (kept, readonly) = (Code::CannotInsertUpdateActivateEntity, Code::InsufficientAccessOrReadonly);
        assert_eq!(outcomes.iter().map(code).collect::<Vec<_>>(), [kept, kept, readonly, kept, kept]);
        world.end().await;
    }
}
