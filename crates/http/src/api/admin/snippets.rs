//! The codes for web pages and the values for apps: written for our own host, and read from what a person pastes.

use axum::{extract::State, response::Response};
use domain::ids::{ButtonId, DeploymentId};
use engine::{Directory, Error, ErrorKind, SignedInAgent, admin::Named};
use liveagent::{
    ids::{Id, identity},
    snippet::{self, Button, ButtonStyle, Deployment, Field, Found, Invitation},
};
use native::{
    Problem,
    admin::{OldIdKind, OldIdSettings, ReadSnippet, SnippetProblem, SnippetQuery, SnippetReading, SnippetValue, Snippets},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::definitions::convert;
use crate::api::{Answered, ApiState, Posted, Query, SignedIn, answer, json};

/// The programs of the documentation, which tests run; what they take as arguments is filled in.
const CURL: &str = include_str!("../../../../../docs/examples/chat.sh");
const CURL_ARGUMENTS: &str = "host=${1%/} organisation=$2 deployment=$3 button=$4 text=$5";
const JAVASCRIPT: &str = include_str!("../../../../../docs/examples/chat.mjs");
const JAVASCRIPT_ARGUMENTS: &str = "const [host, organizationId, deploymentId, buttonId, text] = process.argv.slice(2);";

pub(super) fn routes() -> OpenApiRouter<ApiState> {
    OpenApiRouter::new().routes(routes!(snippets)).routes(routes!(read))
}

fn only_deployment(directory: &Directory, wanted: Option<DeploymentId>) -> Answered<DeploymentId> {
    match wanted {
        Some(id) if directory.deployments.contains_key(&id) => Ok(id),
        Some(_) => Err(ErrorKind::NotFound("deployment").into()),
        None => match (directory.deployments.keys().next(), directory.deployments.len()) {
            (Some(id), 1) => Ok(*id),
            _ => Err(Error::invalid("deployment", "say which deployment: there is not exactly one").into()),
        },
    }
}

/// The codes and values for a deployment, and for one of its buttons.
#[utoipa::path(get, path = "/admin/snippets", tag = "admin", params(SnippetQuery),
    responses((status = 200, body = Snippets), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn snippets(State(state): State<ApiState>, SignedIn(who): SignedIn, Query(query): Query<SnippetQuery>) -> Answered<Response> {
    who.require(domain::permission::Permission::ManageDeployments)?;
    let app = &state.app;
    let directory = app.directory(who.workspace)?;
    let deployment = only_deployment(&directory, query.deployment)?;
    if let Some(id) = query.button {
        let button = directory.buttons.get(&id).ok_or(ErrorKind::NotFound("button"))?;
        if !button.deployments.is_empty() && !button.deployments.contains(&deployment) {
            return Err(Error::invalid("button", "this button is not for that deployment").into());
        }
    }
    let organisation_id = app.ensure_old_id(&who, Named::Workspace(who.workspace), "00D").await?;
    let deployment_id = app.ensure_old_id(&who, Named::Deployment(deployment.into()), "572").await?;
    let button = match query.button {
        Some(button) => Some((button, app.ensure_old_id(&who, Named::Button(button.into()), "573").await?)),
        None => None,
    };
    Ok(json(&written(&app.settings().public_url, organisation_id, (deployment, deployment_id), button)?))
}

fn written(
    host: &str,
    organisation_id: String,
    (deployment, deployment_id): (DeploymentId, String),
    button: Option<(ButtonId, String)>,
) -> Answered<Snippets> {
    let host = host.trim_end_matches('/');
    let id = |text: &str| Id::parse(text).map_err(Error::internal);
    let code = Deployment { host, organisation: id(&organisation_id)?, deployment: id(&deployment_id)? };
    let button_id = button.as_ref().map(|(_, old)| old.as_str());
    let for_button = button_id.map(id).transpose()?;
    let style = ButtonStyle::Text { online: "Chat with us", offline: "Nobody is here at the moment" };
    let of_button = button.as_ref().map(|(id, _)| format!(" button=\"{id}\"")).unwrap_or_default();
    Ok(Snippets {
        endpoint: code.endpoint(),
        pod: host.split_once("://").map_or(host, |(_, host)| host).to_owned(),
        deployment_code: code.code(),
        button_code: for_button.map(|button| Button { button, style }.code()),
        invitation_code: for_button
            .map(|button| Invitation { button, text: "May we help you?", accept: "Chat", refuse: "No, thank you" }.code()),
        element_code: format!(
            "<script src=\"{host}/content/element.js\" async></script>\n<switchboard-chat deployment=\"{deployment}\"{of_button}></switchboard-chat>\n"
        ),
        curl: button_id.map(|button| {
            let values =
                format!("host='{host}' organisation={organisation_id} deployment={deployment_id} button={button} text=${{1:-Hello}}");
            CURL.replacen(CURL_ARGUMENTS, &values, 1).replacen("chat.sh HOST ORGANISATION DEPLOYMENT BUTTON TEXT", "chat.sh [TEXT]", 1)
        }),
        javascript: button_id.map(|button| {
            let values = serde_json::json!([host, organisation_id, deployment_id, button]);
            let values =
                format!("const [host, organizationId, deploymentId, buttonId] = {values};\nconst text = process.argv[2] ?? \"Hello\";");
            JAVASCRIPT.replacen(JAVASCRIPT_ARGUMENTS, &values, 1).replacen(
                "chat.mjs HOST ORGANISATION DEPLOYMENT BUTTON TEXT",
                "chat.mjs [TEXT]",
                1,
            )
        }),
        chat_command: button_id
            .map(|button| format!("switchboard chat --host {host} --org {organisation_id} --deployment {deployment_id} --button {button}")),
        button_id: button_id.map(str::to_owned),
        organisation_id,
        deployment_id,
    })
}

/// Reads what a person pasted. Nothing is run, fetched or kept, so nothing is kept under the key either.
#[utoipa::path(post, path = "/admin/snippets/read", tag = "admin", operation_id = "snippets_read", request_body = ReadSnippet,
    responses((status = 200, body = SnippetReading), (status = 413, body = Problem)))]
async fn read(State(state): State<ApiState>, SignedIn(who): SignedIn, posted: Posted<ReadSnippet>) -> Answered<Response> {
    who.require(domain::permission::Permission::ManageDeployments)?;
    let reading = snippet::read(&posted.body.text);
    let found = reading.found.iter().map(|found| value(&state, &who, found)).collect::<Answered<_>>()?;
    let problems = reading
        .problems
        .iter()
        .map(|problem| {
            Ok(SnippetProblem {
                kind: convert(&problem.kind)?,
                severity: convert(&problem.kind.severity())?,
                field: problem.field.map(|field| convert(&field)).transpose()?,
                offset: problem.offset.map(|offset| offset as u64),
                sentence: problem.to_string(),
            })
        })
        .collect::<Answered<_>>()?;
    let generation = convert(&reading.generation)?;
    Ok(crate::api::rendered(&answer(200, &SnippetReading { generation, found, problems })))
}

fn value(state: &ApiState, who: &SignedInAgent, found: &Found) -> Answered<SnippetValue> {
    let (directories, directory) = (state.app.directories(), state.app.directory(who.workspace)?);
    let old = identity(&found.value);
    let names = match found.field {
        Field::Endpoint | Field::Content => None,
        // Whether another tenant has it is not told.
        Field::Organisation => directories
            .by_organisation(old)
            .filter(|named| named.id() == who.workspace)
            .map(|named| OldIdSettings { kind: OldIdKind::Workspace, id: named.id().into() }),
        Field::Deployment | Field::Button | Field::Agent => directory.by_old_id(old).and_then(|id| kind_of(&directory, id)),
    };
    Ok(SnippetValue {
        field: convert(&found.field)?,
        value: found.value.clone(),
        confidence: convert(&found.confidence)?,
        offset: found.offset as u64,
        names,
    })
}

fn kind_of(directory: &Directory, id: uuid::Uuid) -> Option<OldIdSettings> {
    let kind = if directory.deployments.contains_key(&id.into()) {
        OldIdKind::Deployment
    } else if directory.buttons.contains_key(&id.into()) {
        OldIdKind::Button
    } else if directory.agents.contains_key(&id.into()) {
        OldIdKind::Agent
    } else {
        return None;
    };
    Some(OldIdSettings { kind, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_of_the_documentation_have_their_arguments_where_they_are_filled_in() {
        assert_eq!((CURL.matches(CURL_ARGUMENTS).count(), JAVASCRIPT.matches(JAVASCRIPT_ARGUMENTS).count()), (1, 1));
    }
}
