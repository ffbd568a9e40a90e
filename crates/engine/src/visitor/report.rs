//! What a visitor's client reports in numbered requests: pages, idleness, masked text; and ids that nobody knows.
//!
//! Old clients report at any time and expect no refusal; what comes after the end is not recorded.

use std::sync::Arc;

use domain::{
    journal::{Author, Event},
    secret::Text,
    text_limits,
};
use futures_util::FutureExt as _;
use store::Breadcrumb;

use super::{Live, Once, number::take_number};
use crate::{App, Error, ErrorKind, OLD_IDS, Result, conversation::Posted};

/// What is reported.
#[derive(Clone, Debug, PartialEq)]
pub enum VisitorReport {
    /// The client warned of idleness, or took the warning back.
    IdleWarning {
        /// Warned, not cleared.
        triggered: bool,
    },
    /// The client masked text by this many rules.
    TextMasked {
        /// How many.
        rules: i64,
    },
    /// The visitor opened a page.
    PageVisited(Text),
}

/// Whether a request's number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostNumbering {
    /// It has none by its nature, or is part of a request that has.
    Outside,
    /// It may have one; none switches the check off.
    Numbered(Option<i64>),
}

impl App {
    /// Records what a visitor's client reports. After the end nothing is recorded, and that is no error.
    pub async fn visitor_reports(&self, live: &Live, note: VisitorReport, numbering: PostNumbering, once: Option<Once>) -> Result<Posted> {
        live.heard_of(self.now());
        if let PostNumbering::Numbered(number) = numbering {
            live.carries_number(number.is_some());
        }
        let (workspace, id, session) = (live.workspace, live.conversation, live.session);
        let work = Arc::new((self.scope(workspace)?, note, once));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, note, once) = &*work;
                    let mut conversation = tx.conversation(workspace, id).await?.ok_or(ErrorKind::SessionInvalid)?;
                    let key_scope = format!("visitor {session} report");
                    let mut repeated = false;
                    if let Some(once) = once {
                        repeated = once.before::<()>(tx, workspace, &key_scope).await?.is_some();
                    }
                    repeated |= take_number(tx, workspace, session, numbering).await?;
                    if repeated || conversation.phase == domain::conversation::Phase::Ended {
                        return Ok(Posted { sequence: None, repeated, at: scope.now });
                    }
                    let event = match note {
                        VisitorReport::IdleWarning { triggered } => Event::IdleWarning { triggered: *triggered },
                        VisitorReport::TextMasked { rules } => Event::TextMasked { by: Author::Visitor, rules: *rules },
                        VisitorReport::PageVisited(_) => Event::PageVisited,
                    };
                    let recorded = conversation.record(event);
                    let sequence = recorded.sequence;
                    scope.journal(tx, recorded);
                    if let VisitorReport::PageVisited(location) = note {
                        let location = text_limits::shortened_line(location.reveal(), text_limits::TECHNICAL_CHARACTERS);
                        let page =
                            Breadcrumb { sequence, location: Text(location.unwrap_or_default()), title: Text::default(), at: scope.now };
                        tx.insert_breadcrumb(workspace, id, &page).await?;
                    }
                    tx.save_conversation(workspace, &conversation).await?;
                    if let Some(once) = once {
                        once.keep(tx, workspace, &key_scope, &(), scope.now).await?;
                    }
                    Ok(Posted { sequence: Some(sequence), repeated: false, at: scope.now })
                }
                .boxed()
            })
            .await
    }

    /// Somebody asked with ids of the old service that name nothing here: remembered, so that an admin can adopt them.
    pub async fn record_knock(&self, organisation: &str, deployment: &str, button: &str) -> Result<()> {
        let short = |id: &str| text_limits::shortened_line(id, 64).unwrap_or_default();
        let work = Arc::new((short(organisation), short(deployment), short(button)));
        let now = self.now();
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (organisation, deployment, button) = &*work;
                    Ok(tx.knock(OLD_IDS, organisation, deployment, button, now).await?)
                }
                .boxed()
            })
            .await
    }
}
