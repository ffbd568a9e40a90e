//! What agents and supervisors do at their desks beside answering.

mod quick_texts;

pub use quick_texts::{QuickTextCursor, QuickTexts};
