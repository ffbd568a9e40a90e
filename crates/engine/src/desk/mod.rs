//! What agents and supervisors do at their desks beside answering.

mod block;
mod board;
mod flag;
pub(crate) mod monitor;
pub(crate) mod note;
mod past;
mod quick_texts;

pub use block::BlockVisitor;
pub use board::{Board, BoardAgent, BoardConversation, BoardLine};
pub(crate) use past::has_visitor;
