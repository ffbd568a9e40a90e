//! Records: what conversations and messages want of the CRM.

use super::Round;
use crate::{App, Result, records};

pub(super) async fn run(app: &App) -> Result<Round> {
    let Some(crm) = app.crm() else { return Ok(Round::default()) };
    // One failure does not hold up the other.
    let (plans, messages) = futures_util::join!(records::carry_due(app, crm), records::file_due(app, crm));
    let looked = [plans?, messages?];
    let next = looked.iter().filter_map(|looked| looked.next).min();
    let trouble = looked.iter().find_map(|looked| looked.trouble).map(str::to_owned);
    Ok(Round { backlog: u64::from(next.is_some_and(|next| next <= app.now())), next, trouble })
}
