//! `/content/s/prechatVisitor`: deployment.js posts here when a chat is opened, and the browser goes on to the pre-chat page or the
//! chat page (deployment_segment.md 5).
//!
//! It sends browsers to where its caller says, so it goes nowhere that nobody of this server has named: see [`super::destinations`].

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use http::{
    HeaderValue, Method, StatusCode,
    header::{CACHE_CONTROL, LOCATION},
};
use liveagent::{query::Query, visit::VisitForm};

use super::{
    Parts, body,
    destinations::{Destinations, Refused},
    failure::Failure,
    place::Place,
};
use crate::{facades::liveagent::visitor::may_use, serve::Class};

/// GET and POST.
pub(super) async fn take(State(parts): State<Arc<Parts>>, request: Request) -> Response {
    go_on(&parts, request).await.unwrap_or_else(Failure::into_response)
}

async fn go_on(parts: &Parts, request: Request) -> Result<Response, Failure> {
    let _permit = parts.admission.admit(Class::New)?;
    let (head, body) = request.into_parts();
    let mut fields = head.uri.query().unwrap_or_default().to_owned();
    if head.method == Method::POST {
        let posted = body::form(&head.headers, body, parts.body_patience).await?;
        fields.push('&');
        fields.push_str(&String::from_utf8_lossy(&posted));
    }
    let form = VisitForm::from_pairs(&Query::parse(&fields));
    let public_url = &parts.app.settings().public_url;
    let place = Place::find(&parts.app, form.organization_id.as_deref(), form.deployment_id.as_deref());
    if let Some(place) = &place
        && !may_use(place.deployment(), public_url, &head.headers)
    {
        return Err(Failure::Origin);
    }
    let known = place.as_ref().map(|place| (&*place.directory, place.id));
    let destination = Destinations::of(public_url, known).permit(form.endpoint.as_deref().ok_or(Refused::Missing)?)?;
    let location = HeaderValue::from_str(destination.as_str()).map_err(|_| Refused::Malformed)?;
    Ok((StatusCode::SEE_OTHER, [(LOCATION, location), (CACHE_CONTROL, HeaderValue::from_static("no-store"))]).into_response())
}
