//! `*.liveChatSensitiveDataRule` as a rule.

use engine::definition::{Rule, RuleAction, RuleScope};

use super::notes::Notes;

/// What to make of it, and what it is called; none when it says nothing that could be applied.
pub(super) fn map(developer_name: &str, notes: &mut Notes) -> Option<(String, impl Fn(Option<&Rule>) -> Rule + Send + Sync + 'static)> {
    let labels = ["label", "masterLabel"].into_iter().filter_map(|name| notes.properties.text(name));
    let name = labels.last().unwrap_or_else(|| developer_name.to_owned());
    let _ = notes.properties.text("description");
    let actions = [("Remove", RuleAction::Remove), ("Replace", RuleAction::Replace)];
    let action = notes.properties.choice("actionType", "Remove or Replace", &actions);
    let pattern = notes.properties.text("pattern");
    let replacement = notes.properties.text("replacement");
    let priority = notes.properties.number("priority").and_then(|priority| i32::try_from(priority).ok());
    let active = notes.properties.flag("isEnabled");
    let mask = notes.properties.number("enforceOn");
    let (Some(action), Some(pattern)) = (action, pattern) else {
        notes.not_taken("pattern", "A rule needs a pattern and an action: this one was not taken over.");
        return None;
    };
    // Bits in the order in which they are listed: agent, visitor, supervisor (liveagent.md 7.6).
    let scopes = [(1, RuleScope::Agent), (2, RuleScope::Visitor), (4, RuleScope::Supervisor)];
    let applies_to: Vec<RuleScope> =
        scopes.into_iter().filter(|(bit, _)| mask.is_none_or(|mask| mask & bit != 0)).map(|(_, scope)| scope).collect();
    let called = name.clone();
    let change = move |old: Option<&Rule>| {
        let mut new = old.cloned().unwrap_or_else(|| Rule {
            name: String::new(),
            pattern: String::new(),
            action,
            replacement: String::new(),
            priority: 0,
            active: true,
            applies_to: Vec::new(),
        });
        new.name.clone_from(&name);
        new.pattern.clone_from(&pattern);
        new.action = action;
        if let Some(replacement) = &replacement {
            new.replacement.clone_from(replacement);
        }
        new.priority = priority.unwrap_or(new.priority);
        new.active = active.unwrap_or(new.active);
        new.applies_to.clone_from(&applies_to);
        new
    };
    Some((called, change))
}
