//! What a definition must be like, and what needs it.

use std::collections::BTreeMap;

use domain::{
    permission::Permission,
    rules::MAX_RULES,
    text_limits::{self, NAME_CHARACTERS},
    time::Timestamp,
};

use super::web;
use crate::{
    Directory, Error, ErrorKind, Result, SignedInAgent,
    definition::{Agent, Block, Button, ButtonRouting, Defined, Deployment, Hours, Queue, QuickText, Role, Rule, Skill, WriteKey},
    listing::Sought,
};

/// The most quick texts of a workspace: all of them are read whole.
const QUICK_TEXTS: usize = 2_000;
/// The most characters of a quick text.
const QUICK_TEXT_CHARACTERS: usize = 4_000;
/// The most characters of what agents type for one.
const SHORTCUT_CHARACTERS: usize = 64;

/// A definition as admins manage it.
pub trait Administered: Defined {
    /// Who may.
    const PERMISSION: Permission;

    /// All of the kind.
    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self>;

    /// Cleans it, and fails with a sentence if it makes no sense beside the others, or gives away rights that `who` has not.
    fn check(&mut self, id: Self::Id, old: Option<&Self>, directory: &Directory, who: &SignedInAgent, now: Timestamp) -> Result<()>;

    /// Fails with a sentence that names what needs it.
    fn may_be_removed(&self, id: Self::Id, directory: &Directory, who: &SignedInAgent) -> Result<()>;

    /// What somebody typed to find one is in what people know this one by.
    fn is_found_by(&self, sought: &Sought) -> bool {
        sought.is_in(self.name())
    }

    /// What clients of any workspace find it by, where they do: nothing else in the whole server is found by it.
    fn client_id(&self) -> Option<&str> {
        None
    }

    /// What it is known by to those who send with it, where it is: nothing else in the whole server is known by one of these.
    fn write_keys(&self) -> &[WriteKey] {
        &[]
    }

    /// The agent, where it is one: an agent also has a login.
    fn as_agent(&self) -> Option<&Agent> {
        None
    }
}

pub(super) fn line(property: &'static str, text: &mut String, most: usize) -> Result<()> {
    *text = text_limits::line(text, most).map_err(|problem| Error::invalid(property, problem.to_string()))?;
    Ok(())
}

/// A line that may be left out; an empty one is.
pub(super) fn line_or_none(property: &'static str, text: &mut Option<String>, most: usize) -> Result<()> {
    if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
        *text = None;
    }
    text.as_mut().map_or(Ok(()), |text| line(property, text, most))
}

/// A name that no other of the kind has, in whatever case.
pub(super) fn own_name<T: Administered>(name: &mut String, id: T::Id, directory: &Directory) -> Result<()> {
    line("name", name, NAME_CHARACTERS)?;
    let folded = name.to_lowercase();
    if T::all(directory).iter().any(|(other, item)| *other != id && item.name().to_lowercase() == folded) {
        return Err(ErrorKind::Taken { property: "name", message: format!("{name:?} is taken: choose another name") }.into());
    }
    Ok(())
}

pub(super) fn all_known<T: Defined>(property: &'static str, ids: &mut Vec<T::Id>, known: &BTreeMap<T::Id, T>) -> Result<()> {
    ids.sort_unstable();
    ids.dedup();
    if ids.iter().all(|id| known.contains_key(id)) {
        Ok(())
    } else {
        Err(Error::invalid(property, format!("one of these is not the id of a {}", T::KIND)))
    }
}

pub(super) fn within(property: &'static str, value: u64, least: u64, most: u64) -> Result<()> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(Error::invalid(property, format!("it must be from {least} to {most}"))) }
}

/// `https://host` or `http://host:port`, without anything after it when `whole` is false.
pub(super) fn web_address(property: &'static str, text: &str, with_path: bool) -> Result<()> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
            && (with_path || host.len() == rest.len())
            && !rest.contains(|c: char| c.is_whitespace() || c.is_control() || "\"<>\\".contains(c))
    });
    if fits && text.len() <= text_limits::TECHNICAL_CHARACTERS {
        Ok(())
    } else if with_path {
        Err(Error::invalid(property, "it must be an address such as https://www.example.com/page"))
    } else {
        Err(Error::invalid(property, "it must be an origin such as https://www.example.com"))
    }
}

fn media_type(text: &str) -> bool {
    let token = |part: &str| {
        !part.is_empty() && part.len() <= 127 && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte))
    };
    text.split_once('/').is_some_and(|(kind, sub)| token(kind) && (sub == "*" || token(sub)))
}

fn greeting(text: &mut Option<String>) -> Result<()> {
    if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
        *text = None;
    }
    if let Some(text) = text {
        *text = text_limits::text(text, 16_000).map_err(|problem| Error::invalid("greeting", problem.to_string()))?.into_owned();
    }
    Ok(())
}

/// What a user still uses: `this skill`.
fn refused(user: Option<String>, what: &str) -> Result<()> {
    user.map_or(Ok(()), |user| Err(ErrorKind::InUse(format!("{user} still uses {what}")).into()))
}

fn first_name<'d, T: Defined>(all: &'d BTreeMap<T::Id, T>, uses: impl Fn(&T) -> bool) -> Option<String> {
    all.values().find(|item| uses(item)).map(|item: &'d T| format!("the {} {:?}", T::KIND, item.name()))
}

impl Administered for Deployment {
    const PERMISSION: Permission = Permission::ManageDeployments;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.deployments
    }

    fn is_found_by(&self, sought: &Sought) -> bool {
        sought.is_in(&self.name) || self.allowed_origins.iter().any(|origin| sought.is_in(origin))
    }

    fn check(&mut self, id: Self::Id, _: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        for origin in &self.allowed_origins {
            web_address("allowed_origins", origin, false)?;
        }
        within("connection_timeout_ms", self.connection_timeout_ms.into(), 1_000, 86_400_000)?;
        if let Some(warning) = self.connection_warning_ms {
            within("connection_warning_ms", warning.into(), 1_000, u64::from(self.connection_timeout_ms).saturating_sub(1))?;
        }
        if let Some(seconds) = self.idle_backstop_seconds {
            within("idle_backstop_seconds", seconds.into(), 10, 7 * 86_400)?;
        }
        within("max_message_chars", self.max_message_chars.into(), 1, 32_000)?;
        within("files.max_bytes", self.files.max_bytes, 1, 1 << 30)?;
        within("files.link_seconds", self.files.link_seconds.into(), 60, 366 * 86_400)?;
        if let Some(wrong) = self.files.media_types.iter().find(|text| !media_type(text)) {
            let shown: String = wrong.chars().take(64).collect();
            return Err(Error::invalid("files.media_types", format!("{shown:?} is not a media type such as image/png or image/*")));
        }
        for (property, days) in [
            ("retention.conversation_days", self.retention.conversation_days),
            ("retention.message_days", self.retention.message_days),
            ("retention.file_days", self.retention.file_days),
            ("retention.detail_days", self.retention.detail_days),
        ] {
            days.map_or(Ok(()), |days| within(property, days.into(), 0, 36_500))?;
        }
        within("polling.hold_seconds", self.polling.hold_seconds.into(), 1, 300)?;
        within("polling.first_sequence", self.polling.first_sequence.into(), 0, 1)?;
        self.polling.switch_server.as_deref().map_or(Ok(()), |address| web_address("polling.switch_server", address, true))?;
        web::check_deployment(self)
    }

    fn may_be_removed(&self, id: Self::Id, directory: &Directory, _: &SignedInAgent) -> Result<()> {
        let button = first_name(&directory.buttons, |button| button.deployments.contains(&id));
        let user = button.or_else(|| first_name(&directory.event_sources, |source| source.deployment == Some(id)));
        refused(user, "this deployment")
    }
}

fn check_routing(routing: &mut ButtonRouting, directory: &Directory) -> Result<()> {
    all_known::<Skill>("routing.skills", &mut routing.skills, &directory.skills)?;
    if let Some(seconds) = routing.push_timeout_seconds {
        within("routing.push_timeout_seconds", seconds.into(), 1, 86_400)?;
    }
    within("routing.no_agent_grace_seconds", routing.no_agent_grace_seconds.into(), 0, 86_400)
}

impl Administered for Button {
    const PERMISSION: Permission = Permission::ManageDeployments;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.buttons
    }

    fn is_found_by(&self, sought: &Sought) -> bool {
        [Some(&self.name), self.agent_name.as_ref()].into_iter().flatten().any(|name| sought.is_in(name))
    }

    fn check(&mut self, id: Self::Id, _: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        all_known::<Deployment>("deployments", &mut self.deployments, &directory.deployments)?;
        check_routing(&mut self.routing, directory)?;
        if self.routing.queue.is_some_and(|queue| !directory.queues.contains_key(&queue)) {
            return Err(Error::invalid("routing.queue", "this is not the id of a queue"));
        }
        greeting(&mut self.greeting)?;
        line_or_none("agent_name", &mut self.agent_name, NAME_CHARACTERS)?;
        line_or_none("language", &mut self.language, 35)?;
        if let Some(timeout) = self.idle_timeout_seconds {
            within("idle_timeout_seconds", timeout.into(), 1, 7 * 86_400)?;
        }
        if let Some(warning) = self.idle_warning_seconds {
            let Some(timeout) = self.idle_timeout_seconds else {
                return Err(Error::invalid("idle_warning_seconds", "a warning needs idle_timeout_seconds"));
            };
            within("idle_warning_seconds", warning.into(), 1, u64::from(timeout).saturating_sub(1))?;
        }
        if self.hours.is_some_and(|hours| !directory.hours.contains_key(&hours)) {
            return Err(Error::invalid("hours", "these business hours are not there: choose others, or none for always"));
        }
        web::check_button(self)
    }

    fn may_be_removed(&self, id: Self::Id, directory: &Directory, _: &SignedInAgent) -> Result<()> {
        let chosen = |agent: &Agent| agent.transfer_buttons.as_ref().is_some_and(|buttons| buttons.contains(&id));
        refused(first_name(&directory.agents, chosen), "this button")
    }
}

impl Administered for Hours {
    const PERMISSION: Permission = Permission::ManageDeployments;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.hours
    }

    fn check(&mut self, id: Self::Id, _: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        web::check_hours(self)
    }

    fn may_be_removed(&self, id: Self::Id, directory: &Directory, _: &SignedInAgent) -> Result<()> {
        refused(first_name(&directory.buttons, |button| button.hours == Some(id)), "these business hours: choose others there first")
    }
}

impl Administered for Queue {
    const PERMISSION: Permission = Permission::ManageQueues;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.queues
    }

    fn check(&mut self, id: Self::Id, _: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        if self.routing.queue.is_some() {
            return Err(Error::invalid("routing.queue", "a queue leads to no other queue"));
        }
        check_routing(&mut self.routing, directory)
    }

    fn may_be_removed(&self, id: Self::Id, directory: &Directory, _: &SignedInAgent) -> Result<()> {
        refused(first_name(&directory.buttons, |button| button.routing.queue == Some(id)), "this queue")?;
        refused(first_name(&directory.agents, |agent| agent.queues.contains(&id)), "this queue")
    }
}

impl Administered for Skill {
    const PERMISSION: Permission = Permission::ManageQueues;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.skills
    }

    fn check(&mut self, id: Self::Id, _: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)
    }

    fn may_be_removed(&self, id: Self::Id, directory: &Directory, _: &SignedInAgent) -> Result<()> {
        refused(first_name(&directory.buttons, |button| button.routing.skills.contains(&id)), "this skill")?;
        refused(first_name(&directory.queues, |queue| queue.routing.skills.contains(&id)), "this skill")?;
        let has = |agent: &Agent| agent.skills.contains(&id) || agent.transfer_skills.as_ref().is_some_and(|skills| skills.contains(&id));
        refused(first_name(&directory.agents, has), "this skill")
    }
}

impl Administered for Agent {
    const PERMISSION: Permission = Permission::ManageAgents;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.agents
    }

    fn is_found_by(&self, sought: &Sought) -> bool {
        [Some(&self.name), Some(&self.login), self.public_name.as_ref()].into_iter().flatten().any(|name| sought.is_in(name))
    }

    fn check(&mut self, id: Self::Id, old: Option<&Self>, directory: &Directory, who: &SignedInAgent, _: Timestamp) -> Result<()> {
        line("login", &mut self.login, NAME_CHARACTERS)?;
        line("name", &mut self.name, NAME_CHARACTERS)?;
        line_or_none("public_name", &mut self.public_name, NAME_CHARACTERS)?;
        greeting(&mut self.greeting)?;
        all_known::<Role>("roles", &mut self.roles, &directory.roles)?;
        all_known::<Skill>("skills", &mut self.skills, &directory.skills)?;
        all_known::<Queue>("queues", &mut self.queues, &directory.queues)?;
        if let Some(buttons) = &mut self.transfer_buttons {
            all_known::<Button>("transfer_buttons", buttons, &directory.buttons)?;
        }
        if let Some(skills) = &mut self.transfer_skills {
            all_known::<Skill>("transfer_skills", skills, &directory.skills)?;
        }
        within("capacity", self.capacity.into(), 1, 10_000)?;
        if let Some(seconds) = self.critical_wait_seconds {
            within("critical_wait_seconds", seconds.into(), 1, 7 * 86_400)?;
        }
        if let Some(seconds) = self.after_work_seconds {
            within("after_work_seconds", seconds.into(), 0, 86_400)?;
        }
        // Nobody gives away rights that he has not, and nobody changes somebody who has more.
        let given = self.roles.iter().filter(|role| old.is_none_or(|old| !old.roles.contains(role)));
        let exceeds = given.filter_map(|role| directory.roles.get(role)).any(|role| !who.permissions.includes(&role.permissions));
        if exceeds || (old.is_some() && !who.permissions.includes(&directory.permissions(id))) {
            return Err(ErrorKind::Forbidden.into());
        }
        Ok(())
    }

    fn may_be_removed(&self, id: Self::Id, directory: &Directory, who: &SignedInAgent) -> Result<()> {
        if id == who.agent {
            return Err(ErrorKind::Conflict("nobody removes himself").into());
        }
        if who.permissions.includes(&directory.permissions(id)) { Ok(()) } else { Err(ErrorKind::Forbidden.into()) }
    }

    fn as_agent(&self) -> Option<&Agent> {
        Some(self)
    }
}

impl Administered for Role {
    const PERMISSION: Permission = Permission::ManageRoles;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.roles
    }

    fn check(&mut self, id: Self::Id, old: Option<&Self>, directory: &Directory, who: &SignedInAgent, _: Timestamp) -> Result<()> {
        if old.is_some_and(|old| old.built_in) {
            return Err(ErrorKind::Conflict("built-in roles cannot be changed: make one of your own").into());
        }
        self.built_in = false;
        own_name::<Self>(&mut self.name, id, directory)?;
        let had = old.is_none_or(|old| who.permissions.includes(&old.permissions));
        if had && who.permissions.includes(&self.permissions) { Ok(()) } else { Err(ErrorKind::Forbidden.into()) }
    }

    fn may_be_removed(&self, id: Self::Id, directory: &Directory, _: &SignedInAgent) -> Result<()> {
        if self.built_in {
            return Err(ErrorKind::Conflict("built-in roles cannot be removed").into());
        }
        refused(first_name(&directory.agents, |agent| agent.roles.contains(&id)), "this role")
    }
}

impl Administered for Rule {
    const PERMISSION: Permission = Permission::ManageRules;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.rules
    }

    fn check(&mut self, id: Self::Id, old: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        if old.is_none() && directory.rules.len() >= MAX_RULES {
            return Err(ErrorKind::Conflict("there are as many rules as can be applied: remove one first").into());
        }
        if self.applies_to.is_empty() {
            return Err(Error::invalid("applies_to", "say to whose messages the rule applies"));
        }
        self.to_domain(id).check().map_err(|problem| Error::invalid("pattern", problem.to_string()))
    }

    fn may_be_removed(&self, _: Self::Id, _: &Directory, _: &SignedInAgent) -> Result<()> {
        Ok(())
    }
}

impl Administered for Block {
    const PERMISSION: Permission = Permission::BlockVisitors;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.blocks
    }

    fn is_found_by(&self, sought: &Sought) -> bool {
        let inside = |address| self.range().is_ok_and(|range| range.contains(address));
        sought.address().is_some_and(inside) || [&self.from, &self.to].into_iter().chain(&self.note).any(|part| sought.is_in(part))
    }

    fn check(&mut self, _: Self::Id, old: Option<&Self>, _: &Directory, who: &SignedInAgent, now: Timestamp) -> Result<()> {
        let range = self.range().map_err(|problem| Error::invalid(problem.property(), problem.to_string()))?;
        (self.from, self.to) = (range.first().to_string(), range.last().to_string());
        line_or_none("note", &mut self.note, NAME_CHARACTERS)?;
        (self.by, self.at) = old.map_or((Some(who.agent), now), |old| (old.by, old.at));
        Ok(())
    }

    fn may_be_removed(&self, _: Self::Id, _: &Directory, _: &SignedInAgent) -> Result<()> {
        Ok(())
    }
}

impl Administered for QuickText {
    const PERMISSION: Permission = Permission::ManageQuickTexts;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.quick_texts
    }

    fn is_found_by(&self, sought: &Sought) -> bool {
        [&self.shortcut, &self.name, &self.text].into_iter().chain(&self.folder).any(|part| sought.is_in(part))
    }

    fn check(&mut self, id: Self::Id, old: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        if old.is_none() && directory.quick_texts.len() >= QUICK_TEXTS {
            return Err(ErrorKind::Conflict("there are as many quick texts as can be kept: remove one first").into());
        }
        line("shortcut", &mut self.shortcut, SHORTCUT_CHARACTERS)?;
        if self.shortcut.contains(char::is_whitespace) {
            return Err(Error::invalid("shortcut", "it must be one word"));
        }
        let folded = self.shortcut.to_lowercase();
        if directory.quick_texts.iter().any(|(other, text)| *other != id && text.shortcut.to_lowercase() == folded) {
            let message = format!("another quick text has the shortcut {:?}", self.shortcut);
            return Err(ErrorKind::Taken { property: "shortcut", message }.into());
        }
        if self.text.trim().is_empty() {
            return Err(Error::invalid("text", "it is empty"));
        }
        let got = self.text.chars().count();
        if got > QUICK_TEXT_CHARACTERS {
            return Err(Error::invalid("text", format!("it has {got} characters, at most {QUICK_TEXT_CHARACTERS} are allowed")));
        }
        self.text = text_limits::storable(&self.text).into_owned();
        line_or_none("folder", &mut self.folder, NAME_CHARACTERS)?;
        line_or_none("language", &mut self.language, 35)
    }

    fn may_be_removed(&self, _: Self::Id, _: &Directory, _: &SignedInAgent) -> Result<()> {
        Ok(())
    }
}
