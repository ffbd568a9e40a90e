//! Pure decisions of Switchboard.
//!
//! Everything here is a function of its arguments: no IO, no `async`, no clock read, no randomness drawn. Callers load state, ask this
//! crate what follows, and save what it says. It knows no vendor's words: facades translate before they call.

pub mod conversation;
pub mod customer_event;
pub mod delivery;
pub mod detail;
pub mod entity_plan;
pub mod figures;
pub mod hours;
pub mod ids;
pub mod invitation;
pub mod journal;
pub mod mapping;
pub mod masking;
pub mod permission;
pub mod presence;
pub mod profile;
pub mod record;
pub mod routing;
pub mod rules;
pub mod secret;
pub mod session;
pub mod text_limits;
pub mod time;
pub mod transcript;
