//! `/content/s/chat`: the chat window, as deployment.js and customers' pre-chat pages open it (deployment_segment.md 5, 6).
//!
//! The page is made here for its language, its policy and what a pre-chat form said; everything it does is `window.js`, over the visitor's API.
//! What the form said is data in the page: it runs nowhere, whatever it holds.

use std::{collections::BTreeSet, sync::Arc};

use askama::Template;
use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
};
use domain::{detail, ids::AgentId, secret::Text};
use engine::{App, Directory};
use http::{HeaderValue, Method, StatusCode, header::CONTENT_SECURITY_POLICY, request};
use liveagent::{init::Target, jsonp::script_safe, prechat::PrechatForm, query::Query};
use native::visitor::{EntityField, EntityLink, EntityPlan, NewDetail, RouteOverride};
use serde::Serialize;

use super::{
    Parts, body,
    destinations::origin,
    failure::Failure,
    html,
    place::Place,
    wording::{Language, Wording},
};
use crate::{
    facades::liveagent::{init, old_id},
    serve::Class,
};

/// Languages that are written from right to left, by their first subtag (Unicode CLDR's character order).
const RIGHT_TO_LEFT: &[&str] = &["ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ku", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"];

#[derive(Template)]
#[template(path = "chat.html")]
struct Page<'p> {
    language: &'p str,
    direction: &'static str,
    title: &'p str,
    prechat: String,
    wording: &'static Wording,
}

/// What a pre-chat form said, as `POST /visitor/conversations` takes it.
#[derive(Debug, Default, Serialize)]
struct Prechat {
    /// There was a form: nothing is to be asked again.
    submitted: bool,
    name: Option<Text>,
    /// Whom the page that opened the window asks for.
    agent: Option<AgentId>,
    details: Vec<NewDetail>,
    entity_plans: Vec<EntityPlan>,
    overrides: Vec<RouteOverride>,
}

/// GET and POST.
pub(super) async fn open(State(parts): State<Arc<Parts>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let query = Query::parse(head.uri.query().unwrap_or_default());
    let place = Place::find(&parts.app, query.get("org_id"), query.get("deployment_id"));
    let spoken = Language::pick(query.get("language"), place.as_ref().and_then(Place::language), &head.headers);
    page(&parts, &head, &query, body, place, spoken).await.unwrap_or_else(|failure| failure.page(spoken))
}

async fn page(
    parts: &Parts,
    head: &request::Parts,
    query: &Query<'_>,
    body: Body,
    place: Option<Place>,
    spoken: Language,
) -> Result<Response, Failure> {
    if !parts.widget.is_built() {
        return Ok(super::built::unbuilt());
    }
    let _permit = parts.admission.admit(Class::New)?;
    let submitted = head.method == Method::POST;
    let asked = head.uri.query().unwrap_or_default();
    let mut said = PrechatForm::parse(asked.as_bytes());
    if submitted {
        let form = body::form(&head.headers, body, parts.body_patience).await?;
        // A form counts, and what its address already said where it says nothing.
        let posted = PrechatForm::parse(&form);
        said = if posted.is_empty() { said } else { posted };
    }
    let agent = query.get("agent_id");
    let prechat = prechat(&parts.app, place.as_ref(), said, agent, submitted)?;
    let language = language(query.get("language"), place.as_ref());
    let title = place.as_ref().and_then(|place| place.deployment().appearance.title.as_deref());
    let page = Page {
        language: &language,
        direction: if is_right_to_left(&language) { "rtl" } else { "ltr" },
        title: title.unwrap_or("Chat"),
        wording: spoken.wording(),
        prechat: script_safe(&serde_json::to_string(&prechat).map_err(engine::Error::internal)?),
    };
    let mut response = html(StatusCode::OK, &page);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy(place.as_ref()));
    Ok(response)
}

/// A BCP 47 tag that is safe to print: the address's (`en_US`), else the deployment's, else English.
fn language(asked: Option<&str>, place: Option<&Place>) -> String {
    let tag = |text: &str| {
        let tag = text.replace('_', "-");
        let fits = (2..=35).contains(&tag.len())
            && tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        fits.then_some(tag)
    };
    asked.and_then(tag).or_else(|| place.and_then(Place::language).and_then(tag)).unwrap_or_else(|| "en".to_owned())
}

fn is_right_to_left(language: &str) -> bool {
    let mut parts = language.split('-');
    let first = parts.next().unwrap_or_default();
    RIGHT_TO_LEFT.iter().any(|tag| tag.eq_ignore_ascii_case(first)) && !parts.any(|part| part.eq_ignore_ascii_case("latn"))
}

/// What was said, within the limits of a conversation: an over-long form is refused here, where it can be told to whoever made it.
fn prechat(app: &App, place: Option<&Place>, said: PrechatForm, agent: Option<&str>, submitted: bool) -> Result<Prechat, Failure> {
    let directories = app.directories();
    let only = || directories.named(None).cloned();
    let directory = place.map(|place| place.directory.clone()).or_else(only);
    let overrides = match &directory {
        Some(directory) => said.targets().filter_map(|target| way(directory, &target)).collect(),
        None => Vec::new(),
    };
    let agent = agent.and_then(|text| old_id::agent(directory.as_ref()?, text));
    let details: Vec<_> = said.details.into_iter().map(init::detail).collect();
    detail::check_details(&details).map_err(|problem| Failure::Form(problem.to_string()))?;
    let plan = detail::EntityPlan { steps: said.entities.into_iter().map(init::step).collect() };
    plan.check().map_err(|problem| Failure::Form(problem.to_string()))?;
    let details = details.into_iter().map(|detail| NewDetail {
        label: detail.label,
        value: detail.value,
        visible_to_agent: detail.visible_to_agent,
        transcript_fields: detail.transcript_fields,
        knowledge_search: detail.knowledge_search,
    });
    let plans = plan.steps.into_iter().map(|step| EntityPlan {
        entity: step.entity,
        show: step.show_on_create,
        transcript_field: step.save_to,
        link_to: step.link.map(|link| EntityLink { entity: link.entity, field: link.field }),
        fields: step
            .fields
            .into_iter()
            .map(|map| EntityField { field: map.field, label: map.label, find: map.find, exact: map.exact, create: map.create })
            .collect(),
    });
    Ok(Prechat {
        submitted,
        name: said.visitor_name.map(|name| Text(name.into())),
        agent,
        details: details.collect(),
        entity_plans: plans.collect(),
        overrides,
    })
}

/// An old id as a way of ours; none for what means nothing here.
fn way(directory: &Directory, target: &Target) -> Option<RouteOverride> {
    let button = |text: &str| old_id::button(directory, text);
    let agent = |text: &str| old_id::agent(directory, text);
    let both = |first: &str, then: &str| match (agent(first), button(then)) {
        (Some(id), or_button) => Some(RouteOverride::Agent { id, or_button }),
        (None, then) => then.map(|id| RouteOverride::Button { id }),
    };
    match target {
        Target::Button(text) => button(text).map(|id| RouteOverride::Button { id }),
        Target::Agent(text) => agent(text).map(|id| RouteOverride::Agent { id, or_button: None }),
        Target::AgentThenButton { agent, button } => both(agent, button),
        // Our own ids have no prefix that tells what they name.
        Target::Unrecognised(text) => match text.split_once('_') {
            Some((first, then)) => both(first, then),
            None => agent(text)
                .map(|id| RouteOverride::Agent { id, or_button: None })
                .or_else(|| button(text).map(|id| RouteOverride::Button { id })),
        },
    }
}

/// What the page may load, and where it may post to when the conversation is over. Only pages that the deployment names may frame it.
fn policy(place: Option<&Place>) -> HeaderValue {
    let (mut images, mut posts, mut ancestors) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    match place {
        Some(place) => {
            let (deployment, id) = (place.deployment(), place.id);
            let origins = |text: &str| origin(text).map(|origin| origin.ascii_serialization());
            images.extend(deployment.appearance.logo_url.as_deref().and_then(origins));
            ancestors.extend(deployment.allowed_origins.iter().filter_map(|text| origins(text)));
            let buttons = place.directory.buttons.values();
            let used = buttons.filter(|button| button.deployments.is_empty() || button.deployments.contains(&id));
            posts.extend(used.filter_map(|button| origins(button.form_after.as_deref()?)));
        }
        // Whose logo it will be is not known yet.
        None => images.extend(["https:".to_owned()]),
    }
    let mut policy =
        "default-src 'self'; media-src 'self' data: blob:; object-src 'none'; base-uri 'none'; img-src 'self' data: blob:".to_owned();
    let mut add = |start: &str, sources: &BTreeSet<String>| {
        policy.push_str(start);
        for source in sources {
            policy.push(' ');
            policy.push_str(source);
        }
    };
    add("", &images);
    add("; form-action 'self'", &posts);
    add(if ancestors.is_empty() { "; frame-ancestors 'none'" } else { "; frame-ancestors" }, &ancestors);
    HeaderValue::from_str(&policy).expect("a serialised origin is ASCII without spaces")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_a_tag_or_nothing() {
        for (asked, tag, rtl) in [
            ("en_US", "en-US", false),
            ("ar", "ar", true),
            ("he_IL", "he-IL", true),
            ("az-Latn-IR", "az-Latn-IR", false),
            ("ur-Latn", "ur-Latn", false),
        ] {
            assert_eq!((language(Some(asked), None).as_str(), is_right_to_left(asked.replace('_', "-").as_str())), (tag, rtl), "{asked}");
        }
        for nonsense in ["\"><script>", "x", "en US", "en--US", "ääh", &"a-".repeat(30)] {
            assert_eq!(language(Some(nonsense), None), "en");
        }
        assert_eq!(language(None, None), "en");
    }
}
