//! `*.liveChatButton` as a button, invitations too.

use domain::{
    ids::{DeploymentId, SkillId},
    routing::Strategy,
};
use engine::{
    Error,
    admin::Importing,
    definition::{Button, Invitation, InvitationAnimation, InvitationEnd, InvitationStart},
};
use liveagent::metadata::Kind;

use super::{notes::Notes, source_name};

/// How conversations find an agent, as far as the file says.
struct Routes {
    strategy: Option<Strategy>,
    skills: Option<Vec<SkillId>>,
    queueing: Option<bool>,
    per_agent: Option<u32>,
    overall: Option<u32>,
    push_timeout: Option<u32>,
    reroute: Option<bool>,
    reroutes: Option<u32>,
    auto_accept: Option<bool>,
}

/// What to make of it, and what it is called.
pub(super) fn map(
    developer_name: &str,
    importing: &Importing,
    notes: &mut Notes,
) -> Result<(String, impl Fn(Option<&Button>) -> Button + Send + Sync + 'static), Error> {
    let name = notes.properties.text("label").unwrap_or_else(|| developer_name.to_owned());
    let plain: Button = serde_json::from_value(serde_json::json!({ "name": name })).map_err(Error::internal)?;
    let active = notes.properties.flag("isActive");
    let deployments = deployments(importing, notes)?;
    let routes = routes(importing, notes)?;
    let greeting = notes.properties.text("autoGreeting");
    let agent_name = notes.properties.text("customAgentName");
    let idle = idle(notes);
    let language = notes.properties.text("windowLanguage").map(|language| language.replace('_', "-"));
    let before = page(notes, "preChatFormUrl");
    let after = page(notes, "postChatUrl");
    let invitation = invitation(notes);
    uploads(notes);
    let called = name.clone();
    let change = move |old: Option<&Button>| {
        let mut new = old.unwrap_or(&plain).clone();
        new.name.clone_from(&name);
        new.active = active.unwrap_or(new.active);
        if let Some(deployments) = &deployments {
            new.deployments.clone_from(deployments);
        }
        routes.over(&mut new);
        for (given, kept) in [
            (&greeting, &mut new.greeting),
            (&agent_name, &mut new.agent_name),
            (&language, &mut new.language),
            (&before, &mut new.form_before),
            (&after, &mut new.form_after),
        ] {
            if given.is_some() {
                kept.clone_from(given);
            }
        }
        if let Some((warning, timeout)) = idle {
            (new.idle_warning_seconds, new.idle_timeout_seconds) = (warning, timeout);
        }
        new.invitation = invitation.as_ref().map(|given| given.over(new.invitation.as_ref()));
        new
    };
    Ok((called, change))
}

/// Things that others are called by, as ours; those that are not known are told.
fn resolved<T>(notes: &mut Notes, property: &str, names: &[String], find: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    for name in names {
        match find(name) {
            Some(id) => found.push(id),
            None => {
                let shown: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
                notes.not_taken(property, format!("{shown:?} is not here: import its file too, then this one again."));
            }
        }
    }
    found
}

pub(super) fn skills(importing: &Importing, notes: &mut Notes, property: &str, names: &[String]) -> Result<Vec<SkillId>, Error> {
    let directory = importing.directory()?;
    Ok(resolved(notes, property, names, |name| {
        let by_name = || directory.skills.iter().find(|(_, skill)| skill.name.eq_ignore_ascii_case(name)).map(|(id, _)| *id);
        importing.known(&source_name(Kind::Skill, name)).map(SkillId).or_else(by_name)
    }))
}

pub(super) fn buttons(
    importing: &Importing,
    notes: &mut Notes,
    property: &str,
    names: &[String],
) -> Result<Vec<domain::ids::ButtonId>, Error> {
    let directory = importing.directory()?;
    Ok(resolved(notes, property, names, |name| {
        let by_name = || directory.buttons.iter().find(|(_, button)| button.name.eq_ignore_ascii_case(name)).map(|(id, _)| *id);
        importing.known(&source_name(Kind::Button, name)).map(Into::into).or_else(by_name)
    }))
}

fn deployments(importing: &Importing, notes: &mut Notes) -> Result<Option<Vec<DeploymentId>>, Error> {
    let Some(names) = notes.properties.list("deployments", "deployment") else { return Ok(None) };
    let directory = importing.directory()?;
    let mut found = resolved(notes, "deployments", &names, |name| {
        let by_name = || directory.deployments.iter().find(|(_, one)| one.name.eq_ignore_ascii_case(name)).map(|(id, _)| *id);
        importing.known(&source_name(Kind::Deployment, name)).map(DeploymentId).or_else(by_name)
    });
    found.sort_unstable();
    if found.is_empty() && !names.is_empty() {
        // An empty list would let all deployments use it.
        return Ok(None);
    }
    Ok(Some(found))
}

fn routes(importing: &Importing, notes: &mut Notes) -> Result<Routes, Error> {
    let strategies = [("Choice", Strategy::Choice), ("LeastActive", Strategy::LeastActive), ("MostAvailable", Strategy::MostAvailable)];
    if notes.properties.flag("optionsCustomRoutingIsEnabled") == Some(true) {
        notes
            .not_taken("optionsCustomRoutingIsEnabled", "Routing by a program of your own: use the native API as an agent that transfers.");
    }
    let skills = match notes.properties.list("skills", "skill") {
        Some(names) => {
            let mut found = skills(importing, notes, "skills", &names)?;
            found.sort_unstable();
            Some(found)
        }
        None => None,
    };
    Ok(Routes {
        strategy: notes.properties.choice("routingType", "Choice, LeastActive or MostAvailable", &strategies),
        skills,
        queueing: notes.properties.flag("enableQueue"),
        per_agent: notes.properties.number("perAgentQueueLength"),
        overall: notes.properties.number("overallQueueLength"),
        push_timeout: notes.properties.number("pushTimeOut"),
        reroute: notes.properties.flag("optionsHasRerouteDeclinedRequest"),
        reroutes: notes.properties.number("numberOfReroutingAttempts"),
        auto_accept: notes.properties.flag("optionsIsAutoAccept"),
    })
}

impl Routes {
    fn over(&self, button: &mut Button) {
        let routing = &mut button.routing;
        routing.strategy = self.strategy.unwrap_or(routing.strategy);
        if let Some(skills) = &self.skills {
            routing.skills.clone_from(skills);
        }
        routing.queueing = self.queueing.unwrap_or(routing.queueing);
        // Nought is no limit, and no time-out.
        let over = |given: Option<u32>, kept: &mut Option<u32>| {
            if let Some(given) = given {
                *kept = Some(given).filter(|given| *given > 0);
            }
        };
        over(self.per_agent, &mut routing.queue_limit_per_agent);
        over(self.overall, &mut routing.queue_limit_overall);
        over(self.push_timeout, &mut routing.push_timeout_seconds);
        over(self.reroutes, &mut routing.max_reroutes);
        routing.reroute_declined = self.reroute.unwrap_or(routing.reroute_declined);
        routing.auto_accept = self.auto_accept.unwrap_or(routing.auto_accept);
    }
}

/// Warning and time-out; none when the file does not say.
fn idle(notes: &mut Notes) -> Option<(Option<u32>, Option<u32>)> {
    let on = notes.properties.flag("optionsHasChasitorIdleTimeout");
    let timeout = notes.properties.number("chasitorIdleTimeout").filter(|seconds| *seconds > 0);
    let warning = notes.properties.number("chasitorIdleTimeoutWarning").filter(|seconds| *seconds > 0);
    match (on, timeout) {
        (Some(false), _) => Some((None, None)),
        (_, Some(timeout)) => {
            let fits = warning.filter(|warning| *warning < timeout);
            if fits != warning {
                notes.not_taken("chasitorIdleTimeoutWarning", "A warning must come before the time-out, so there is none.");
            }
            Some((fits, Some(timeout)))
        }
        (_, None) => None,
    }
}

/// The address of a page of the customer's own.
fn page(notes: &mut Notes, property: &str) -> Option<String> {
    let address = notes.properties.text(property)?;
    let lower = address.to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        Some(address)
    } else {
        notes.not_taken(property, "It is not a whole address: set one that begins with https://.");
        None
    }
}

fn uploads(notes: &mut Notes) {
    notes.upload("onlineImage", "The image while somebody is there: upload it to your site and name it in the button's code.");
    notes.upload("offlineImage", "The image while nobody is there: upload it to your site and name it in the button's code.");
    notes.upload("inviteImage", "The invitation's image: upload it and set its address in the button's invitation.");
    notes.upload("chatPage", "A page around the chat window: put it on your site and set its address as the button's chat page.");
    notes.upload("preChatFormPage", "The page before the chat: put it on your site and set its address, or make a form here.");
    notes.upload("postChatPage", "The page after the chat: put it on your site and set its address, or ask the built-in survey.");
    if notes.properties.text("site").is_some() {
        notes.not_taken("site", "Images and pages come from this server or from addresses of yours, not from a site.");
    }
}

/// What the file says of an invitation.
struct Invites {
    animation: Option<InvitationAnimation>,
    start: Option<InvitationStart>,
    end: Option<InvitationEnd>,
    after_accept: Option<bool>,
    after_reject: Option<bool>,
    /// None when the file does not say; in it none for never.
    reject_after: Option<Option<u32>>,
}

impl Invites {
    fn over(&self, old: Option<&Invitation>) -> Invitation {
        let mut new = old.cloned().unwrap_or_default();
        new.animation = self.animation.unwrap_or(new.animation);
        new.start = self.start.unwrap_or(new.start);
        new.end = self.end.unwrap_or(new.end);
        new.after_accept = self.after_accept.unwrap_or(new.after_accept);
        new.after_reject = self.after_reject.unwrap_or(new.after_reject);
        new.reject_after_seconds = self.reject_after.unwrap_or(new.reject_after_seconds);
        new
    }
}

/// A choice by the words of our own API in another spelling: `TopLeftTop` is `top_left_top`.
fn place<T: serde::de::DeserializeOwned>(notes: &mut Notes, property: &str) -> Option<T> {
    let text = notes.properties.text(property)?;
    let mut ours = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        if c.is_uppercase() && !ours.is_empty() {
            ours.push('_');
        }
        ours.extend(c.to_lowercase());
    }
    let place = serde_json::from_value(serde_json::Value::String(ours)).ok();
    if place.is_none() {
        notes.not_taken(property, "It is none of the places or movements that invitations have, so it is as it was.");
    }
    place
}

fn invitation(notes: &mut Notes) -> Option<Invites> {
    let is_invitation = notes.properties.choice("type", "Standard or Invite", &[("Standard", false), ("Invite", true)]) == Some(true);
    let animation = place(notes, "animation");
    let (start, end) = (place(notes, "inviteStartPosition"), place(notes, "inviteEndPosition"));
    let after_accept = notes.properties.flag("optionsHasInviteAfterAccept");
    let after_reject = notes.properties.flag("optionsHasInviteAfterReject");
    let goes = notes.properties.flag("optionsIsInviteAutoRemove");
    let seconds = notes.properties.number("timeToRemoveInvite").filter(|seconds| *seconds > 0);
    if !is_invitation {
        return None;
    }
    notes.not_taken("rules", "Such files do not hold whom an invitation is sent to: set its rules here. Until then everybody is invited.");
    let reject_after = match (goes, seconds) {
        (Some(false), _) => Some(None),
        (_, Some(seconds)) => Some(Some(seconds)),
        _ => None,
    };
    Some(Invites { animation, start, end, after_accept, after_reject, reject_after })
}
