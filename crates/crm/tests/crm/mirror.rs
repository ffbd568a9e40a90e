//! What the conversation server has defined is there as records, as it is.

use domain::ids::AgentId;
use engine::definition::{Agent, Button, Deployment, Queue, Skill};
use serde_json::json;
use uuid::Uuid;

use crate::{
    defined::{ADA, ADMINISTRATORS, AGENTS, BOB},
    world::worlds,
};

const LINE: Uuid = Uuid::from_u128(0xC0);
const FRENCH: Uuid = Uuid::from_u128(0xC1);
const HELP: Uuid = Uuid::from_u128(0xC2);
const SITE: Uuid = Uuid::from_u128(0xC3);

fn values(rows: std::collections::BTreeMap<String, Vec<String>>) -> Vec<Vec<String>> {
    let mut values: Vec<_> = rows.into_values().collect();
    values.sort();
    values
}

#[tokio::test]
async fn agents_are_users_whatever_becomes_of_them() {
    for world in worlds().await {
        world.staff().await;
        world.old_id(BOB, "005xx000001Sv6A").await;
        world.mirror().await;
        let fields = ["Username", "Name", "FirstName", "LastName", "Alias", "IsActive", "UserType"];
        let schema = world.crm.schema(world.workspace).await.unwrap();
        let made_up = format!("bob@w{}.invalid", schema.number);
        let users = world.rows("User", &fields).await;
        assert_eq!(users["005xx000001Sv6A"], [made_up.as_str(), "Bob", "", "Bob", "bob", "1", "Standard"]);
        let ada = users.iter().find(|(_, row)| row[0] == "ada@example.com").unwrap();
        assert_eq!(ada.1[1..], ["Ada King Lovelace", "Ada King", "Lovelace", "ada", "1", "Standard"]);
        assert_eq!(users.len(), 3, "and the server itself");
        // Who had no id that clients of old know has one now.
        let definitions = world.definitions().await;
        assert_eq!(definitions.directory.old_ids_of(ADA).collect::<Vec<_>>(), [ada.0.as_str()]);
        assert_eq!(definitions.directory.old_ids_of(BOB).collect::<Vec<_>>(), ["005xx000001Sv6A"]);

        // Bob goes, and somebody else gets his login.
        world.undefine::<Agent>(BOB).await;
        let new = AgentId(Uuid::from_u128(0xB2));
        world.define::<Agent>(new, json!({"login": "bob", "name": "Robert Bobson", "roles": [AGENTS]})).await;
        world
            .define::<Agent>(ADA, json!({"login": "ada@example.com", "name": "Ada Byron", "roles": [ADMINISTRATORS], "active": false}))
            .await;
        world.mirror().await;
        let users = world.rows("User", &fields).await;
        assert_eq!(users["005xx000001Sv6A"][5], "0", "nobody's user is deleted");
        assert_eq!(users[ada.0][1..6], ["Ada Byron", "Ada", "Byron", "ada", "0"]);
        assert!(users.values().any(|row| row[0] == made_up && row[1] == "Robert Bobson" && row[5] == "1"), "{users:?}");
        world.end().await;
    }
}

#[tokio::test]
async fn logins_that_change_hands_do_so_at_once() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let before = world.rows("User", &["Username"]).await;
        let (ada, bob) = (json!({"login": "bob", "name": "Ada"}), json!({"login": "ada@example.com", "name": "Bob"}));
        world.define::<Agent>(ADA, ada).await;
        world.define::<Agent>(BOB, bob).await;
        world.mirror().await;
        let after = world.rows("User", &["Username"]).await;
        let swapped = before.iter().filter(|(id, row)| row[0].starts_with("autoproc") || after[*id] != **row).count();
        assert_eq!((swapped, values(after)), (3, values(before)));
        world.end().await;
    }
}

#[tokio::test]
async fn queues_buttons_deployments_and_skills_are_there_and_go() {
    for world in worlds().await {
        world.staff().await;
        world.define::<Queue>(LINE, json!({"name": "First line!"})).await;
        world.define::<Skill>(FRENCH, json!({"name": "French"})).await;
        let routing = json!({"strategy": "most_available", "skills": [FRENCH], "queue_limit_overall": 7, "push_timeout_seconds": 20});
        world.define::<Button>(HELP, json!({"name": "Help", "routing": routing, "greeting": "Hi", "language": "de"})).await;
        world.define::<Deployment>(SITE, json!({"name": "Site", "connection_timeout_ms": 30_500})).await;
        let agent = json!({"login": "bob", "name": "Bob", "roles": [AGENTS], "queues": [LINE]});
        world.define::<Agent>(BOB, agent).await;
        world.mirror().await;

        let groups = world.rows("Group", &["Name", "DeveloperName", "Type"]).await;
        assert_eq!(values(groups.clone()), [["First line!", "First_line", "Queue"]]);
        let members = values(world.rows("GroupMember", &["GroupId", "UserOrGroupId"]).await);
        let caller = world.crm.caller(world.workspace, BOB).await.unwrap();
        let queue = groups.keys().next().unwrap().as_str();
        assert_eq!(members, [[queue, caller.user.short()]]);
        assert_eq!(caller.rights.owners.iter().map(|id| id.short().to_owned()).collect::<Vec<_>>(), [caller.user.short(), queue]);
        let of = values(world.rows("QueueSobject", &["SobjectType"]).await);
        assert_eq!(of, [["Case"], ["LiveChatTranscript"]]);
        let skills = world.rows("Skill", &["MasterLabel", "IsDeleted"]).await;
        let button =
            ["MasterLabel", "RoutingType", "SkillId", "OverallQueueLength", "PushTimeout", "AutoGreeting", "WindowLanguage", "IsDeleted"];
        let buttons = world.rows("LiveChatButton", &button).await;
        let skill = skills.keys().next().unwrap();
        assert_eq!(values(buttons), [["Help", "MostAvailable", skill, "7", "20", "Hi", "de", "0"]]);
        let deployments = world.rows("LiveChatDeployment", &["MasterLabel", "WindowTitle", "ConnectionTimeoutDuration", "IsDeleted"]).await;
        assert_eq!(values(deployments), [["Site", "Site", "31", "0"]]);

        // Once more, and nothing is written.
        let stamps = world.rows("LiveChatButton", &["SystemModstamp"]).await;
        world.clock.advance(std::time::Duration::from_secs(60));
        world.mirror().await;
        assert_eq!(world.rows("LiveChatButton", &["SystemModstamp"]).await, stamps);

        world.define::<Button>(HELP, json!({"name": "Help"})).await;
        world.undefine::<Skill>(FRENCH).await;
        world.undefine::<Queue>(LINE).await;
        world.undefine::<Deployment>(SITE).await;
        world.mirror().await;
        assert_eq!(values(world.rows("LiveChatButton", &["SkillId", "OverallQueueLength"]).await), [["", ""]]);
        assert_eq!(values(world.rows("Skill", &["IsDeleted"]).await), [["1"]]);
        assert_eq!(values(world.rows("LiveChatDeployment", &["IsDeleted"]).await), [["1"]]);
        for object in ["Group", "GroupMember", "QueueSobject"] {
            assert!(world.rows(object, &[]).await.is_empty(), "{object}");
        }
        let caller = world.crm.caller(world.workspace, BOB).await.unwrap();
        assert_eq!(caller.rights.owners, [caller.user], "a queue's records are not Bob's any more");
        world.end().await;
    }
}

#[tokio::test]
async fn two_servers_make_one_picture() {
    for world in worlds().await {
        world.staff().await;
        world.define::<Queue>(LINE, json!({"name": "Line"})).await;
        let other = world.another_server(2).await;
        let definitions = world.definitions().await;
        let (one, two) = tokio::join!(world.crm.mirror(definitions.clone()), other.mirror(definitions));
        one.unwrap();
        two.unwrap();
        for (object, count) in [("User", 3), ("Group", 1), ("QueueSobject", 2), ("Organization", 1), ("Profile", 3)] {
            assert_eq!(world.rows(object, &[]).await.len(), count, "{object}");
        }
        let organisation = world.rows("Organization", &["Name", "TimeZoneSidKey"]).await;
        let definitions = world.definitions().await;
        assert_eq!(
            organisation.into_iter().collect::<Vec<_>>(),
            [(definitions.organisation_ids[0].clone(), vec![definitions.directory.workspace.name.clone(), "Europe/Berlin".to_owned()])]
        );
        other.store().close().await;
        world.end().await;
    }
}
