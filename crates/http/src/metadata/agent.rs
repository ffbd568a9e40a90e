//! `*.liveChatAgentConfig`, and who has which skill: settings of agents who are here, found by their logins.

use std::{collections::BTreeMap, sync::Arc};

use domain::ids::SkillId;
use engine::{Error, admin::Importing, definition::Agent};

use super::{button, notes::Notes};

type Change = Arc<dyn Fn(&mut Agent) + Send + Sync>;

/// What files say of one agent.
pub(super) struct Wanted {
    /// Which files.
    pub(super) files: Vec<String>,
    /// All of it, in order.
    pub(super) change: Box<dyn Fn(&mut Agent) + Send + Sync>,
}

/// What files say of agents, by login.
#[derive(Default)]
pub(super) struct Changes {
    by_login: BTreeMap<String, Vec<(String, Change)>>,
}

impl Changes {
    fn add(&mut self, file: &str, users: &[String], change: &Change) {
        for user in users {
            self.by_login.entry(user.to_lowercase()).or_default().push((file.to_owned(), change.clone()));
        }
    }

    /// These users have the skill.
    pub(super) fn skill(&mut self, file: &str, id: SkillId, users: &[String]) {
        let change: Change = Arc::new(move |agent| {
            if !agent.skills.contains(&id) {
                agent.skills.push(id);
                agent.skills.sort_unstable();
            }
        });
        self.add(file, users, &change);
    }

    pub(super) fn into_agents(self) -> impl Iterator<Item = (String, Wanted)> {
        self.by_login.into_iter().map(|(login, changes)| {
            let (mut files, changes): (Vec<String>, Vec<Change>) = changes.into_iter().unzip();
            files.dedup();
            let change = Box::new(move |agent: &mut Agent| changes.iter().for_each(|change| change(agent)));
            (login, Wanted { files, change })
        })
    }
}

const OF_ROLES: &str = "What agents and supervisors may do is said by their roles here.";
const OF_CONSOLE: &str = "Everybody chooses sounds and notifications in the console.";

/// What to change of the agents that the configuration is assigned to.
pub(super) fn map(developer_name: &str, importing: &Importing, notes: &mut Notes, changes: &mut Changes) -> Result<(), Error> {
    let _ = notes.properties.text("label").unwrap_or_else(|| developer_name.to_owned());
    let (users, profiles) = notes.properties.assignments();
    notes.profiles(&profiles);
    if users.is_empty() {
        notes.not_taken("assignments", "It is assigned to nobody by name, so no agent was changed.");
    }
    let capacity = notes.properties.number("capacity").filter(|capacity| *capacity > 0);
    let greeting = notes.properties.text("autoGreeting");
    let public_name = notes.properties.text("customAgentName");
    let critical = notes.properties.number("criticalWaitTime").filter(|seconds| *seconds > 0);
    let away_on_decline = notes.properties.flag("enableAutoAwayOnDecline");
    let away_on_timeout = notes.properties.flag("enableAutoAwayOnPushTimeout");
    let transfer_buttons = transfers(notes, ("enableChatTransferToButton", "transferableButtons", "button"), |notes, names| {
        button::buttons(importing, notes, "transferableButtons", names)
    })?;
    let transfer_skills = transfers(notes, ("enableChatTransferToSkill", "transferableSkills", "skill"), |notes, names| {
        button::skills(importing, notes, "transferableSkills", names)
    })?;
    for right in [
        "enableAgentFileTransfer",
        "enableAgentSneakPeek",
        "enableAssistanceFlag",
        "enableChatConferencing",
        "enableChatMonitoring",
        "enableChatTransferToAgent",
        "enableVisitorBlocking",
        "enableWhisperMessage",
    ] {
        notes.when_true(right, OF_ROLES);
    }
    notes.when_true("enableSneakPeek", "Whether agents see what visitors are typing is a setting of each button here: drafts.");
    notes.when_true("disableTransferConferenceGreeting", "A greeting is said once here, when the conversation is answered first.");
    for sound in ["enableLogoutSound", "enableNotifications", "enableRequestSound"] {
        notes.when_true(sound, OF_CONSOLE);
    }
    for filter in ["supervisorDefaultAgentStatusFilter", "supervisorDefaultButtonFilter", "supervisorDefaultSkillFilter"] {
        if notes.properties.text(filter).is_some() {
            notes.not_taken(filter, "Supervisors choose what they look at in the console.");
        }
    }
    if notes.properties.list("supervisorSkills", "skill").is_some_and(|skills| !skills.is_empty()) {
        notes.not_taken("supervisorSkills", "Supervisors see all agents here.");
    }
    let change: Change = Arc::new(move |agent| {
        agent.capacity = capacity.unwrap_or(agent.capacity);
        if greeting.is_some() {
            agent.greeting.clone_from(&greeting);
        }
        if public_name.is_some() {
            agent.public_name.clone_from(&public_name);
        }
        agent.critical_wait_seconds = critical.or(agent.critical_wait_seconds);
        agent.away_on_decline = away_on_decline.unwrap_or(agent.away_on_decline);
        agent.away_on_timeout = away_on_timeout.unwrap_or(agent.away_on_timeout);
        if transfer_buttons.is_some() {
            agent.transfer_buttons.clone_from(&transfer_buttons);
        }
        if transfer_skills.is_some() {
            agent.transfer_skills.clone_from(&transfer_skills);
        }
    });
    changes.add(&notes.file.clone(), &users, &change);
    Ok(())
}

/// What may be transferred to: none where the file does not restrict it, nothing where it forbids it.
fn transfers<T: Ord>(
    notes: &mut Notes,
    (allowed, list, item): (&str, &str, &str),
    find: impl Fn(&mut Notes, &[String]) -> Result<Vec<T>, Error>,
) -> Result<Option<Vec<T>>, Error> {
    let is_allowed = notes.properties.flag(allowed);
    let names = notes.properties.list(list, item).filter(|names| !names.is_empty());
    if is_allowed == Some(false) {
        return Ok(Some(Vec::new()));
    }
    let Some(names) = names else { return Ok(None) };
    let mut found = find(notes, &names)?;
    found.sort_unstable();
    Ok(Some(found))
}
