//! The CRM inside the binary behind the engine's port: what every CRM does, and what only it knows.

use domain::ids::AgentId;
use domain::record::RecordRef;
use engine::crm::{Asker, Crm as _, suite::Ground};
use engine::definition::Agent;
use serde_json::json;
use uuid::Uuid;

use crate::{
    defined::{AGENTS, BOB},
    world::worlds,
};

const STRANGER: AgentId = AgentId(Uuid::from_u128(0xB9));

#[tokio::test]
async fn it_does_what_every_crm_does() {
    for world in worlds().await {
        world.staff().await;
        world.define::<Agent>(STRANGER, json!({"login": "stranger", "name": "Stranger", "roles": [AGENTS]})).await;
        world.mirror().await;
        let ada = world.ada().await;
        let stranger = world.crm.caller(world.workspace, STRANGER).await.unwrap().user;
        let profiles = world.rows("Profile", &["Name"]).await;
        let (minimum, _) = profiles.iter().find(|(_, row)| row[0].starts_with("Minimum")).unwrap();
        world.crm.set_profile(&ada, stranger, salesforce::Id::parse(minimum).unwrap()).await.unwrap();
        let asker = |agent| Asker { workspace: world.workspace, agent };
        let ground = Ground { crm: &world.crm, server: asker(None), agent: asker(Some(BOB)), stranger: asker(Some(STRANGER)) };
        ground.all().await;
        world.end().await;
    }
}

#[tokio::test]
async fn nobody_reaches_users_or_rights_through_it() {
    for world in worlds().await {
        world.staff().await;
        world.mirror().await;
        let server = Asker { workspace: world.workspace, agent: None };
        let names: Vec<_> = world.crm.entities(server).await.unwrap().into_iter().map(|entity| entity.name).collect();
        for name in ["User", "Profile", "PermissionSet", "Group", "LiveChatButton"] {
            assert!(!names.iter().any(|known| known == name), "{name}");
            assert!(world.crm.entity(server, name).await.unwrap().is_none(), "{name}");
        }
        let ada = world.ada().await.user.to_string();
        let port: &dyn engine::crm::Crm = &world.crm;
        assert!(port.read(server, &RecordRef { entity: "User".into(), id: ada }).await.unwrap().is_none());
        world.end().await;
    }
}
