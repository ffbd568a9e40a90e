//! What visitors and agents do with conversations.

mod end;
mod message;
mod start;

pub use end::EndConversation;
pub(crate) use end::{AFTER_WORK_TIMER, finish};
pub(crate) use message::masked;
pub use message::{PostMessage, Posted};
pub(crate) use start::stored;
pub use start::{Arrival, StartConversation, Started};
