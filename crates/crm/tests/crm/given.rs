//! What administrators read of rights: what is given, and who has it.

use std::time::Duration;

use domain::time::Clock as _;
use salesforce::{Id, error::Code};
use store::AuditFilter;
use switchboard_crm::{
    Error, Result,
    access::{FieldRight, ObjectRights, RightsHolder, UserRightsAsked},
};

use crate::{
    defined::{ADA, BOB},
    world::{World, worlds},
};

fn refused<T: std::fmt::Debug>(result: Result<T>) -> Code {
    match result.unwrap_err() {
        Error::Refused(error) => error.code(),
        Error::Storage(error) => panic!("{error}"),
    }
}

const ALL: UserRightsAsked<'_> = UserRightsAsked { search: None, holder: None, after: None, limit: 100 };

impl World {
    async fn holder(&self, label: &str) -> RightsHolder {
        let holders = self.crm.rights_holders(&self.ada().await).await.unwrap();
        holders.into_iter().find(|holder| holder.label == label).unwrap()
    }

    async fn names(&self, asked: UserRightsAsked<'_>) -> Vec<String> {
        self.crm.users(&self.ada().await, asked).await.unwrap().into_iter().map(|user| user.name).collect()
    }
}

#[tokio::test]
async fn holders_say_what_they_give() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let (crm, ada) = (&world.crm, world.ada().await);
        let set = crm.create_permission_set(&ada, "Leads", "all about leads", None).await.unwrap();
        let holders = crm.rights_holders(&ada).await.unwrap();
        let told: Vec<_> = holders.iter().map(|one| (one.label.as_str(), one.is_profile, one.fixed, one.users)).collect();
        assert_eq!(
            told,
            [
                ("Minimum Access - API Only Integrations", true, false, 0),
                ("Standard User", true, false, 1),
                ("System Administrator", true, true, 1),
                ("all about leads", false, false, 0),
            ]
        );
        let standard = world.holder("Standard User").await.id;
        let given = crm.rights_given(&ada, standard).await.unwrap();
        let system: Vec<_> = given.system.iter().filter(|right| right.granted).map(|right| right.name.as_str()).collect();
        assert_eq!(system, ["PermissionsApiEnabled", "PermissionsConvertLeads"]);
        let of = |name: &str| given.objects.iter().find(|object| object.name == name).unwrap();
        let contact = of("Contact");
        assert!(contact.settable && contact.rights.create && contact.rights.edit && !contact.rights.delete && contact.label == "Contacts");
        assert!(!of("User").settable && of("User").rights.read && !of("User").rights.edit);
        assert!(!of("PermissionSet").rights.read);
        let administrators = crm.rights_given(&ada, world.holder("System Administrator").await.id).await.unwrap();
        assert!(administrators.objects.iter().all(|object| object.rights.read && !object.settable));

        let (_, fields) = crm.object_rights_given(&ada, standard, "contact").await.unwrap();
        let of =
            |name: &str| fields.iter().find(|field| field.name == name).map(|field| (field.right, field.settable, field.editable)).unwrap();
        assert_eq!(of("Email"), (FieldRight::Edit, true, true));
        assert_eq!(of("LastName"), (FieldRight::Edit, false, true));
        assert_eq!(of("CreatedDate"), (FieldRight::Read, false, false));
        let (lead, fields) = crm.object_rights_given(&ada, set, "Lead").await.unwrap();
        assert!(lead.settable && !lead.rights.read && fields.iter().all(|field| field.right == FieldRight::None));

        let bob = crm.caller(world.workspace, BOB).await.unwrap();
        assert_eq!(refused(crm.rights_holders(&bob).await), Code::InsufficientAccessOrReadonly);
        assert_eq!(refused(crm.rights_given(&bob, standard).await), Code::InsufficientAccessOrReadonly);
        assert_eq!(refused(crm.users(&bob, ALL).await), Code::InsufficientAccessOrReadonly);
        assert_eq!(refused(crm.rights_given(&ada, ada.user).await), Code::NotFound);
        assert_eq!(refused(crm.object_rights_given(&ada, standard, "Nothing__c").await), Code::NotFound);
        for hostile in ["x".repeat(300), "two\nlines".into(), " ".into()] {
            refused(crm.clone_profile(&ada, standard, &hostile).await);
            refused(crm.create_permission_set(&ada, &hostile, "", None).await);
        }
        refused(crm.create_permission_set(&ada, "Good", &"x".repeat(300), None).await);
        assert_eq!(crm.rights_holders(&ada).await.unwrap().len(), 4);
        world.end().await;
    }
}

#[tokio::test]
async fn an_object_and_its_fields_are_set_together_or_not_at_all() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let (crm, ada) = (&world.crm, world.ada().await);
        let standard = world.holder("Standard User").await.id;
        let before = crm.object_rights_given(&ada, standard, "Contact").await.unwrap();
        let read = ObjectRights { read: true, ..ObjectRights::default() };
        let fields =
            |last: &str| vec![("Email".to_owned(), FieldRight::None), ("Phone".into(), FieldRight::Read), (last.into(), FieldRight::Read)];
        assert_eq!(
            refused(crm.set_rights(&ada, standard, "Contact", read.clone(), fields("LastName")).await),
            Code::FieldIntegrityException
        );
        assert_eq!(crm.object_rights_given(&ada, standard, "Contact").await.unwrap(), before, "nothing of it was kept");
        assert_eq!(refused(crm.set_rights(&ada, standard, "Nothing", read.clone(), Vec::new()).await), Code::NotFound);
        crm.set_rights(&ada, standard, "contact", read.clone(), fields("Title")).await.unwrap();
        let (contact, fields) = crm.object_rights_given(&ada, standard, "Contact").await.unwrap();
        assert_eq!(contact.rights, read);
        let right = |name: &str| fields.iter().find(|field| field.name == name).unwrap().right;
        assert_eq!(["Email", "Phone", "Title"].map(right), [FieldRight::None, FieldRight::Read, FieldRight::Read]);
        let bob = crm.caller(world.workspace, BOB).await.unwrap();
        let schema = crm.schema(world.workspace).await.unwrap();
        let object = schema.object("Contact").unwrap();
        assert!(!bob.rights.sees_field(object, object.field("Email").unwrap()) && !bob.rights.edits(object));

        let lines = crm.store().snapshot().await.unwrap().audit(world.workspace, &AuditFilter::default(), None, 100).await.unwrap();
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((line.action.as_str(), &line.subject, &line.actor), ("crm_rights.object_set", &standard.to_string(), &ADA.to_string()));
        assert_eq!(line.body["change"]["fields"]["Email"], "none");
        world.end().await;
    }
}

#[tokio::test]
async fn users_are_listed_with_what_they_have() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let (crm, ada) = (&world.crm, world.ada().await);
        let bob = crm.caller(world.workspace, BOB).await.unwrap().user;
        let set = crm.create_permission_set(&ada, "Leads", "Leads", None).await.unwrap();
        let until = world.clock.now() + Duration::from_secs(3_600);
        assert_eq!(refused(crm.assign(&ada, bob, set, Some(world.clock.now())).await), Code::FieldIntegrityException);
        crm.assign(&ada, bob, set, Some(until)).await.unwrap();
        let users = crm.users(&ada, ALL).await.unwrap();
        let told: Vec<_> = users.iter().map(|one| (one.name.as_str(), one.login.as_str(), one.active)).collect();
        assert_eq!(told, [("Ada King Lovelace", "ada@example.com", true), ("Bob", "bob", true)]);
        assert_eq!(users[1].profile.as_ref().unwrap().1, "Standard User");
        assert_eq!((users[1].sets[0].id, users[1].sets[0].until), (set, Some(until)));
        assert_eq!(crm.user(&ada, bob).await.unwrap(), users[1]);
        assert_eq!(refused(crm.user(&ada, set).await), Code::NotFound);

        let first = world.names(UserRightsAsked { limit: 1, ..ALL }).await;
        let after = Some((first[0].as_str(), users[0].id));
        assert_eq!(
            (first.as_slice(), world.names(UserRightsAsked { after, ..ALL }).await),
            (&["Ada King Lovelace".to_owned()][..], vec!["Bob".into()])
        );
        for (search, found) in [("LOVE", "Ada King Lovelace"), ("bo", "Bob"), ("%", ""), ("_", ""), ("\\", ""), ("autoproc", "")] {
            assert_eq!(world.names(UserRightsAsked { search: Some(search), ..ALL }).await.concat(), found, "{search}");
        }
        let standard = world.holder("Standard User").await;
        for holder in [standard.id, set] {
            assert_eq!(world.names(UserRightsAsked { holder: Some(holder), ..ALL }).await, ["Bob"]);
        }
        assert!(world.names(UserRightsAsked { holder: Some(Id::parse("0PS000000000zzz").unwrap()), ..ALL }).await.is_empty());
        assert_eq!((standard.users, world.holder("Leads").await.users), (1, 1));
        world.end().await;
    }
}
