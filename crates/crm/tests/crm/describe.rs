//! What callers are told of objects and fields.

use std::collections::HashMap;

use salesforce::{Version, error::Code};
use serde_json::{Value, json};
use switchboard_crm::{
    Error,
    access::{Caller, ObjectRights, Rights},
};

use crate::world::worlds;

#[tokio::test]
async fn a_description_is_what_a_real_organisations_is() {
    let world = worlds().await.remove(0);
    let described = world.crm.describe(&world.system(), "contact").await.unwrap();
    let told: Value = described.told(Version::LATEST, |description| serde_json::to_value(description).unwrap());
    let field = |name: &str| told["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap().clone();
    insta::assert_json_snapshot!("contact_email", field("Email"));
    insta::assert_json_snapshot!("contact_account", field("AccountId"));
    insta::assert_json_snapshot!("contact_salutation", field("Salutation"));
    let children = told["childRelationships"].as_array().unwrap();
    let names: Vec<_> = children.iter().filter_map(|child| child["relationshipName"].as_str()).collect();
    assert_eq!(names, ["Cases", "Tasks", "Notes", "Attachments", "ContentDocumentLinks", "LiveChatTranscripts"]);
    let cases = children.iter().find(|child| child["relationshipName"] == "Cases").unwrap();
    assert_eq!((&cases["cascadeDelete"], &cases["restrictedDelete"]), (&json!(false), &json!(true)));
    assert_eq!((&told["keyPrefix"], &told["createable"], &told["labelPlural"]), (&json!("003"), &json!(true), &json!("Contacts")));
    assert_eq!(told["recordTypeInfos"][0]["recordTypeId"], "012000000000000AAA");
    world.end().await;
}

#[tokio::test]
async fn what_may_not_be_seen_is_absent() {
    let world = worlds().await.remove(0);
    let contact = ObjectRights {
        read: true,
        edit: true,
        fields: HashMap::from([("Email".to_owned(), false), ("Phone".to_owned(), true)]),
        ..Default::default()
    };
    let account = ObjectRights { read: true, ..Default::default() };
    let objects = HashMap::from([("Contact".to_owned(), contact), ("Account".to_owned(), account)]);
    let caller = Caller { rights: Rights { objects: objects.into(), ..Rights::default() }.into(), ..world.system() };
    let global = world.crm.describe_global(&caller).await.unwrap();
    assert_eq!(global.iter().map(|object| object.name.as_str()).collect::<Vec<_>>(), ["Account", "Contact"]);
    let contact = world.crm.describe(&caller, "Contact").await.unwrap();
    assert!(contact.object.updateable && !contact.object.createable && !contact.object.deletable);
    let field = |name: &str| contact.fields.iter().find(|field| field.name == name);
    assert!(field("Birthdate").is_none() && field("AccountId").is_none());
    assert!(!field("Email").unwrap().updateable && field("Phone").unwrap().updateable && field("LastName").unwrap().updateable);
    let account = world.crm.describe(&caller, "Account").await.unwrap();
    assert_eq!(account.child_relationships, [], "neither the field of contacts nor other objects may be seen");
    for name in ["Case", "Nothing"] {
        let refused = world.crm.describe(&caller, name).await;
        assert!(matches!(refused, Err(Error::Refused(error)) if error.code() == Code::NotFound), "{name}");
    }
    let transcript = world.crm.describe_object(&world.system(), "LiveChatTranscript").await.unwrap();
    assert!(transcript.createable, "by the server");
    let all = Caller { rights: Rights { modify_all_data: true, ..Rights::default() }.into(), ..world.system() };
    let transcript = world.crm.describe_object(&all, "LiveChatTranscript").await.unwrap();
    assert!(transcript.queryable && !transcript.createable && !transcript.updateable && !transcript.deletable);
    world.end().await;
}
