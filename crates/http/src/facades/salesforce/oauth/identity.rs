//! Who a token is of (salesforce.md 1.2): `userinfo`, the address of a user, and where everything is.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use engine::{App, authorization::AppCaller, definition};
use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_TYPE};
use salesforce::{
    Id, headers,
    oauth::{Discovery, Identity, IdentityAnswer, UserInfo},
};

use super::{Parts, authorization, base, failure::Failure, json};
use crate::{
    facades::salesforce::caller::{by_token, user_id},
    serve::{Class, ClientAddr},
};

/// Why it is not told: a word, and 403, as the original answers here (unlike the data API).
#[derive(Debug)]
enum Refused {
    Word(&'static str),
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

impl Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Word(word) => {
                (StatusCode::FORBIDDEN, [(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"))], word).into_response()
            }
            Self::Failure(failure) => failure.into_response(),
        }
    }
}

/// What is told of a user.
struct Told {
    organization: Id,
    user: Id,
    profile: definition::Agent,
    zone: String,
    utc_offset_minutes: i32,
    updated_at: jiff::Timestamp,
}

impl Told {
    fn info<'a>(&'a self, app: &'a App) -> UserInfo<'a> {
        let name = self.profile.name.as_str();
        let (given, family) = name.rsplit_once(' ').map_or((None, name), |(given, family)| (Some(given), family));
        UserInfo {
            identity: Identity { base: base(app), organization: self.organization, user: self.user },
            instance_url: base(app),
            username: &self.profile.login,
            nickname: self.profile.public_name.as_deref().unwrap_or(name),
            name,
            given_name: given,
            family_name: family,
            email: Some(self.profile.login.as_str()).filter(|login| login.contains('@')),
            email_verified: false,
            zoneinfo: &self.zone,
            utc_offset_minutes: self.utc_offset_minutes,
            language: "en_US",
            locale: "en_US",
            user_type: "STANDARD",
            active: self.profile.active,
            updated_at: self.updated_at,
        }
    }
}

async fn who(parts: &Parts, from: ClientAddr, map: &HeaderMap) -> Result<(Id, AppCaller), Refused> {
    let token = headers::authorization(authorization(map)).map_err(|_| Refused::Word("Missing_OAuth_Token"))?;
    by_token(&parts.app, token.reveal(), Some(from.0)).await?.ok_or(Refused::Word("Bad_OAuth_Token"))
}

async fn told(parts: &Parts, organization: Id, by: &AppCaller) -> Result<Told, Refused> {
    let app = &parts.app;
    let directory = app.directory(by.workspace)?;
    let profile = directory.agents.get(&by.agent).ok_or(Refused::Word("Bad_OAuth_Token"))?.clone();
    let user = user_id(app, by.workspace, by.agent).await?;
    let updated = app.agent_changed_at(by.workspace, by.agent).await?;
    let zone = directory.workspace.zone.clone();
    Ok(Told {
        organization,
        user,
        profile,
        utc_offset_minutes: standard_offset(&zone, app.now()),
        zone,
        updated_at: jiff::Timestamp::from_microsecond(updated.0).map_err(engine::Error::internal)?,
    })
}

/// Minutes that a zone's standard time is ahead of UTC: the smaller offset of a January and a July.
fn standard_offset(zone: &str, now: domain::time::Timestamp) -> i32 {
    let half_a_year = std::time::Duration::from_secs(182 * 86_400);
    let Ok(zone) = jiff::tz::TimeZone::get(zone) else { return 0 };
    let offset = |at: domain::time::Timestamp| jiff::Timestamp::from_microsecond(at.0).map(|at| zone.to_offset(at).seconds() / 60);
    offset(now).unwrap_or(0).min(offset(now + half_a_year).unwrap_or(0))
}

/// `GET /services/oauth2/userinfo`
pub(super) async fn user_info(State(parts): State<Arc<Parts>>, from: ClientAddr, map: HeaderMap) -> Response {
    let answered = async {
        let _permit = parts.admission.admit(Class::Running)?;
        let (organization, by) = who(&parts, from, &map).await?;
        Ok(json(StatusCode::OK, &told(&parts, organization, &by).await?.info(&parts.app)))
    };
    answered.await.unwrap_or_else(Refused::into_response)
}

/// `GET /id/{organization}/{user}`: of oneself only.
pub(super) async fn identity(
    State(parts): State<Arc<Parts>>,
    Path((organization, user)): Path<(String, String)>,
    from: ClientAddr,
    map: HeaderMap,
) -> Response {
    let answered = async {
        let _permit = parts.admission.admit(Class::Running)?;
        let (own, by) = who(&parts, from, &map).await?;
        if Id::parse(&organization) != Ok(own) {
            return Err(Refused::Word("Wrong_Org"));
        }
        let told = told(&parts, own, &by).await?;
        if Id::parse(&user) != Ok(told.user) {
            return Err(Refused::Word("Bad_Id"));
        }
        Ok(json(StatusCode::OK, &IdentityAnswer(told.info(&parts.app))))
    };
    answered.await.unwrap_or_else(Refused::into_response)
}

/// `GET /.well-known/openid-configuration`
pub(super) async fn discovery(State(parts): State<Arc<Parts>>) -> Response {
    let scopes = definition::Scope::ALL.map(definition::Scope::as_str);
    json(StatusCode::OK, &Discovery { base: base(&parts.app), scopes: &scopes })
}
