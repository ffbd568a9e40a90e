//! A visitor on the client library: one who carries on when a server dies.

use std::time::Duration;

use engine::setup::demo_ids;
use liveagent::{ServerMessage, init::ChasitorInit};
use liveagent_client::{Backoff, Chat, ChatOptions, Endpoint, Event, Events};

use crate::PATIENCE;

/// Asks for a conversation at the demonstration's button, until it is given; then comes back quickly after every failure, and not more slowly
/// after many.
///
/// # Panics
/// If it is refused for good.
pub async fn begin_chat(url: &str) -> (Chat, Events) {
    let request = ChasitorInit {
        organization_id: demo_ids::ORGANISATION.to_owned(),
        deployment_id: demo_ids::DEPLOYMENT.to_owned(),
        button_id: Some(demo_ids::BUTTON.to_owned()),
        ..Default::default()
    };
    let mut options = ChatOptions::default();
    options.start_attempts = u32::MAX;
    options.backoff = Backoff { first: Duration::from_millis(20), most: Duration::from_millis(200) };
    Chat::start(&Endpoint::new(url).expect("an address"), request, options).await.expect("a chat begins")
}

/// Waits for a message that `wanted` likes; passes over the others.
///
/// # Panics
/// If the chat ends before, or it does not arrive in time.
pub async fn hears<T>(events: &mut Events, what: &str, mut wanted: impl FnMut(&ServerMessage) -> Option<T>) -> T {
    let found = async {
        loop {
            match events.next().await {
                Some(Event::Server { message, .. }) => {
                    if let Some(found) = wanted(&message) {
                        return found;
                    }
                }
                Some(Event::Ended(how)) => panic!("the chat ended before {what}: {how}"),
                Some(_) => {}
                None => panic!("the chat ended before {what}"),
            }
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("no {what} in time"))
}
