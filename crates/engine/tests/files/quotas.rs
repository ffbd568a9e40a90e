//! However many files come at once, no more is stored than may be.

use switchboard_engine::{
    App, ErrorKind,
    file::{Ceilings, NewFile, Sender},
};

use crate::world::*;

const SIZE: usize = 30_000;

async fn stored(world: &World) -> i64 {
    world.app.store().file_bytes_of_workspace(world.workspace).await.unwrap()
}

/// Sends them all at the same time, half of them by each server; tells how many were taken. All the others found no room.
async fn at_once(world: &World, second: &App, conversations: &[domain::ids::ConversationId]) -> usize {
    let mut sends = Vec::new();
    for (n, id) in conversations.iter().enumerate() {
        let app = if n % 2 == 0 { &world.app } else { second };
        let bytes = [PNG, &n.to_be_bytes(), &vec![0; SIZE - PNG.len() - 8]].concat();
        let content = upload(app, world.workspace, *id, Sender::Agent(world.ann.agent), &bytes).await.unwrap();
        sends.push(app.agent_sends_file(&world.ann, *id, NewFile { name: "a.png".into(), content, request: None }, None));
    }
    let done = futures_util::future::join_all(sends).await;
    for refused in done.iter().filter_map(|done| done.as_ref().err()) {
        assert!(matches!(refused.kind, ErrorKind::TooLarge { limit } if limit < SIZE as u64), "{refused:?}");
    }
    done.iter().filter(|done| done.is_ok()).count()
}

async fn another(world: &mut World) -> App {
    if world.app.store().backend() == store::Backend::Postgres { world.second_server().await } else { world.app.clone() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_takes_no_more_than_its_quota_from_files_that_come_at_once() {
    for mut world in worlds(Ceilings { per_conversation_bytes: 100_000, ..Ceilings::default() }).await {
        let second = another(&mut world).await;
        let id = world.chat().await.conversation;
        assert_eq!(at_once(&world, &second, &[id; 8]).await, 3);
        assert_eq!(stored(&world).await, 3 * SIZE as i64);
        let left = ErrorKind::TooLarge { limit: 100_000 - 3 * SIZE as u64 };
        assert_eq!(refusal(world.ann_sends(id, "a.png", &[PNG, &[0; 20_000]].concat()).await), left, "what is left is told");
        world.ann_sends(id, "small.png", PNG).await.unwrap();
        // Another conversation has room of its own.
        let other = world.chat().await.conversation;
        assert_eq!(at_once(&world, &second, &[other; 2]).await, 2);
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_takes_no_more_than_its_quota_from_conversations_at_once() {
    for mut world in worlds(Ceilings { per_workspace_bytes: 200_000, ..Ceilings::default() }).await {
        let second = another(&mut world).await;
        let mut conversations = Vec::new();
        for _ in 0..5 {
            let id = world.chat().await.conversation;
            conversations.extend([id, id]);
        }
        assert_eq!(at_once(&world, &second, &conversations).await, 6);
        assert_eq!(stored(&world).await, 6 * SIZE as i64);
        assert_eq!(
            refusal(world.ann_sends(conversations[9], "a.png", &[PNG, &[0; SIZE]].concat()).await),
            ErrorKind::TooLarge { limit: 20_000 }
        );
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_conversation_does_not_take_all_places_of_uploads() {
    for world in worlds(Ceilings::default()).await {
        let id = world.chat().await.conversation;
        let begin = || world.app.begin_upload(world.workspace, id, Sender::Visitor, false);
        let mut open = Vec::new();
        for _ in 0..4 {
            open.push(begin().await.unwrap());
        }
        assert_eq!(refusal(begin().await), ErrorKind::TooMany);
        let other = world.chat().await.conversation;
        world.upload(other, PNG).await.unwrap();
        open.pop();
        begin().await.unwrap();
        world.finish().await;
    }
}
