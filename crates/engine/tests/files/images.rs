//! Images that come inside another request.

use domain::{ids::SessionId, journal::Author};
use switchboard_engine::{
    ErrorKind, Result,
    conversation::{PostMessage, Posted},
    file::{Ceilings, SendImage},
    visitor::{Live, Once, PostNumbering},
};

use crate::world::*;

fn image(bytes: &[u8]) -> SendImage {
    SendImage { name: "cat.png".into(), bytes: bytes.to_vec() }
}

async fn send(world: &World, live: &Live, number: Option<i64>, bytes: &[u8]) -> Result<Posted> {
    world.app.visitor_sends_image(live, image(bytes), PostNumbering::Numbered(number), None).await
}

async fn last_number(world: &World, session: SessionId) -> Option<i64> {
    world.app.store().session(world.workspace, session).await.unwrap().unwrap().post_sequence
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_stored_once_however_often_its_request_comes() {
    for world in worlds(Ceilings { per_conversation_bytes: 4 * PNG.len() as u64, ..Ceilings::default() }).await {
        let live = world.chat().await;
        let id = live.conversation;
        assert!(!send(&world, &live, Some(1), PNG).await.unwrap().repeated);
        assert!(send(&world, &live, Some(1), PNG).await.unwrap().repeated);
        assert_eq!(last_number(&world, live.session).await, Some(1));
        assert_eq!(refusal(send(&world, &live, Some(4), PNG).await), ErrorKind::OutOfSequence { received: 4, expected: 2 });
        // Two at once with one number, as a client does that gave up too early.
        let (one, other) = tokio::join!(send(&world, &live, Some(2), PNG), send(&world, &live, Some(2), PNG));
        assert!(one.unwrap().repeated != other.unwrap().repeated);
        assert_eq!(world.app.files_of(world.workspace, id).await.unwrap().len(), 2);

        // The same by a key, without numbers and after a reconnect.
        let keyed = |bytes: &[u8]| {
            let once = Some(Once::new("key", world.app.fingerprint(&[bytes])));
            world.app.visitor_sends_image(&live, image(bytes), PostNumbering::Numbered(None), once)
        };
        assert!(!keyed(PNG).await.unwrap().repeated);
        assert!(keyed(PNG).await.unwrap().repeated);
        assert_eq!(refusal(keyed(&[PNG, b"!"].concat()).await), ErrorKind::KeyReused);
        // A repetition is answered also when there is no room any more.
        world.ann_sends(id, "a.png", PNG).await.unwrap();
        assert!(keyed(PNG).await.unwrap().repeated);
        let files = world.app.files_of(world.workspace, id).await.unwrap();
        assert_eq!(files.iter().filter(|file| file.by == Author::Visitor).count(), 3);
        assert_eq!(refusal(send(&world, &live, None, PNG).await), ErrorKind::TooLarge { limit: 0 });
        world.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_image_is_refused_and_the_conversation_goes_on() {
    for world in worlds(Ceilings::default()).await {
        let live = world.chat().await;
        for bytes in [&b"just text"[..], b"%PDF-1.7\n", b"MZ\x90\0\x03"] {
            assert_eq!(refusal(send(&world, &live, Some(1), bytes).await), ErrorKind::TypeRefused);
        }
        let words = PostMessage { post_number: Some(1), ..PostMessage::text("still here") };
        assert!(!world.app.visitor_posts(&live, words).await.unwrap().repeated, "a refused request's number is free");
        assert_eq!(world.app.files_of(world.workspace, live.conversation).await.unwrap(), []);
        world.finish().await;
    }
}
