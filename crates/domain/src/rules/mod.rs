//! Sensitive-data rules: what is taken out of a message before anything is stored.
//!
//! A rule is a pattern and what becomes of each match (`liveagent.md` 7.6). Rules are applied in order of priority, each to what the one
//! before left, once, like a global replace in JavaScript; the text of a replacement is literal. Whatever goes wrong masks the whole message:
//! a rule that cannot be compiled, a pattern that needs too many steps, a result that grows too large. Nothing here panics on any text.

mod pattern;

use std::{borrow::Cow, fmt};

use fancy_regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::ids::RuleId;

/// The longest pattern, in bytes.
pub const MAX_PATTERN: usize = 1_000;
/// The longest replacement, in bytes.
pub const MAX_REPLACEMENT: usize = 255;
/// The most rules a workspace has.
pub const MAX_RULES: usize = 100;
/// What stands for a message that was masked whole.
pub const WHOLE_MASK: &str = "***";

/// Backtracking steps of one search. A search with look-around steps at least once a character, so this is above the longest message.
const MAX_STEPS: usize = 250_000;
/// Compiled size of a pattern: instructions, and bytes of each of its simple parts.
const MAX_PROGRAM: usize = 20_000;
const MAX_COMPILED: usize = 1 << 20;

/// Who wrote a text, as far as rules tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthorKind {
    /// An agent.
    Agent,
    /// The visitor.
    Visitor,
    /// A supervisor who whispers or has taken part.
    Supervisor,
}

/// Whose texts a rule is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EnforceOn {
    /// What agents write.
    pub agent: bool,
    /// What visitors write.
    pub visitor: bool,
    /// What supervisors write.
    pub supervisor: bool,
}

impl EnforceOn {
    /// Everybody.
    pub const ALL: Self = Self { agent: true, visitor: true, supervisor: true };

    /// Whether the rule is for this author.
    pub fn includes(self, author: AuthorKind) -> bool {
        match author {
            AuthorKind::Agent => self.agent,
            AuthorKind::Visitor => self.visitor,
            AuthorKind::Supervisor => self.supervisor,
        }
    }

    /// As the old bit mask: 1 agent, 2 visitor, 4 supervisor (`liveagent.md` 7.6).
    pub fn mask(self) -> u8 {
        u8::from(self.agent) | u8::from(self.visitor) << 1 | u8::from(self.supervisor) << 2
    }

    /// From the old bit mask; higher bits are not looked at.
    pub fn from_mask(mask: u8) -> Self {
        Self { agent: mask & 1 != 0, visitor: mask & 2 != 0, supervisor: mask & 4 != 0 }
    }
}

/// What becomes of a match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// It is left out.
    Remove,
    /// This stands in its place, literally.
    Replace {
        /// At most [`MAX_REPLACEMENT`] bytes.
        replacement: String,
    },
}

/// A sensitive-data rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Which.
    pub id: RuleId,
    /// What people call it.
    pub name: String,
    /// A JavaScript regular expression, without slashes and flags.
    pub pattern: String,
    /// What becomes of a match.
    #[serde(flatten)]
    pub action: Action,
    /// Lower is applied first; equals by id.
    pub priority: i32,
    /// Switched on.
    pub enabled: bool,
    /// Whose texts it is for.
    pub enforce_on: EnforceOn,
}

/// Why a rule cannot be used. The text is for the person who wrote the rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// The pattern is empty.
    #[error("the pattern is empty")]
    Empty,
    /// The pattern is too long.
    #[error("the pattern has {0} bytes, at most {MAX_PATTERN} are allowed")]
    PatternTooLong(usize),
    /// The replacement is too long.
    #[error("the replacement has {0} bytes, at most {MAX_REPLACEMENT} are allowed")]
    ReplacementTooLong(usize),
    /// The pattern is no JavaScript regular expression, or uses what is not supported.
    #[error("the pattern is not a valid regular expression: {0}")]
    Invalid(String),
    /// It can only match nothing.
    #[error("the pattern matches only the empty text")]
    MatchesNothing,
}

impl Rule {
    /// Whether the rule can be used; to be asked before it is saved.
    pub fn check(&self) -> Result<(), RuleProblem> {
        self.compile().map(|_| ())
    }

    fn compile(&self) -> Result<Regex, RuleProblem> {
        if let Action::Replace { replacement } = &self.action
            && replacement.len() > MAX_REPLACEMENT
        {
            return Err(RuleProblem::ReplacementTooLong(replacement.len()));
        }
        match self.pattern.len() {
            0 => return Err(RuleProblem::Empty),
            length if length > MAX_PATTERN => return Err(RuleProblem::PatternTooLong(length)),
            _ => {}
        }
        let translated = pattern::translate(&self.pattern).map_err(|why| RuleProblem::Invalid(why.to_owned()))?;
        RegexBuilder::new(&translated)
            .backtrack_limit(MAX_STEPS)
            .max_prog_size(MAX_PROGRAM)
            .delegate_size_limit(MAX_COMPILED)
            .delegate_dfa_size_limit(MAX_COMPILED)
            .find_not_empty(true)
            .build()
            .map_err(|error| match error {
                fancy_regex::Error::CompileError(why) if matches!(*why, fancy_regex::CompileError::PatternCanNeverMatch) => {
                    RuleProblem::MatchesNothing
                }
                other => RuleProblem::Invalid(other.to_string()),
            })
    }
}

/// One rule, ready for use.
#[derive(Clone)]
struct Compiled {
    id: RuleId,
    enforce_on: EnforceOn,
    replacement: String,
    /// `None`: the rule is broken, and every text that it is for is masked whole.
    regex: Option<Regex>,
}

/// The rules that are switched on, in the order in which they are applied. Cheap to share, not to make: compile when rules change.
#[derive(Clone, Default)]
pub struct CompiledRules(Vec<Compiled>);

impl fmt::Debug for CompiledRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CompiledRules({})", self.0.len())
    }
}

/// A text with the rules applied. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Masked<'a> {
    /// What may be stored; borrowed when nothing was found.
    pub text: Cow<'a, str>,
    /// The rules that changed the text, in order, each once.
    pub triggered: Vec<RuleId>,
    /// The whole text was masked, because the last of `triggered` could not be applied.
    pub whole: bool,
}

impl fmt::Debug for Masked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Masked").field("bytes", &self.text.len()).field("triggered", &self.triggered).field("whole", &self.whole).finish()
    }
}

impl CompiledRules {
    /// Compiles those that are switched on. Those that cannot be are returned with the reason, and mask whole every text that they are for:
    /// a broken rule must not let through what it was made to stop.
    pub fn compile(rules: &[Rule]) -> (Self, Vec<(RuleId, RuleProblem)>) {
        let mut enabled: Vec<&Rule> = rules.iter().filter(|rule| rule.enabled).collect();
        enabled.sort_by_key(|rule| (rule.priority, rule.id));
        let mut problems = Vec::new();
        let compiled = enabled
            .into_iter()
            .map(|rule| Compiled {
                id: rule.id,
                enforce_on: rule.enforce_on,
                replacement: match &rule.action {
                    Action::Remove => String::new(),
                    Action::Replace { replacement } => replacement.clone(),
                },
                regex: rule.compile().map_err(|problem| problems.push((rule.id, problem))).ok(),
            })
            .collect();
        (Self(compiled), problems)
    }

    /// Whether texts of this author need no look at all.
    pub fn is_empty_for(&self, author: AuthorKind) -> bool {
        !self.0.iter().any(|rule| rule.enforce_on.includes(author))
    }
}

/// Applies the rules to a text. The result is at most as long as the larger of 64 KiB and twice the text.
pub fn apply<'a>(rules: &CompiledRules, author: AuthorKind, text: &'a str) -> Masked<'a> {
    let most = text.len().saturating_mul(2).max(64 * 1024);
    let mut masked = Masked { text: Cow::Borrowed(text), triggered: Vec::new(), whole: false };
    for rule in rules.0.iter().filter(|rule| rule.enforce_on.includes(author)) {
        match rule.apply(&masked.text, most) {
            Ok(None) => {}
            Ok(Some(changed)) => {
                masked.triggered.push(rule.id);
                masked.text = Cow::Owned(changed);
            }
            Err(Unsafe) => {
                masked.triggered.push(rule.id);
                return Masked { text: Cow::Borrowed(WHOLE_MASK), whole: true, ..masked };
            }
        }
    }
    masked
}

/// The rule could not be applied: the text may hold what it was made to stop.
struct Unsafe;

impl Compiled {
    fn apply(&self, text: &str, most: usize) -> Result<Option<String>, Unsafe> {
        let regex = self.regex.as_ref().ok_or(Unsafe)?;
        let mut result: Option<String> = None;
        let mut kept = 0;
        for found in regex.find_iter(text) {
            let range = found.map_err(|_| Unsafe)?.range();
            if range.is_empty() {
                continue;
            }
            let result = result.get_or_insert_with(|| String::with_capacity(text.len()));
            result.push_str(text.get(kept..range.start).ok_or(Unsafe)?);
            result.push_str(&self.replacement);
            kept = range.end;
            if result.len() > most {
                return Err(Unsafe);
            }
        }
        if let Some(result) = &mut result {
            result.push_str(text.get(kept..).ok_or(Unsafe)?);
            if result.len() > most {
                return Err(Unsafe);
            }
        }
        Ok(result)
    }
}

#[cfg(test)]
mod tests;
