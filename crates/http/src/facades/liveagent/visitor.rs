//! `Visitor/*`: what a page asks before anybody chats, as JSON and as JSONP (liveagent.md 2.5, 2.7).

use axum::{body::Body, extract::Request, response::Response};
use domain::{
    detail::Detail,
    ids::{ButtonId, DeploymentId, SessionId},
    routing::Target,
    secret::Text,
};
use engine::{
    App, Directory,
    definition::Deployment,
    visitor::{PostNumbering, SessionState, VisitorReport},
};
use http::{
    HeaderMap,
    header::{ORIGIN, REFERER},
};
use liveagent::{
    BodyError, Envelope, Post, Resource, ServerMessage,
    ids::identity,
    init::{CustomDetail, EntityMap},
    jsonp::{self, JsonpRequest},
    message::SwitchServer,
    query::{AvailabilityQuery, Query, SettingsQuery, VisitorQuery, breadcrumb_location},
    visitor as wire,
};

use super::{
    Parts,
    caller::{Caller, header},
    error::Failure,
    invitation, json, ok, old_id, typed,
};
use crate::{
    own_origin::is_own_origin,
    serve::{Class, read_body},
};

/// Milliseconds between two questions of a page (liveagent.md 2.5: pages of the old service asked every minute or so).
const PING_RATE: i64 = 50_000;
/// The most ids that one question may name; beyond, they are left out of the answer.
const MOST_IDS: usize = 200;
/// A wait that is not known (liveagent.md 3).
const UNKNOWN_WAIT: i64 = -1;

/// Whether the page that asks may use the deployment: one of a domain that it lists, or of this server. An app sends neither header, and is
/// let in (liveagent.md 1.6).
pub(crate) fn may_use(deployment: &Deployment, public_url: &str, headers: &HeaderMap) -> bool {
    if deployment.allowed_origins.is_empty() {
        return true;
    }
    let Some(from) = header(headers, ORIGIN.as_str()).filter(|origin| *origin != "null").or_else(|| header(headers, REFERER.as_str()))
    else {
        return true;
    };
    let listed = |allowed: &String| {
        let allowed = allowed.trim_end_matches('/');
        from.get(..allowed.len()).is_some_and(|start| start.eq_ignore_ascii_case(allowed))
            && from.get(allowed.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    deployment.allowed_origins.iter().any(listed) || is_own_origin(public_url, from)
}

/// Refuses pages that may not use the deployment.
pub(super) fn permit_origin(app: &App, deployment: &Deployment, headers: &HeaderMap) -> Result<(), Failure> {
    if may_use(deployment, &app.settings().public_url, headers) { Ok(()) } else { Err(Failure::DomainRefused) }
}

/// Answers one question, or several in one JSONP.
pub(super) async fn ask(parts: &Parts, resource: Resource, request: Request) -> Result<Response, Failure> {
    let _permit = parts.admission.admit(Class::New)?;
    let (head, _) = request.into_parts();
    let query = Query::parse(head.uri.query().unwrap_or_default());
    let (nouns, callback) = if resource.is_jsonp() {
        let request = JsonpRequest::parse(resource, &query).map_err(|error| BodyError::new(error.to_string()))?;
        (request.nouns, request.callback)
    } else {
        (vec![resource], None)
    };
    let asked = VisitorQuery::from_query(&query);
    let directories = parts.app.directories();
    let directory = asked.organization_id.as_deref().and_then(|id| directories.by_organisation(identity(id)));
    let place = directory.and_then(|directory| {
        let id = old_id::deployment(directory, asked.deployment_id.as_deref()?)?;
        Some(Place { directory, id, deployment: directory.deployments.get(&id)? })
    });
    let deployment = place.as_ref().map(|place| place.deployment);
    if let Some(deployment) = deployment {
        permit_origin(&parts.app, deployment, &head.headers)?;
    } else if asked.organization_id.is_some() {
        let (organisation, deployment) = (asked.organization_id.as_deref(), asked.deployment_id.as_deref());
        parts.app.record_knock(organisation.unwrap_or_default(), deployment.unwrap_or_default(), "").await?;
    }
    let messages = match deployment.and_then(|deployment| deployment.polling.switch_server.as_deref()) {
        Some(url) => vec![ServerMessage::SwitchServer(SwitchServer { new_url: switch_url(url) })],
        None => {
            let mut messages = Vec::with_capacity(nouns.len());
            for noun in nouns {
                messages.extend(answer(&parts.app, place.as_ref(), noun, &query, &head.headers).await?);
            }
            messages
        }
    };
    let envelope = Envelope::wrapped(messages);
    match callback {
        Some(callback) => {
            let script = callback.wrap(&serde_json::to_string(&envelope).map_err(engine::Error::internal)?);
            Ok(typed(jsonp::CONTENT_TYPE, Body::from(script)))
        }
        None => json(&envelope),
    }
}

/// The address that clients are sent to ends with `/chat` (liveagent.md 1.5).
fn switch_url(url: &str) -> String {
    let url = url.trim_end_matches('/');
    if url.ends_with("/chat") { url.to_owned() } else { format!("{url}/chat") }
}

async fn answer(
    app: &App,
    place: Option<&Place<'_>>,
    noun: Resource,
    query: &Query<'_>,
    headers: &HeaderMap,
) -> Result<Option<ServerMessage>, Failure> {
    Ok(match noun {
        Resource::VisitorId => {
            let session: SessionId = app.id();
            Some(ServerMessage::VisitorId(wire::VisitorId { session_id: session.to_string().into() }))
        }
        Resource::Availability => {
            let asked = AvailabilityQuery::from_query(query);
            Some(ServerMessage::Availability(availability(app, place, asked).await?))
        }
        Resource::Settings => {
            let asked = SettingsQuery::from_query(query);
            if asked.update_breadcrumb
                && let Some(page) = header(headers, REFERER.as_str())
            {
                note_page(app, headers, Text(page.to_owned())).await?;
            }
            Some(ServerMessage::Settings(settings(app, place, asked).await?))
        }
        Resource::PrechatDetails => prechat_details(app, place, query).await?.map(ServerMessage::PrechatDetails),
        Resource::Breadcrumb => {
            if let Some(location) = breadcrumb_location(query) {
                note_page(app, headers, Text(location.0)).await?;
            }
            None
        }
        _ => return Err(Failure::NoResource),
    })
}

/// Where the asking page belongs.
struct Place<'d> {
    directory: &'d Directory,
    id: DeploymentId,
    deployment: &'d Deployment,
}

impl Place<'_> {
    fn button(&self, text: &str) -> Option<ButtonId> {
        old_id::button(self.directory, text).filter(|id| self.serves(*id))
    }

    /// The deployment may use the button.
    fn serves(&self, id: ButtonId) -> bool {
        self.directory.buttons.get(&id).is_some_and(|button| button.deployments.is_empty() || button.deployments.contains(&self.id))
    }

    /// Whom an id asks for; several where an agent or else a button is meant.
    fn targets(&self, text: &str) -> Vec<Target> {
        let agent = |text: &str| old_id::agent(self.directory, text).map(Target::Agent);
        let button = |text: &str| self.button(text).map(Target::Button);
        match text.split_once('_') {
            Some((first, second)) => agent(first).into_iter().chain(button(second)).collect(),
            None => button(text).or_else(|| agent(text)).into_iter().collect(),
        }
    }

    /// For each of the lists: whether one of its targets takes conversations now, and the wait in seconds.
    async fn ask(&self, app: &App, asked: &[Vec<Target>]) -> Result<Vec<(bool, i64)>, Failure> {
        let flat: Vec<Target> = asked.iter().flatten().cloned().collect();
        let mut told = app.availability(self.directory.id(), &flat).await?.into_iter();
        Ok(asked
            .iter()
            .map(|targets| {
                let own: Vec<_> = told.by_ref().take(targets.len()).collect();
                match own.iter().find(|told| told.is_available()) {
                    Some(first) => (true, first.estimated_wait.unwrap_or(UNKNOWN_WAIT)),
                    None => (false, UNKNOWN_WAIT),
                }
            })
            .collect())
    }
}

/// One result for each id, as it was sent; unknown ones are not available.
async fn availability(app: &App, place: Option<&Place<'_>>, mut asked: AvailabilityQuery) -> Result<wire::Availability, Failure> {
    asked.ids.truncate(MOST_IDS);
    let told = match place {
        Some(place) => {
            let targets: Vec<_> = asked.ids.iter().map(|id| place.targets(id)).collect();
            place.ask(app, &targets).await?
        }
        None => vec![(false, UNKNOWN_WAIT); asked.ids.len()],
    };
    let results = asked.ids.into_iter().zip(told).map(|(id, (is_available, wait))| wire::AvailabilityResult {
        id,
        is_available,
        estimated_wait_time: asked.need_estimated_wait_time.then_some(wait),
    });
    Ok(wire::Availability { results: results.collect() })
}

/// The buttons asked for, or all of the deployment; then every invitation of it, which no page can ask for (deployment_segment.md 3).
async fn settings(app: &App, place: Option<&Place<'_>>, asked: SettingsQuery) -> Result<wire::Settings, Failure> {
    let mut buttons: Vec<(String, Option<ButtonId>)> = match place {
        Some(place) if asked.button_ids.is_empty() => place
            .directory
            .buttons
            .keys()
            .filter(|id| place.serves(**id))
            .map(|id| (old_id::shown(place.directory, *id), Some(*id)))
            .collect(),
        _ => asked.button_ids.iter().map(|text| (text.clone(), place.and_then(|place| place.button(text)))).collect(),
    };
    buttons.truncate(MOST_IDS);
    let standard = buttons.len();
    if let Some(place) = place {
        let inviting =
            place.directory.buttons.iter().filter(|(id, button)| button.invitation.is_some() && button.active && place.serves(**id));
        buttons.extend(inviting.take(MOST_IDS).map(|(id, _)| (old_id::shown(place.directory, *id), Some(*id))));
    }
    let told = match place {
        Some(place) => {
            let targets: Vec<_> = buttons.iter().map(|(_, id)| id.map(Target::Button).into_iter().collect()).collect();
            place.ask(app, &targets).await?
        }
        None => vec![(false, UNKNOWN_WAIT); buttons.len()],
    };
    let public_url = &app.settings().public_url;
    let spoken = place.and_then(|place| place.deployment.appearance.language.as_ref());
    let buttons = buttons.into_iter().zip(told).enumerate().map(|(n, ((id, known), (is_available, wait)))| {
        let button = known.and_then(|known| place?.directory.buttons.get(&known));
        let invitation = button.and_then(|button| button.invitation.as_ref()).filter(|_| n >= standard);
        wire::Button {
            id,
            kind: if invitation.is_some() { "Invite" } else { "Standard" }.to_owned(),
            endpoint_url: button.and_then(|button| button.chat_page.clone()),
            prechat_url: button.and_then(|button| button.form_before.clone()),
            // As `en_US` on the wire.
            language: button.and_then(|button| button.language.as_ref().or(spoken)).map(|language| language.replace('-', "_")),
            is_available,
            estimated_wait_time: asked.need_estimated_wait_time.then_some(wait),
            invitation: invitation.map(|told| invitation::shown(told, public_url)),
        }
    });
    Ok(wire::Settings {
        ping_rate: PING_RATE,
        content_server_url: format!("{}/content", app.settings().public_url.trim_end_matches('/')),
        buttons: buttons.collect(),
    })
}

/// What the site's pages said of the visitor, where the deployment lets pages read it; who knows the session is the visitor's own page.
async fn prechat_details(app: &App, place: Option<&Place<'_>>, query: &Query<'_>) -> Result<Option<wire::PrechatDetails>, Failure> {
    let Some(place) = place.filter(|place| place.deployment.prechat_api) else { return Ok(None) };
    let Some(session) = VisitorQuery::from_query(query).session_id else { return Ok(None) };
    let Some(visit) = app.web_visit(place.id, &session).await? else { return Ok(None) };
    let name = Some(visit.name.0).filter(|name| !name.is_empty());
    Ok(Some(wire::PrechatDetails { custom_details: visit.details.into_iter().map(told).collect(), visitor_name: name.map(Into::into) }))
}

/// A detail as a page told it.
fn told(detail: Detail) -> CustomDetail {
    CustomDetail {
        transcript_fields: detail.transcript_fields,
        display_to_agent: detail.visible_to_agent,
        entity_maps: detail
            .entity_maps
            .into_iter()
            .map(|map| EntityMap {
                entity_name: map.entity,
                field_name: map.field,
                is_fast_fillable: map.fill,
                is_auto_queryable: map.find,
                is_exact_matchable: map.exact,
            })
            .collect(),
        do_knowledge_search: detail.knowledge_search,
        ..CustomDetail::new(detail.label, detail.value.0)
    }
}

/// Notes a page of a visitor who is in a chat. Without a session there is nobody yet whom it could be told of.
async fn note_page(app: &App, headers: &HeaderMap, location: Text) -> Result<(), Failure> {
    let Ok(caller) = Caller::of(app, headers) else { return Ok(()) };
    if let SessionState::Live(live) = app.find_session(caller.session, caller.made_at).await? {
        app.visitor_reports(&live, VisitorReport::PageVisited(location), PostNumbering::Outside, None).await?;
    }
    Ok(())
}

/// `POST Visitor/Breadcrumb`. Needs no session (liveagent.md 2.5).
pub(super) async fn breadcrumb(parts: &Parts, request: Request) -> Result<Response, Failure> {
    let _permit = parts.admission.admit(Class::New)?;
    let (head, body) = request.into_parts();
    let body = read_body(body, parts.body_patience).await?;
    if let Post::Breadcrumb(page) = Post::decode(Resource::Breadcrumb, &body)? {
        note_page(&parts.app, &head.headers, Text(page.location.into())).await?;
    }
    Ok(ok())
}
