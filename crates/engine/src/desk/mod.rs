//! What agents and supervisors do at their desks beside answering.

mod block;
mod flag;
pub(crate) mod note;
mod past;
mod quick_texts;

pub use block::BlockVisitor;
pub(crate) use past::has_visitor;
pub use quick_texts::{QuickTextCursor, QuickTexts};
