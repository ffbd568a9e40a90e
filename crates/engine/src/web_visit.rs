//! What a site's pages say of a visitor before any conversation: details, a name, pages seen. It is the visitor's, so that every conversation that
//! comes of the visit begins with it. Kept for a day under the session that the pages know; who knows the session may add to it.

use std::{sync::Arc, time::Duration};

use domain::{
    conversation::Phase,
    detail::{self, Detail, EntityPlan},
    ids::{ConversationId, DeploymentId, VisitorId},
    secret::Text,
    text_limits::{self, NAME_CHARACTERS, TECHNICAL_CHARACTERS},
    time::Timestamp,
};
use futures_util::FutureExt as _;
use serde::{Deserialize, Serialize};
use store::{RecordCourse, Tx, WebVisit};

use crate::{
    App, Directory, Error, ErrorKind, Result, Scope,
    conversation::{StartConversation, stored},
    definition::RecordTiming,
    prepared, records,
};

/// How long a visit is kept after it was last heard of. Shorter than the least that details can be kept, so retention need not look at it.
pub const VISITS_LIVE: Duration = Duration::from_secs(24 * 60 * 60);
/// The most pages of a visit; the newest are kept.
pub const MAX_PAGES: usize = 25;
/// The longest session or permanent id of a page.
const SESSION_CHARACTERS: usize = 255;

/// A page that a visitor saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenPage {
    /// Its address.
    pub location: Text,
    /// Its title; empty for none.
    #[serde(default)]
    pub title: Text,
    /// When.
    pub at: Timestamp,
}

/// What a page says of its visitor.
#[derive(Clone, Debug)]
pub struct VisitNote {
    /// Which site.
    pub deployment: DeploymentId,
    /// The session, as the pages know it.
    pub session: String,
    /// What is said.
    pub visit: Visit,
}

/// What is known of a visit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visit {
    /// The first session of this browser, as the pages know it.
    pub permanent_id: Option<String>,
    /// The key by which events tell this browser from others, as the page says.
    pub device: Option<String>,
    /// The user, where who knows him has signed his id ([`App::signed_user`]).
    pub user: Option<String>,
    /// How many visits of this browser there were, this one too.
    pub visit_count: Option<u32>,
    /// The page that led to the site; empty if it is not known.
    pub referrer: String,
    /// The visitor's name; empty for none.
    pub name: Text,
    /// Labelled values, hidden ones too.
    pub details: Vec<Detail>,
    /// What to find or create in the CRM.
    pub entity_plan: EntityPlan,
    /// Pages seen, the newest first.
    pub pages: Vec<SeenPage>,
}

/// The workspace that a deployment belongs to.
fn directory_of(app: &App, deployment: DeploymentId) -> Result<Arc<Directory>> {
    let directories = app.directories();
    let found = directories.all().find(|directory| directory.deployments.contains_key(&deployment)).cloned();
    found.ok_or_else(|| ErrorKind::NotFound("deployment").into())
}

fn id(property: &'static str, text: &str) -> Result<()> {
    if (1..=SESSION_CHARACTERS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(())
    } else {
        Err(Error::invalid(property, format!("it has 1 to {SESSION_CHARACTERS} visible ASCII characters")))
    }
}

impl Visit {
    /// As it may be stored: entity plans of one entity merged, lines cleaned, the newest pages.
    fn cleaned(mut self, now: Timestamp) -> Result<Self> {
        detail::check_details(&self.details).map_err(|problem| Error::invalid("details", problem.to_string()))?;
        self.entity_plan = EntityPlan::merged(self.entity_plan.steps);
        self.entity_plan.check().map_err(|problem| Error::invalid("entity_plans", problem.to_string()))?;
        if let Some(permanent) = &self.permanent_id {
            id("permanent_id", permanent)?;
        }
        self.device = self.device.filter(|key| prepared::is_key(key));
        self.user = self.user.filter(|key| prepared::is_key(key));
        let line = |text: &str, most| text_limits::shortened_line(text, most).unwrap_or_default();
        self.referrer = line(&self.referrer, TECHNICAL_CHARACTERS);
        self.name = Text(line(self.name.reveal(), NAME_CHARACTERS));
        for detail in &mut self.details {
            detail.label = text_limits::storable(&detail.label).into_owned();
            detail.value = Text(text_limits::storable(detail.value.reveal()).into_owned());
        }
        self.pages = std::mem::take(&mut self.pages)
            .into_iter()
            .filter_map(|page| {
                let location = text_limits::shortened_line(page.location.reveal(), TECHNICAL_CHARACTERS)?;
                let title = Text(line(page.title.reveal(), NAME_CHARACTERS));
                // A browser's clock may say anything.
                Some(SeenPage { location: Text(location), title, at: page.at.clamp(now - VISITS_LIVE, now) })
            })
            .collect();
        self.pages.sort_by_key(|page| std::cmp::Reverse(page.at));
        self.pages.truncate(MAX_PAGES);
        Ok(self)
    }

    /// What was known, and what is said now: what is said now counts, and what it does not mention stays.
    fn after(mut self, earlier: Self) -> Self {
        self.permanent_id = self.permanent_id.or(earlier.permanent_id);
        self.device = self.device.or(earlier.device);
        self.user = self.user.or(earlier.user);
        self.visit_count = self.visit_count.or(earlier.visit_count);
        if self.referrer.is_empty() {
            self.referrer = earlier.referrer;
        }
        if self.name.reveal().is_empty() {
            self.name = earlier.name;
        }
        if self.pages.is_empty() {
            self.pages = earlier.pages;
        }
        self.details = detail::together(earlier.details, self.details);
        self.entity_plan = earlier.entity_plan.followed_by(self.entity_plan);
        self
    }

    /// Adds what is said to a conversation that waits, as if it had been said before: `before` is what was. What the visitor's own form said
    /// stays. Not told to anybody: who accepts reads the conversation.
    async fn join(&self, tx: &mut Tx, scope: &Scope, conversation: ConversationId, before: &Self, with_crm: bool) -> Result<()> {
        let workspace = scope.workspace();
        // Under its lock: it may just have been accepted.
        let waits = tx
            .conversation(workspace, conversation)
            .await?
            .is_some_and(|held| matches!(held.phase, Phase::Waiting | Phase::Offered { .. }));
        let origin = tx.origin(workspace, conversation).await?.filter(|origin| waits && origin.established_at.is_none());
        let Some(origin) = origin else { return Ok(()) };
        let kept = tx.details(workspace, conversation).await?.into_iter().map(records::with_maps).collect::<Result<Vec<_>>>()?;
        // A value that the pages had said, and the form left as it was, is theirs to say anew.
        let of_pages = |kept: &Detail| before.details.iter().any(|known| known.label == kept.label && known.value == kept.value);
        let said_anew = |kept: &Detail| self.details.iter().any(|said| said.label == kept.label);
        let stay = kept.into_iter().filter(|kept| !(of_pages(kept) && said_anew(kept))).collect();
        let details = detail::together(self.details.clone(), stay);
        let stored = details.iter().map(stored).collect::<Result<Vec<_>>>()?;
        tx.replace_details(workspace, conversation, &stored).await?;

        let plan: EntityPlan = serde_json::from_value::<Option<_>>(origin.entity_plan).map_err(Error::internal)?.unwrap_or_default();
        // In the order in which it may have been begun, with the values that it has.
        let together = plan.clone().followed_by(self.entity_plan.clone()).followed_by(plan.clone());
        let plan = if together.check().is_ok() { together } else { plan };
        let name = if origin.name.reveal().is_empty() { &self.name } else { &origin.name };
        tx.save_entity_plan(workspace, conversation, name, &serde_json::to_value(&plan).map_err(Error::internal)?).await?;
        if !with_crm {
            return Ok(());
        }
        let timing = records::timing(&scope.directory, Some(origin.deployment), origin.button, &plan, &details);
        match (tx.record_course(workspace, conversation).await?, timing) {
            (None, Some(timing)) => Ok(tx.plan_records(workspace, conversation, timing == RecordTiming::OnAcceptance, scope.now).await?),
            (Some(course), Some(_)) if !course.held => {
                let course = RecordCourse { planned: true, due: course.due.or(Some(scope.now)), ..course };
                Ok(tx.save_record_course(workspace, conversation, &course).await?)
            }
            _ => Ok(()),
        }
    }

    /// A conversation that is asked for in the visit begins with what is known of it; what it says itself counts. Gives the pages seen before,
    /// the oldest first.
    pub(crate) fn begins(self, start: &mut StartConversation) -> Vec<SeenPage> {
        start.details = detail::together(self.details, std::mem::take(&mut start.details));
        start.entity_plan = self.entity_plan.followed_by(std::mem::take(&mut start.entity_plan));
        if start.name.trim().is_empty() {
            start.name = self.name.0;
        }
        if start.referrer.trim().is_empty() {
            start.referrer = self.referrer;
        }
        if start.page.trim().is_empty()
            && let Some(newest) = self.pages.first()
        {
            start.page = newest.location.reveal().to_owned();
        }
        self.pages.into_iter().rev().collect()
    }
}

impl App {
    /// A page says what it knows of its visitor. Said again in the same session it is put together with what was said before, and so it is
    /// in a conversation of the visit that no agent has accepted.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] for a deployment that there is not; [`ErrorKind::Invalid`] for what is too long or too much.
    pub async fn note_web_visit(&self, note: VisitNote) -> Result<()> {
        let directory = directory_of(self, note.deployment)?;
        id("session", &note.session)?;
        let scope = self.scope(directory.id())?;
        let (workspace, now, with_crm) = (scope.workspace(), scope.now, self.crm().is_some());
        let (deployment, session) = (note.deployment, note.session);
        let work = Arc::new((session, note.visit.cleaned(now)?, scope));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (session, said, scope) = &*work;
                    // A session of another site is another session.
                    let known = tx.web_visit(workspace, session, now).await?.filter(|known| known.deployment == deployment);
                    let visitor = known.as_ref().and_then(|known| known.visitor);
                    let before: Visit = match known {
                        Some(known) => serde_json::from_value(known.body).map_err(Error::internal)?,
                        None => Visit::default(),
                    };
                    if let Some(visitor) = visitor {
                        for conversation in tx.unaccepted(workspace, deployment, visitor).await? {
                            said.join(tx, scope, conversation, &before, with_crm).await?;
                        }
                    }
                    let whole = said.clone().after(before);
                    let body = serde_json::to_value(&whole).map_err(Error::internal)?;
                    let expires_at = now + VISITS_LIVE;
                    let kept = WebVisit { session: session.clone(), deployment, visitor, body, at: now, expires_at };
                    Ok(tx.save_web_visit(workspace, &kept).await?)
                }
                .boxed()
            })
            .await
    }

    /// What is known of a visit of a site; none if nothing is, or not any more.
    pub async fn web_visit(&self, deployment: DeploymentId, session: &str) -> Result<Option<Visit>> {
        let directory = directory_of(self, deployment)?;
        Ok(self.visit_and_visitor(&directory, deployment, session).await?.map(|(visit, _)| visit))
    }

    /// The same, and whose it is if a conversation came of it before.
    pub(crate) async fn visit_and_visitor(
        &self,
        directory: &Directory,
        deployment: DeploymentId,
        session: &str,
    ) -> Result<Option<(Visit, Option<VisitorId>)>> {
        if id("session", session).is_err() {
            return Ok(None);
        }
        let found = self.store().snapshot().await?.web_visit(directory.id(), session, self.now()).await?;
        let Some(found) = found.filter(|found| found.deployment == deployment) else { return Ok(None) };
        Ok(Some((serde_json::from_value(found.body).map_err(Error::internal)?, found.visitor)))
    }
}
