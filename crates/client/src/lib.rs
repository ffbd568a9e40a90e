//! A client of the Live Agent chat protocol, for apps, against any endpoint that speaks it.
//!
//! ```no_run
//! use liveagent::init::ChasitorInit;
//! use liveagent::ServerMessage;
//! use switchboard_client::{Chat, ChatOptions, Endpoint, Event};
//!
//! # async fn example() -> Result<(), switchboard_client::Error> {
//! let endpoint = Endpoint::new("https://chat.example.com")?;
//! let request = ChasitorInit {
//!     organization_id: "00DSB0000000001".into(),
//!     deployment_id: "572SB0000000001".into(),
//!     button_id: Some("573SB0000000001".into()),
//!     visitor_name: Some("Ana".into()),
//!     ..Default::default()
//! };
//! let (chat, mut events) = Chat::start(&endpoint, request, ChatOptions::default()).await?;
//! while let Some(event) = events.next().await {
//!     match event {
//!         Event::Server { message: ServerMessage::ChatEstablished(_), .. } => drop(chat.message("Hello")),
//!         Event::Server { message: ServerMessage::ChatMessage(said), .. } => println!("{}", *said.text),
//!         Event::Ended(how) => println!("{how}"),
//!         _ => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Nothing is lost
//!
//! A [`Chat`] is a queue and an inbox; a background task of its own moves them over the network. So no future that an app holds
//! stands between a message and the endpoint:
//! - **Sending.** [`Chat::message`] and its kin queue at once and do not wait. Dropping the [`Posted`] they give, in a
//!   `select!` or by a time-out, loses nothing. POSTs go one at a time, in order; one whose answer was lost is sent again with
//!   the same number and `Idempotency-Key`, so it arrives once. A 409 gives the right number; a 503 leads through
//!   ReconnectSession, after which everything unacknowledged is sent with new numbers.
//! - **Receiving.** [`Events::next`] takes an event only when it returns it. Events come one by one whatever the endpoint
//!   batches, in order. A poll whose answer was lost asks with the same `ack`, and gets the same events. What an endpoint that died
//!   tells again, under a number that we have, is dropped.
//! - **Resuming.** [`Chat::pause`], [`Chat::save`] and [`ChatOptions::persist`] give a [`SavedSession`] for
//!   [`Chat::resume`], in another process or after a crash.
//!
//! What another endpoint than Switchboard may still do: take a POST twice when its answer is lost just before a 503, since the
//! protocol itself has no identity for a POST across a reconnect.
//!
//! Message text, keys and tokens are never logged, and no `Debug` here shows them. `liveagent.md` in these docs is the
//! project's protocol reference.

mod address;
mod chat;
mod driver;
mod endpoint;
mod environment;
mod error;
mod event;
mod files;
mod posts;
mod saved;
mod state;
mod transport;

pub use address::Address;
pub use chat::{Chat, ChatOptions, Events, Persist, Posted};
pub use endpoint::{Endpoint, EndpointBuilder, Site};
pub use environment::{Backoff, Environment, System};
pub use error::Error;
pub use event::Event;
pub use files::{IMAGE_EVENT, IMAGE_LIMIT, ImageSent, Uploaded};
/// The wire types of requests and messages.
pub use liveagent;
pub use saved::{Ending, SavedEvent, SavedPost, SavedSession};
