//! Signing in and out, one's own password and second factor.

use axum::{extract::State, response::Response};
use domain::time::Timestamp;
use engine::{ErrorKind, SignedInAgent, sign_in::NewSignIn};
use native::{
    Instant, Problem,
    admin::Permission,
    agent::{
        Capacity, ChangePassword, Me, Presence, PresenceReason, PresenceStatus, SignIn, SignedIn as SignedInAnswer, TotpCode, TotpEnrolment,
    },
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{Answered, ApiState, Failure, Json, Posted, SignedIn, SignedInAnyhow, answer, extract, no_content, once::rendered};
use crate::serve::ClientAddr;

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(change_password))
        .routes(routes!(enrol))
        .routes(routes!(confirm))
        .routes(routes!(remove))
}

/// Signs an agent in.
#[utoipa::path(post, path = "/sign-in", tag = "sign-in", security(()),
    request_body = SignIn,
    responses((status = 201, body = SignedInAnswer), (status = 401, body = Problem), (status = 429, body = Problem)))]
async fn sign_in(State(state): State<ApiState>, client: ClientAddr, Json(asked): Json<SignIn>) -> Answered<Response> {
    state.limits.may_sign_in(client)?;
    let new =
        NewSignIn { workspace: asked.workspace, login: asked.login, password: asked.password, code: asked.totp, address: Some(client.0) };
    let made = match state.app.sign_in(new).await {
        Ok(made) => made,
        Err(error) => {
            if error.kind == ErrorKind::SignInRefused {
                state.limits.sign_in_failed(client);
            }
            return Err(error.into());
        }
    };
    let body = SignedInAnswer {
        token: made.token,
        expires_at: Instant(made.agent.expires_at),
        password_change_required: made.agent.must_change_password,
        me: me(&state, &made.agent).await?,
    };
    Ok(rendered(&answer(201, &body)))
}

/// Revokes the token.
#[utoipa::path(delete, path = "/sign-in", tag = "sign-in", responses((status = 204), (status = 401, body = Problem)))]
async fn sign_out(State(state): State<ApiState>, SignedInAnyhow(who): SignedInAnyhow) -> Answered<Response> {
    state.app.sign_out(&who).await?;
    Ok(extract::nothing())
}

/// Changes one's own password; every other sign-in ends.
#[utoipa::path(post, path = "/me/password", tag = "sign-in",
    request_body = ChangePassword,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem)))]
async fn change_password(
    State(state): State<ApiState>,
    SignedInAnyhow(who): SignedInAnyhow,
    client: ClientAddr,
    posted: Posted<ChangePassword>,
) -> Answered<Response> {
    // A stolen token must not help to guess the password.
    state.limits.may_sign_in(client)?;
    let (app, limits, agent) = (state.app.clone(), state.limits.clone(), who.clone());
    Ok(posted
        .once(&state, &who, move |body, _| async move {
            match app.change_password(&agent, body.current, body.new).await {
                Ok(()) => Ok(no_content()),
                Err(error) => {
                    if error.kind == ErrorKind::SignInRefused {
                        limits.sign_in_failed(client);
                    }
                    Err(Failure::from(error))
                }
            }
        })
        .await)
}

/// Begins a second factor. It counts once it is confirmed.
#[utoipa::path(post, path = "/me/totp", tag = "sign-in", responses((status = 201, body = TotpEnrolment), (status = 409, body = Problem)))]
async fn enrol(State(state): State<ApiState>, SignedIn(who): SignedIn, headers: http::HeaderMap) -> Answered<Response> {
    // The answer is a secret: it is not kept. The same request again begins anew, and what was begun before never counted.
    super::key_of(&headers)?;
    let begun = state.app.begin_second_factor(&who).await?;
    Ok(rendered(&answer(201, &TotpEnrolment { secret: begun.secret, url: begun.url })))
}

/// The first code of a second factor.
#[utoipa::path(post, path = "/me/totp/confirm", tag = "sign-in",
    request_body = TotpCode, responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn confirm(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    client: ClientAddr,
    posted: Posted<TotpCode>,
) -> Answered<Response> {
    with_code(state, who, client, posted, true).await
}

/// Takes the second factor away.
#[utoipa::path(post, path = "/me/totp/remove", tag = "sign-in",
    request_body = TotpCode, responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn remove(
    State(state): State<ApiState>,
    SignedIn(who): SignedIn,
    client: ClientAddr,
    posted: Posted<TotpCode>,
) -> Answered<Response> {
    with_code(state, who, client, posted, false).await
}

async fn with_code(
    state: ApiState,
    who: SignedInAgent,
    client: ClientAddr,
    posted: Posted<TotpCode>,
    confirms: bool,
) -> Answered<Response> {
    state.limits.may_sign_in(client)?;
    let (app, limits, agent) = (state.app.clone(), state.limits.clone(), who.clone());
    Ok(posted
        .once(&state, &who, move |body, _| async move {
            let done = if confirms {
                app.confirm_second_factor(&agent, &body.code).await
            } else {
                app.remove_second_factor(&agent, &body.code).await
            };
            done.map(|()| no_content()).map_err(|error| {
                if matches!(error.kind, ErrorKind::Invalid { .. }) {
                    limits.sign_in_failed(client);
                }
                Failure::from(error)
            })
        })
        .await)
}

/// The agent as `GET /me` shows it.
pub(crate) async fn me(state: &ApiState, who: &SignedInAgent) -> Answered<Me> {
    let view = state.app.me(who.workspace, who.agent).await?;
    let profile = view.profile;
    let used = view.load.active + view.load.offered + view.load.after_work;
    Ok(Me {
        id: view.id,
        workspace: view.workspace,
        login: profile.login.clone(),
        public_name: profile.face(None).to_owned(),
        name: profile.name,
        roles: profile.roles,
        permissions: view.permissions.iter().map(permission).collect(),
        skills: profile.skills,
        queues: profile.queues,
        presence: view.presence.as_ref().map_or_else(never_present, |stored| {
            presence(
                &stored.status,
                stored.reason.as_deref(),
                stored.note.as_deref(),
                stored.changed_at,
                stored.lease_until,
                state.app.now(),
            )
        }),
        capacity: Capacity { total: profile.capacity, used: u32::try_from(used).unwrap_or(u32::MAX) },
        totp: view.totp,
    })
}

/// A permission as the API names it: both have the same names.
pub(crate) fn permission(permission: domain::permission::Permission) -> Permission {
    use domain::permission::Permission as From;
    match permission {
        From::AnswerConversations => Permission::AnswerConversations,
        From::TransferToAgent => Permission::TransferToAgent,
        From::TransferToButton => Permission::TransferToButton,
        From::TransferToSkill => Permission::TransferToSkill,
        From::TransferToQueue => Permission::TransferToQueue,
        From::ExchangeFiles => Permission::ExchangeFiles,
        From::SeeDrafts => Permission::SeeDrafts,
        From::SeeWaiting => Permission::SeeWaiting,
        From::AnswerOfflineMessages => Permission::AnswerOfflineMessages,
        From::SuperviseConversations => Permission::SuperviseConversations,
        From::ReadHiddenDetails => Permission::ReadHiddenDetails,
        From::ReadFigures => Permission::ReadFigures,
        From::ReadHistory => Permission::ReadHistory,
        From::BlockVisitors => Permission::BlockVisitors,
        From::ExportPersons => Permission::ExportPersons,
        From::ErasePersons => Permission::ErasePersons,
        From::ManageDeployments => Permission::ManageDeployments,
        From::ManageQueues => Permission::ManageQueues,
        From::ManageAgents => Permission::ManageAgents,
        From::ManageRoles => Permission::ManageRoles,
        From::ManageRules => Permission::ManageRules,
        From::ReadAudit => Permission::ReadAudit,
        From::ManageQuickTexts => Permission::ManageQuickTexts,
        From::ManageWorkspace => Permission::ManageWorkspace,
    }
}

/// A presence as the API shows it. Who was never online is offline since always.
pub(crate) fn presence(
    status: &str,
    reason: Option<&str>,
    note: Option<&str>,
    since: Timestamp,
    lease_until: Timestamp,
    now: Timestamp,
) -> Presence {
    let status = match status {
        "online" => PresenceStatus::Online,
        "away" => PresenceStatus::Away,
        _ => PresenceStatus::Offline,
    };
    if status != PresenceStatus::Offline && lease_until < now {
        return Presence { status: PresenceStatus::Offline, reason: PresenceReason::LeaseLapsed, note: None, since: Instant(lease_until) };
    }
    let reason = reason.and_then(|reason| serde_json::from_value(reason.into()).ok()).unwrap_or(PresenceReason::Chosen);
    Presence { status, reason, note: note.map(str::to_owned), since: Instant(since) }
}

/// The presence of who was never online.
pub(crate) fn never_present() -> Presence {
    Presence { status: PresenceStatus::Offline, reason: PresenceReason::SignedOut, note: None, since: Instant(Timestamp(0)) }
}
