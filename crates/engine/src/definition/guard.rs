//! What is kept out: sensitive-data rules and blocked addresses.

use std::net::IpAddr;

use domain::{
    ids::{AgentId, RuleId},
    rules,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What a rule finds is masked before anything is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// For people.
    pub name: String,
    /// A JavaScript regular expression.
    pub pattern: String,
    /// What becomes of a match.
    pub action: RuleAction,
    /// With `replace`: what stands in its place.
    #[serde(default)]
    pub replacement: String,
    /// Lower is applied first.
    #[serde(default)]
    pub priority: i32,
    /// Applied at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// To whose messages.
    pub applies_to: Vec<RuleScope>,
}

fn yes() -> bool {
    true
}

/// What becomes of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleAction {
    /// It goes.
    Remove,
    /// `replacement` stands in its place.
    Replace,
}

/// To whose messages a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleScope {
    /// Agents'.
    Agent,
    /// Visitors', drafts included.
    Visitor,
    /// Supervisors'.
    Supervisor,
}

impl Rule {
    /// As the domain compiles it.
    pub fn to_domain(&self, id: RuleId) -> rules::Rule {
        rules::Rule {
            id,
            name: self.name.clone(),
            pattern: self.pattern.clone(),
            action: match self.action {
                RuleAction::Remove => rules::Action::Remove,
                RuleAction::Replace => rules::Action::Replace { replacement: self.replacement.clone() },
            },
            priority: self.priority,
            enabled: self.active,
            enforce_on: rules::EnforceOn {
                agent: self.applies_to.contains(&RuleScope::Agent),
                visitor: self.applies_to.contains(&RuleScope::Visitor),
                supervisor: self.applies_to.contains(&RuleScope::Supervisor),
            },
        }
    }
}

/// A range of addresses whose visitors are turned away. Both ends are of one family and included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The first address.
    pub from: String,
    /// The last one.
    pub to: String,
    /// Why.
    #[serde(default)]
    pub note: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub by: Option<AgentId>,
    /// When.
    #[serde(default = "never")]
    pub at: Timestamp,
}

fn never() -> Timestamp {
    Timestamp(0)
}

/// Why a block cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockProblem {
    /// An end is no address.
    #[error("an address of the range cannot be read")]
    NotAnAddress,
    /// The ends are of two families.
    #[error("both addresses must be IPv4, or both IPv6")]
    TwoFamilies,
    /// The last comes before the first.
    #[error("the last address comes before the first")]
    Reversed,
}

/// A block's range, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

impl AddressRange {
    /// The address lies in it. An IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && self.first <= address && address <= self.last
    }
}

impl Block {
    /// Reads the ends.
    pub fn range(&self) -> Result<AddressRange, BlockProblem> {
        let read = |text: &str| text.trim().parse::<IpAddr>().map(|address| address.to_canonical()).map_err(|_| BlockProblem::NotAnAddress);
        let (first, last) = (read(&self.from)?, read(&self.to)?);
        if first.is_ipv4() != last.is_ipv4() {
            return Err(BlockProblem::TwoFamilies);
        }
        if last < first {
            return Err(BlockProblem::Reversed);
        }
        Ok(AddressRange { first, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(from: &str, to: &str) -> Result<AddressRange, BlockProblem> {
        Block { from: from.into(), to: to.into(), note: None, by: None, at: Timestamp(0) }.range()
    }

    #[test]
    fn a_range_holds_both_ends_and_ipv4_written_as_ipv6() {
        let range = block("192.0.2.10", "192.0.2.20").unwrap();
        for (address, inside) in
            [("192.0.2.10", true), ("192.0.2.20", true), ("::ffff:192.0.2.15", true), ("192.0.2.21", false), ("::1", false)]
        {
            assert_eq!(range.contains(address.parse().unwrap()), inside, "{address}");
        }
    }

    #[test]
    fn a_range_that_makes_no_sense_is_refused() {
        assert_eq!(block("192.0.2.20", "192.0.2.10"), Err(BlockProblem::Reversed));
        assert_eq!(block("192.0.2.20", "::1"), Err(BlockProblem::TwoFamilies));
        assert_eq!(block("here", "there"), Err(BlockProblem::NotAnAddress));
    }
}
