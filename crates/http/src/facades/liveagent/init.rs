//! `Chasitor/ChasitorInit`: a visitor asks for a conversation (liveagent.md 2.2).

use std::{net::IpAddr, sync::Arc};

use domain::{
    detail::{Detail, EntityLink, EntityMap, EntityPlan, EntityStep, FieldMap},
    ids::{ButtonId, SessionId},
    journal::RefusedBecause,
    routing::Attempt,
    secret::Text,
    time::Timestamp,
};
use engine::{
    App, Directory, ErrorKind,
    conversation::{Arrival, StartConversation},
    visitor::{Live, Once},
    web_visit::SeenPage,
};
use http::{HeaderMap, header::USER_AGENT};
use liveagent::{
    ids::identity,
    init::{ChasitorInit, CustomDetail, Entity, Target, VisitorInfo},
};

use super::{caller::header, error::Failure, old_id, visitor};

/// What the body does not say.
pub(super) struct Asking<'r> {
    pub(super) session: SessionId,
    pub(super) headers: &'r HeaderMap,
    pub(super) address: Option<IpAddr>,
    pub(super) number: Option<i64>,
    pub(super) once: Option<Once>,
}

/// Takes the request on, or refuses it: the poll tells which. Says no only to what makes no sense.
pub(super) async fn start(app: &App, init: ChasitorInit, asking: Asking<'_>) -> Result<Arc<Live>, Failure> {
    let directories = app.directories();
    let known = directories.by_organisation(identity(&init.organization_id));
    // Whoever knocks with an unknown organisation is told by its poll that nobody is there; some workspace must keep that session.
    let directory = known.or_else(|| directories.all().next()).ok_or(ErrorKind::Unavailable)?;
    let deployment = known.and_then(|known| old_id::deployment(known, &init.deployment_id));
    if let Some(deployment) = deployment.and_then(|id| directory.deployments.get(&id)) {
        visitor::permit_origin(app, deployment, asking.headers)?;
    }
    let targets = init.targets();
    let mut way = Way::default();
    if let Some(known) = known {
        for target in &targets {
            way.add(known, deployment, target);
        }
    }
    if known.is_none() || deployment.is_none() || !way.unknown.is_empty() {
        let button = way.unknown.first().cloned().or_else(|| targets.first().map(Target::to_wire)).unwrap_or_default();
        app.record_knock(&init.organization_id, &init.deployment_id, &button).await?;
    }
    let insists =
        deployment.and_then(|id| directory.deployments.get(&id)).is_some_and(|deployment| deployment.polling.insist_on_request_mark);
    let (page, referrer, pages) = visited(init.visitor_info.as_ref(), app.now());
    let start = StartConversation {
        workspace: directory.id(),
        session: asking.session,
        deployment,
        button: way.button,
        attempts: way.attempts,
        visitor: None,
        name: init.visitor_name.map(String::from).unwrap_or_default(),
        language: init.language.unwrap_or_default(),
        user_agent: init.user_agent.or_else(|| header(asking.headers, USER_AGENT.as_str()).map(str::to_owned)).unwrap_or_default(),
        screen: init.screen_resolution.unwrap_or_default(),
        address: asking.address,
        page,
        referrer,
        details: init.prechat_details.into_iter().map(detail).collect(),
        entity_plan: EntityPlan { steps: init.prechat_entities.into_iter().map(step).collect() },
        queue_updates: init.receive_queue_updates,
        refuse: (insists && init.is_post != Some(true)).then_some(RefusedBecause::NotARequest),
        post_number: asking.number,
        visit: None,
    };
    Ok(app.start_arriving(start, Arrival { pages, once: asking.once, ..Arrival::default() }).await?.live)
}

/// Where a conversation may go, as far as the ids mean something here.
#[derive(Default)]
struct Way {
    attempts: Vec<Attempt>,
    /// The first entry point, for settings and statistics.
    button: Option<ButtonId>,
    /// Ids that mean nothing.
    unknown: Vec<String>,
}

impl Way {
    fn add(&mut self, directory: &Directory, deployment: Option<domain::ids::DeploymentId>, target: &Target) {
        match target {
            Target::Button(text) => {
                if let Some(button) = self.find_button(directory, deployment, text) {
                    self.attempts.extend(button.map(Attempt::Button));
                }
            }
            Target::Agent(text) => match old_id::agent(directory, text) {
                Some(agent) => self.attempts.push(Attempt::Agent(agent)),
                None => self.unknown.push(text.clone()),
            },
            Target::AgentThenButton { agent, button } => {
                let then = self.find_button(directory, deployment, button).flatten();
                match (old_id::agent(directory, agent), then) {
                    (Some(agent), Some(button)) => self.attempts.push(Attempt::AgentThenButton(agent, button)),
                    (Some(agent), None) => self.attempts.push(Attempt::Agent(agent)),
                    (None, then) => {
                        self.unknown.push(agent.clone());
                        self.attempts.extend(then.map(Attempt::Button));
                    }
                }
            }
            // Our own ids have no prefix that tells what they name.
            Target::Unrecognised(text) => match (text.split_once('_'), old_id::agent(directory, text)) {
                (Some((agent, button)), _) => {
                    let (agent, button) = (agent.to_owned(), button.to_owned());
                    self.add(directory, deployment, &Target::AgentThenButton { agent, button });
                }
                (None, Some(agent)) => self.attempts.push(Attempt::Agent(agent)),
                (None, None) => {
                    if let Some(button) = self.find_button(directory, deployment, text) {
                        self.attempts.extend(button.map(Attempt::Button));
                    }
                }
            },
        }
    }

    /// None for an id that means nothing; `Some(None)` for a button that the deployment may not use.
    fn find_button(
        &mut self,
        directory: &Directory,
        deployment: Option<domain::ids::DeploymentId>,
        text: &str,
    ) -> Option<Option<ButtonId>> {
        let Some(id) = old_id::button(directory, text) else {
            self.unknown.push(text.to_owned());
            return None;
        };
        self.button.get_or_insert(id);
        let allowed = directory.buttons.get(&id).is_some_and(|button| {
            button.deployments.is_empty() || deployment.is_some_and(|deployment| button.deployments.contains(&deployment))
        });
        Some(allowed.then_some(id))
    }
}

fn visited(info: Option<&VisitorInfo>, now: Timestamp) -> (String, String, Vec<SeenPage>) {
    let Some(info) = info else { return Default::default() };
    let pages: Vec<SeenPage> = info
        .pages
        .iter()
        .filter(|page| !page.location.trim().is_empty())
        .map(|page| {
            // A client's clock may say anything.
            let at = page.time.filter(|millis| (0..=now.as_millis()).contains(millis)).map_or(now, Timestamp::from_millis);
            SeenPage { location: Text(page.location.0.clone()), title: Text::default(), at }
        })
        .collect();
    let page = pages.last().map(|page| page.location.reveal().to_owned()).unwrap_or_default();
    let referrer = info.original_referrer.as_ref().map(|referrer| referrer.0.clone()).unwrap_or_default();
    (page, referrer, pages)
}

/// A detail as the engine takes it.
pub(crate) fn detail(detail: CustomDetail) -> Detail {
    Detail {
        label: detail.label.into(),
        value: Text(detail.value.into()),
        transcript_fields: detail.transcript_fields,
        visible_to_agent: detail.display_to_agent,
        entity_maps: detail
            .entity_maps
            .into_iter()
            // One without both names says nothing.
            .filter(|map| !map.entity_name.is_empty() && !map.field_name.is_empty())
            .map(|map| EntityMap {
                entity: map.entity_name,
                field: map.field_name,
                fill: map.is_fast_fillable,
                find: map.is_auto_queryable,
                exact: map.is_exact_matchable,
            })
            .collect(),
        knowledge_search: detail.do_knowledge_search,
    }
}

/// An instruction as the engine takes it.
pub(crate) fn step(entity: Entity) -> EntityStep {
    let link = match (entity.link_to_entity_name, entity.link_to_entity_field) {
        (Some(entity), Some(field)) => Some(EntityLink { entity, field }),
        _ => None,
    };
    EntityStep {
        entity: entity.entity_name,
        fields: entity
            .entity_fields_maps
            .into_iter()
            // A map that names no detail maps nothing.
            .filter(|map| !map.label.is_empty())
            .map(|map| FieldMap {
                field: map.field_name,
                label: map.label.into(),
                find: map.do_find,
                exact: map.is_exact_match,
                create: map.do_create,
            })
            .collect(),
        show_on_create: entity.show_on_create,
        save_to: entity.save_to_transcript.filter(|field| !field.is_empty()),
        link,
    }
}
