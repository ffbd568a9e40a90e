//! Entry points as chat buttons, deployments, and skills.

use domain::routing::Strategy;
use engine::definition::{Button, Deployment};
use salesforce::Id;

use super::{DeveloperNames, Mirror};
use crate::{Result, access::load::the, held::Held, value::Value};

fn number(number: Option<u32>) -> Value {
    number.map_or(Value::Null, |number| Value::Int(i64::from(number)))
}

impl Mirror<'_> {
    pub(super) async fn skills(&mut self) -> Result<()> {
        let directory = self.directory;
        self.name(the(self.schema, "Skill")?, directory.skills.keys().map(|id| (*id).into()), false).await?;
        let mut names = DeveloperNames::default();
        let mut rows = Vec::with_capacity(directory.skills.len());
        for (id, skill) in &directory.skills {
            let Some(id) = self.id_of(*id) else { continue };
            rows.push(
                Held::new(id).text("MasterLabel", &skill.name).text("DeveloperName", &names.of(&skill.name, id)).text("Language", "en_US"),
            );
        }
        self.keep_or_bin("Skill", rows).await
    }

    pub(super) async fn deployments(&mut self) -> Result<()> {
        let directory = self.directory;
        self.name(the(self.schema, "LiveChatDeployment")?, directory.deployments.keys().map(|id| (*id).into()), true).await?;
        let mut names = DeveloperNames::default();
        let mut rows = Vec::with_capacity(directory.deployments.len());
        for (id, deployment) in &directory.deployments {
            let Some(id) = self.id_of(*id) else { continue };
            rows.push(deployment_row(id, deployment, &mut names));
        }
        self.keep_or_bin("LiveChatDeployment", rows).await
    }

    pub(super) async fn buttons(&mut self) -> Result<()> {
        let directory = self.directory;
        self.name(the(self.schema, "LiveChatButton")?, directory.buttons.keys().map(|id| (*id).into()), true).await?;
        let mut names = DeveloperNames::default();
        let mut rows = Vec::with_capacity(directory.buttons.len());
        for (id, button) in &directory.buttons {
            let Some(id) = self.id_of(*id) else { continue };
            rows.push(self.button(id, button, &mut names));
        }
        self.keep_or_bin("LiveChatButton", rows).await
    }

    fn button(&self, id: Id, button: &Button, names: &mut DeveloperNames) -> Held {
        // Where a queue takes its conversations, the queue's settings hold.
        let queue = button.routing.queue.and_then(|queue| self.directory.queues.get(&queue));
        let routing = queue.map_or(&button.routing, |queue| &queue.routing);
        let invitation = button.invitation.as_ref();
        let strategy = match routing.strategy {
            Strategy::LeastActive => "LeastActive",
            Strategy::MostAvailable => "MostAvailable",
            Strategy::Choice => "Choice",
        };
        let is_some = |number: Option<u32>| Value::Boolean(number.is_some());
        let row = Held::new(id)
            .text("MasterLabel", &button.name)
            .text("DeveloperName", &names.of(&button.name, id))
            .text("Language", "en_US")
            .text("Type", if invitation.is_some() { "Invite" } else { "Standard" })
            .text("RoutingType", strategy)
            .with("SkillId", self.reference(routing.skills.first().copied()))
            .with("QueueId", self.reference(button.routing.queue))
            .with("IsActive", Value::Boolean(button.active))
            .with("HasQueue", Value::Boolean(routing.queueing))
            .with("OverallQueueLength", number(routing.queue_limit_overall))
            .with("PerAgentQueueLength", number(routing.queue_limit_per_agent))
            .with("PushTimeout", number(routing.push_timeout_seconds))
            .with("NumberOfReroutingAttempts", number(routing.max_reroutes))
            .with("OptionsHasRerouteDeclinedRequest", Value::Boolean(routing.reroute_declined))
            .with("OptionsIsAutoAccept", Value::Boolean(routing.auto_accept))
            .with("OptionsHasChasitorIdleTimeout", is_some(button.idle_timeout_seconds))
            .with("ChasitorIdleTimeout", number(button.idle_timeout_seconds))
            .with("ChasitorIdleTimeoutWarning", number(button.idle_warning_seconds))
            .text("AutoGreeting", button.greeting.as_deref().unwrap_or_default())
            .text("CustomAgentName", button.agent_name.as_deref().unwrap_or_default())
            .text("PrechatFormUrl", button.form_before.as_deref().unwrap_or_default())
            .text("PostchatUrl", button.form_after.as_deref().unwrap_or_default())
            .text("WindowLanguage", button.language.as_deref().unwrap_or_default());
        let rejected = invitation.and_then(|invitation| invitation.reject_after_seconds);
        row.with("OptionsHasInviteAfterAccept", Value::Boolean(invitation.is_some_and(|invitation| invitation.after_accept)))
            .with("OptionsHasInviteAfterReject", Value::Boolean(invitation.is_some_and(|invitation| invitation.after_reject)))
            .with("OptionsIsInviteAutoRemove", is_some(rejected))
            .with("TimeToRemoveInvite", number(rejected))
    }
}

fn deployment_row(id: Id, deployment: &Deployment, names: &mut DeveloperNames) -> Held {
    let seconds = |milliseconds: u32| Value::Int(i64::from(milliseconds.div_ceil(1_000)));
    let title = deployment.appearance.title.as_deref().filter(|title| !title.is_empty()).unwrap_or(&deployment.name);
    Held::new(id)
        .text("MasterLabel", &deployment.name)
        .text("DeveloperName", &names.of(&deployment.name, id))
        .text("Language", "en_US")
        .text("WindowTitle", title)
        .text("Domains", &deployment.allowed_origins.join("\n"))
        .with("HasTranscriptSave", Value::Boolean(deployment.visitor_transcript))
        .with("OptionsHasPrechatApi", Value::Boolean(deployment.prechat_api))
        .with("ConnectionTimeoutDuration", seconds(deployment.connection_timeout_ms))
        .with("ConnectionWarningDuration", deployment.connection_warning_ms.map_or(Value::Null, seconds))
}
