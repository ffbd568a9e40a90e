//! `/content/s/prechatVisitor`: deployment.js posts here what it knows of the visitor when a chat is opened, and the browser goes on to the pre-chat page or the
//! chat page (deployment_segment.md 5). What it comes to know later it posts without saying where to go, and the page stays.
//!
//! It sends browsers to where its caller says, so it goes nowhere that nobody of this server has named: see [`super::destinations`].

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use domain::{detail::EntityPlan, secret::Text};
use engine::web_visit::{SeenPage, Visit, VisitNote};
use http::{
    Extensions, HeaderValue, Method, StatusCode,
    header::{CACHE_CONTROL, LOCATION},
};
use liveagent::{Sensitive, query::Query, visit::VisitForm};
use url::Url;

use super::{
    Parts, body,
    destinations::{Destinations, Refused},
    failure::Failure,
    place::Place,
    wording::Language,
};
use crate::{
    facades::liveagent::{init, visitor::may_use},
    serve::{Class, RequestInfo},
};

/// Longer ago than any visit lasts.
const DAY_MILLIS: u64 = 24 * 60 * 60 * 1000;

/// GET and POST.
pub(super) async fn take(State(parts): State<Arc<Parts>>, request: Request) -> Response {
    let query = Query::parse(request.uri().query().unwrap_or_default());
    let mut language = Language::pick(asked(query.get("endpoint")).as_deref(), None, request.headers());
    go_on(&parts, request, &mut language).await.unwrap_or_else(|failure| failure.page(language))
}

/// The language of the chat that is to be opened.
fn asked(endpoint: Option<&str>) -> Option<String> {
    let endpoint = Url::parse(endpoint?).ok()?;
    endpoint.query_pairs().find(|(name, _)| name == "language").map(|(_, language)| language.into_owned())
}

/// `language`: in which a refusal is told; the deployment, which the form names, may have a say in it.
async fn go_on(parts: &Parts, request: Request, language: &mut Language) -> Result<Response, Failure> {
    let _permit = parts.admission.admit(Class::New)?;
    let (head, body) = request.into_parts();
    let mut fields = head.uri.query().unwrap_or_default().to_owned();
    if head.method == Method::POST {
        let posted = body::form(&head.headers, body, parts.body_patience).await?;
        fields.push('&');
        fields.push_str(&String::from_utf8_lossy(&posted));
    }
    let fields = Query::parse(&fields);
    let form = VisitForm::from_pairs(&fields);
    let public_url = &parts.app.settings().public_url;
    let place = Place::find(&parts.app, form.organization_id.as_deref(), form.deployment_id.as_deref());
    let own = place.as_ref().and_then(Place::language);
    *language = Language::pick(asked(form.endpoint.as_deref()).as_deref(), own, &head.headers);
    if let Some(place) = &place
        && !may_use(place.deployment(), public_url, &head.headers)
    {
        return Err(Failure::Origin);
    }
    if let Some(place) = &place
        && head.method == Method::POST
        && fields.pairs().all(|(name, _)| name != "endpoint")
    {
        // Of a chat that is open already: the page stays where it is.
        note(parts, place, form, &head.extensions).await?;
        return Ok((StatusCode::NO_CONTENT, [(CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response());
    }
    let known = place.as_ref().map(|place| (&*place.directory, place.id));
    let destination = Destinations::of(public_url, known).permit(form.endpoint.as_deref().ok_or(Refused::Missing)?)?;
    let location = HeaderValue::from_str(destination.as_str()).map_err(|_| Refused::Malformed)?;
    if let Some(place) = &place {
        note(parts, place, form, &head.extensions).await?;
    }
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location), (CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response())
}

/// Keeps what the site knows of the visitor, for the conversations that come of the visit. Without a session there is nobody it could be told of.
async fn note(parts: &Parts, place: &Place, form: VisitForm, extensions: &Extensions) -> Result<(), Failure> {
    let Some(session) = form.session_id else { return Ok(()) };
    if let Some(info) = extensions.get::<RequestInfo>() {
        parts.addresses.new_session(info.client())?;
    }
    let now = parts.app.now();
    let pages = form.pages.into_iter().map(|page| {
        // A browser counts back from now; what it does not know was now.
        let ago = Duration::from_millis(page.ago.and_then(|ago| u64::try_from(ago).ok()).unwrap_or_default().min(DAY_MILLIS));
        SeenPage { location: Text(page.location.into()), title: Text::default(), at: now - ago }
    });
    let text = |text: Option<Sensitive>| text.map(String::from).unwrap_or_default();
    let user = match (&form.user, &form.user_signature) {
        (Some(user), Some(signature)) => parts.app.signed_user(&place.directory, place.id, user, signature),
        _ => None,
    };
    let visit = Visit {
        device: form.device.map(String::from),
        user,
        // Scripts say `undefined` and the like of what they have not got.
        permanent_id: form.permanent_id.map(String::from).filter(|id| id.len() <= 255 && id.bytes().all(|byte| byte.is_ascii_graphic())),
        visit_count: form.visit_count.and_then(|count| u32::try_from(count).ok()),
        referrer: text(form.original_referrer),
        name: Text(text(form.visitor_name)),
        details: form.details.into_iter().map(init::detail).collect(),
        entity_plan: EntityPlan { steps: form.entities.into_iter().map(init::step).collect() },
        pages: pages.collect(),
    };
    parts.app.note_web_visit(VisitNote { deployment: place.id, session: session.into(), visit }).await?;
    Ok(())
}
