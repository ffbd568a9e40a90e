//! Links, and what becomes of files that must go.

use std::time::Duration;

use domain::ids::FileId;
use switchboard_engine::{
    ErrorKind,
    file::{Ceilings, Linked},
    idempotency::Done,
};

use crate::world::*;

const DAY: Duration = Duration::from_secs(86_400);

fn name_of(url: &str) -> &str {
    url.strip_prefix("http://127.0.0.1:8080/files/").unwrap()
}

async fn follow(world: &World, name: &str) -> Option<Vec<u8>> {
    match world.app.linked_file(name).await.unwrap() {
        Linked::File(content) => Some(whole(*content).await.unwrap()),
        Linked::Expired | Linked::Erased => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_works_without_a_token_until_it_expires() {
    for world in worlds(Ceilings::default()).await {
        let id = world.chat().await.conversation;
        let file = world.ann_sends(id, "a.png", PNG).await.unwrap().file;
        let made = world.app.file_link(world.workspace, id, file.id).await.unwrap();
        assert_eq!(made.expires_at.since(world.app.now()), DAY);
        let name = name_of(made.url.reveal());
        assert_eq!(follow(&world, name).await.unwrap(), PNG);
        let told = async || world.app.told_file(world.workspace, world.deployment, file.id).await.unwrap().unwrap().1;
        let first = told().await;
        world.clock.advance(DAY / 2);
        assert_eq!(told().await.url, first.url, "an event that is told again is the same to the letter");
        assert!(follow(&world, name).await.is_some());
        world.clock.advance(DAY / 2);
        assert!(matches!(world.app.linked_file(name).await.unwrap(), Linked::Expired));
        assert_eq!(refusal(world.app.linked_file("made-up").await), ErrorKind::NotFound("file"));
        let unknown = FileId(uuid::Uuid::from_u128(1));
        assert_eq!(refusal(world.app.file_link(world.workspace, id, unknown).await), ErrorKind::NotFound("file"));
        // A deployment may be stricter than the operator.
        world.deployment_says(serde_json::json!({"link_seconds": 60})).await;
        let short = world.app.file_link(world.workspace, id, file.id).await.unwrap();
        assert_eq!(short.expires_at.since(world.app.now()), Duration::from_secs(60));
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn erasing_a_person_takes_files_with_it_and_an_export_names_them() {
    for world in worlds(Ceilings::default()).await {
        let live = world.chat().await;
        let id = live.conversation;
        let request = world.ann_asks(id).await;
        let file = world.visitor_sends(id, "passport.png", PNG, Some(request)).await.unwrap().file;
        let link = world.app.file_link(world.workspace, id, file.id).await.unwrap();
        let visitor = world.app.visitor_of(world.workspace, id).await.unwrap();
        let adam = world.signed_in("adam").await;
        let export = world.app.export_person(&adam, visitor).await.unwrap();
        assert_eq!(export.conversations[0].stored.files, std::slice::from_ref(&file));

        let done = world.app.erase_person(&adam, visitor, None).await.unwrap();
        assert!(matches!(done, Done::Now(erased) if erased.files == 1), "{done:?}");
        assert!(matches!(world.app.linked_file(name_of(link.url.reveal())).await.unwrap(), Linked::Erased));
        assert_eq!(refusal(world.read(id, file.id).await), ErrorKind::NotFound("file"));
        assert!(world.app.told_file(world.workspace, world.deployment, file.id).await.unwrap().is_none());
        let left = world.app.files_of(world.workspace, id).await.unwrap().remove(0);
        assert_eq!((left.blob, left.name.reveal(), left.size), (None, "", 0), "its room is free again");
        // The bytes themselves are gone within two hours.
        let blob = file.blob.unwrap();
        assert!(world.app.store().blob(world.workspace, blob).await.unwrap().is_some());
        world.pass(Duration::from_secs(2 * 3_600)).await;
        assert!(world.app.store().blob(world.workspace, blob).await.unwrap().is_none());
        world.finish().await;
    }
}
