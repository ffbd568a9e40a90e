//! Who may do what, from rows of rights.

use std::time::Duration;

use domain::time::Clock as _;
use engine::definition::Agent;
use salesforce::error::Code;
use serde_json::json;
use switchboard_crm::{
    Error, Result,
    access::{FieldRight, ObjectRights},
    schema::define::Author,
};

use crate::{
    defined::{ADA, ADMINISTRATORS, AGENTS, BOB},
    world::{World, worlds},
};

fn refused<T: std::fmt::Debug>(result: Result<T>) -> Code {
    match result.unwrap_err() {
        Error::Refused(error) => error.code(),
        Error::Storage(error) => panic!("{error}"),
    }
}

pub(crate) async fn profile(world: &World, name: &str) -> salesforce::Id {
    let profiles = world.rows("Profile", &["Name"]).await;
    let (id, _) = profiles.iter().find(|(_, row)| row[0] == name).unwrap();
    salesforce::Id::parse(id).unwrap()
}

#[tokio::test]
async fn a_workspace_begins_with_administrators_and_standard_users() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let schema = world.crm.schema(world.workspace).await.unwrap();
        let (ada, bob) = (world.ada().await, world.crm.caller(world.workspace, BOB).await.unwrap());
        assert!(ada.rights.customize && ada.rights.modify_all_data && ada.rights.manage_users && ada.rights.api);
        assert!(!bob.rights.customize && !bob.rights.view_all_data && !bob.rights.manage_users && bob.rights.api);
        for object in schema.objects() {
            assert!(ada.rights.sees(object), "{}", object.name);
            for field in &object.fields {
                assert!(ada.rights.sees_field(object, field), "{}.{}", object.name, field.name);
            }
        }
        let contact = schema.object("Contact").unwrap();
        let email = contact.field("Email").unwrap();
        assert!(email.permissionable);
        assert!(bob.rights.creates(contact) && bob.rights.edits(contact) && !bob.rights.deletes(contact));
        assert!(bob.rights.sees_field(contact, email) && bob.rights.edits_field(contact, email));
        let transcript = schema.object("LiveChatTranscript").unwrap();
        assert!(bob.rights.sees(transcript) && !bob.rights.edits(transcript));
        let user = schema.object("User").unwrap();
        assert!(bob.rights.sees(user) && !bob.rights.edits(user));
        assert!(!bob.rights.sees(schema.object("PermissionSet").unwrap()));
        // Installing again makes nothing.
        let before = world.rows("FieldPermissions", &[]).await.len();
        let other = world.another_server(2).await;
        other.system(world.workspace).await.unwrap();
        assert_eq!((world.rows("FieldPermissions", &[]).await.len(), world.rows("Profile", &[]).await.len()), (before, 3));
        other.store().close().await;
        world.end().await;
    }
}

#[tokio::test]
async fn permission_sets_add_until_they_run_out_and_every_server_knows() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let other = world.another_server(2).await;
        let schema = world.crm.schema(world.workspace).await.unwrap();
        let lead = schema.object("Lead").unwrap();
        let ada = world.ada().await;
        let minimum = profile(&world, "Minimum Access - API Only Integrations").await;
        let bob = other.caller(world.workspace, BOB).await.unwrap();
        assert!(bob.rights.sees(lead));

        world.crm.set_profile(&ada, bob.user, minimum).await.unwrap();
        assert!(!other.caller(world.workspace, BOB).await.unwrap().rights.sees(lead));

        let set = world.crm.create_permission_set(&ada, "Leads", "All about leads", None).await.unwrap();
        let rights = ObjectRights { read: true, create: true, ..ObjectRights::default() };
        world.crm.set_object_rights(&ada, set, "lead", rights).await.unwrap();
        let fields = vec![("email".to_owned(), FieldRight::Edit), ("Phone".to_owned(), FieldRight::Read)];
        world.crm.set_field_rights(&ada, set, "Lead", fields).await.unwrap();
        let until = world.clock.now() + Duration::from_secs(60);
        world.crm.assign(&ada, bob.user, set, Some(until)).await.unwrap();
        let bob = other.caller(world.workspace, BOB).await.unwrap();
        let [email, phone, title] = ["Email", "Phone", "Title"].map(|name| lead.field(name).unwrap());
        assert!(bob.rights.creates(lead) && !bob.rights.edits(lead));
        assert!(bob.rights.edits_field(lead, email) && !bob.rights.edits_field(lead, phone));
        assert!(bob.rights.sees_field(lead, phone) && !bob.rights.sees_field(lead, title));

        world.clock.advance(Duration::from_secs(60));
        assert!(!other.caller(world.workspace, BOB).await.unwrap().rights.sees(lead), "it has run out");
        world.crm.assign(&ada, bob.user, set, None).await.unwrap();
        assert!(other.caller(world.workspace, BOB).await.unwrap().rights.sees(lead));
        world.crm.set_object_rights(&ada, set, "Lead", ObjectRights::default()).await.unwrap();
        assert!(!other.caller(world.workspace, BOB).await.unwrap().rights.sees(lead));
        assert_eq!(refused(world.crm.delete_rights_holder(&ada, set).await), Code::FieldIntegrityException, "it is assigned");
        world.crm.unassign(&ada, bob.user, set).await.unwrap();
        world.crm.delete_rights_holder(&ada, set).await.unwrap();
        other.store().close().await;
        world.end().await;
    }
}

#[tokio::test]
async fn rights_need_what_they_rest_on() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let ada = world.ada().await;
        let bob = world.crm.caller(world.workspace, BOB).await.unwrap();
        let standard = profile(&world, "Standard User").await;
        let clone = world.crm.clone_profile(&ada, standard, "Desk").await.unwrap();
        assert_eq!(refused(world.crm.clone_profile(&ada, standard, "desk").await), Code::DuplicateValue);
        world.crm.set_profile(&ada, bob.user, clone).await.unwrap();
        assert_eq!(world.crm.caller(world.workspace, BOB).await.unwrap().rights.objects, bob.rights.objects, "a clone gives the same");
        let (none, all) = (ObjectRights::default(), ObjectRights { modify_all: true, ..ObjectRights::default() }.whole());
        for lacking in [
            ObjectRights { edit: true, ..none.clone() },
            ObjectRights { create: true, ..none.clone() },
            ObjectRights { read: true, delete: true, ..none.clone() },
            ObjectRights { view_all: false, ..all.clone() },
        ] {
            assert_eq!(refused(world.crm.set_object_rights(&ada, clone, "Case", lacking).await), Code::FieldIntegrityException);
        }
        world.crm.set_object_rights(&ada, clone, "Case", all).await.unwrap();
        let schema = world.crm.schema(world.workspace).await.unwrap();
        assert!(world.crm.caller(world.workspace, BOB).await.unwrap().rights.changes_all(schema.object("Case").unwrap()));
        for field in ["Nothing", "Status"] {
            let fields = vec![(field.to_owned(), FieldRight::Read)];
            assert_eq!(refused(world.crm.set_field_rights(&ada, clone, "Case", fields).await), Code::FieldIntegrityException, "{field}");
        }
        assert_eq!(refused(world.crm.set_object_rights(&ada, clone, "User", none.clone()).await), Code::FieldIntegrityException);
        assert_eq!(refused(world.crm.delete_rights_holder(&ada, clone).await), Code::FieldIntegrityException, "Bob has it");
        assert_eq!(refused(world.crm.set_object_rights(&bob, clone, "Case", none.clone()).await), Code::InsufficientAccessOrReadonly);
        let administrators = profile(&world, "System Administrator").await;
        assert_eq!(refused(world.crm.set_object_rights(&ada, administrators, "Case", none).await), Code::InsufficientAccessOrReadonly);
        world.end().await;
    }
}

#[tokio::test]
async fn somebody_can_always_change_something() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let ada = world.ada().await;
        let standard = profile(&world, "Standard User").await;
        assert_eq!(refused(world.crm.set_profile(&ada, ada.user, standard).await), Code::FieldIntegrityException);
        assert!(world.ada().await.rights.customize, "nothing of it was kept");
        // An administrator of the conversation server comes, and Ada leaves: whoever is left may.
        let bob = world.crm.caller(world.workspace, BOB).await.unwrap();
        assert!(!bob.rights.customize);
        world.define::<Agent>(BOB, json!({"login": "bob", "name": "Bob", "roles": [AGENTS, ADMINISTRATORS]})).await;
        world.define::<Agent>(ADA, json!({"login": "ada@example.com", "name": "Ada", "active": false})).await;
        world.mirror().await;
        assert!(world.crm.caller(world.workspace, BOB).await.unwrap().rights.customize);
        assert_eq!(refused(world.crm.caller(world.workspace, ADA).await), Code::InvalidSessionId);
        world.end().await;
    }
}

#[tokio::test]
async fn groups_in_groups_own_for_their_members() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let ada = world.ada().await;
        let bob = world.crm.caller(world.workspace, BOB).await.unwrap().user;
        let inner = world.crm.create_group(&ada, "Inner").await.unwrap();
        let outer = world.crm.create_group(&ada, "Outer").await.unwrap();
        world.crm.set_member(&ada, inner, bob, true).await.unwrap();
        world.crm.set_member(&ada, outer, inner, true).await.unwrap();
        // A circle ends.
        world.crm.set_member(&ada, inner, outer, true).await.unwrap();
        assert_eq!(world.crm.caller(world.workspace, BOB).await.unwrap().rights.owners, [bob, inner, outer]);
        world.crm.set_member(&ada, inner, bob, false).await.unwrap();
        assert_eq!(world.crm.caller(world.workspace, BOB).await.unwrap().rights.owners, [bob]);
        world.end().await;
    }
}

#[tokio::test]
async fn a_new_field_is_seen_by_whom_it_was_made_for() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let ada = world.ada().await;
        let author = || Author { agent: Some(ADA), address: None };
        let define = async |name: &str, seen_by: Option<serde_json::Value>| {
            let mut definition = json!({"name": name, "label": name, "kind": "text", "length": 20});
            if let Some(seen_by) = seen_by {
                definition["seen_by"] = seen_by;
            }
            let definition = serde_json::from_value(definition).unwrap();
            world.crm.define_field(&ada, author(), "Contact", definition).await.unwrap()
        };
        let usual = define("Level__c", None).await;
        let hidden = define("Secret__c", Some(json!([]))).await;
        let minimum = profile(&world, "Minimum Access - API Only Integrations").await;
        let odd = define("Odd__c", Some(json!([minimum]))).await;
        let schema = world.crm.schema(world.workspace).await.unwrap();
        let contact = schema.object("Contact").unwrap();
        let (ada, bob) = (world.ada().await, world.crm.caller(world.workspace, BOB).await.unwrap());
        for (field, seen) in [(&usual, true), (&hidden, false), (&odd, false)] {
            assert!(ada.rights.edits_field(contact, field), "{}", field.name);
            assert_eq!((bob.rights.sees_field(contact, field), bob.rights.edits_field(contact, field)), (seen, seen), "{}", field.name);
        }
        let rows =
            async || world.rows("FieldPermissions", &["Field"]).await.into_values().filter(|row| row[0] == "Contact.Level__c").count();
        assert_eq!(rows().await, 2);
        world.crm.drop_field(&ada, author(), "Contact", "Level__c").await.unwrap();
        world.clock.advance(Duration::from_secs(2));
        world.crm.erase_field(&ada, author(), "Contact", "Level__c").await.unwrap();
        world.crm.system(world.workspace).await.unwrap();
        assert_eq!(rows().await, 0, "another of this name begins without");
        world.end().await;
    }
}
