//! The CRM's recycle bin: what has been in it for as long as it can be taken back goes for good.

use domain::time::Timestamp;

use super::Round;
use crate::{App, Result};

pub(super) async fn run(app: &App) -> Result<Round> {
    let Some(crm) = app.crm() else { return Ok(Round::default()) };
    let mut backlog = 0;
    for directory in app.directories().all() {
        backlog += u64::from(crm.empty_bin(directory.id()).await?);
    }
    // A step at a time, so that whoever writes records in between does.
    let next: Option<Timestamp> = (backlog > 0).then(|| app.now());
    Ok(Round { backlog, next, ..Round::default() })
}
