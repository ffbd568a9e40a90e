//! What is kept out: sensitive-data rules and blocked addresses.

use std::net::IpAddr;

use domain::{
    ids::{AgentId, RuleId},
    rules,
    time::Timestamp,
};
use ipnet::IpNet;
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
    /// The first address, or a network such as `203.0.113.0/24`, which begins with its first.
    pub from: String,
    /// The last one, or a network, which ends with its last. Empty: `from` is all.
    #[serde(default)]
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
    /// The beginning is no address.
    #[error("this is no address: write one such as 203.0.113.7 or 2001:db8::7, or a whole network such as 203.0.113.0/24")]
    From,
    /// The end is none.
    #[error("this is no address: write the last one that is blocked, such as 203.0.113.255, or leave it empty")]
    To,
    /// The ends are of two families.
    #[error("the first address is of another kind: both must be IPv4, or both IPv6")]
    TwoFamilies,
    /// The last comes before the first.
    #[error("the last address comes before the first: exchange them")]
    Reversed,
}

impl BlockProblem {
    /// The property that has it.
    pub fn property(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To | Self::TwoFamilies | Self::Reversed => "to",
        }
    }
}

/// A block's range, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    last: IpAddr,
}

impl AddressRange {
    /// The first address, never an IPv4 one written as IPv6.
    pub fn first(&self) -> IpAddr {
        self.first
    }

    /// The last one.
    pub fn last(&self) -> IpAddr {
        self.last
    }

    /// The address lies in it. An IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && self.first <= address && address <= self.last
    }
}

impl Block {
    /// Reads the ends.
    pub fn range(&self) -> Result<AddressRange, BlockProblem> {
        let from = ends(&self.from).ok_or(BlockProblem::From)?;
        let to = if self.to.trim().is_empty() { from } else { ends(&self.to).ok_or(BlockProblem::To)? };
        if from.0.is_ipv4() != to.1.is_ipv4() {
            return Err(BlockProblem::TwoFamilies);
        }
        if to.1 < from.1 {
            return Err(BlockProblem::Reversed);
        }
        Ok(AddressRange { first: from.0, last: to.1 })
    }
}

/// The first and the last address of an address or a network; IPv4 written as IPv6 is IPv4.
fn ends(text: &str) -> Option<(IpAddr, IpAddr)> {
    let text = text.trim();
    let (first, last) = match text.parse::<IpAddr>() {
        Ok(address) => (address, address),
        Err(_) => text.parse::<IpNet>().map(|network| (network.network(), network.broadcast())).ok()?,
    };
    let (first, last) = (first.to_canonical(), last.to_canonical());
    (first.is_ipv4() == last.is_ipv4()).then_some((first, last))
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
    fn a_network_is_all_of_its_addresses_whatever_address_of_it_was_written() {
        for (from, to, first, last) in [
            ("192.0.2.7", "", "192.0.2.7", "192.0.2.7"),
            ("192.0.2.0/24", "", "192.0.2.0", "192.0.2.255"),
            (" 192.0.2.77/24 ", "192.0.2.77/24", "192.0.2.0", "192.0.2.255"),
            ("192.0.2.0/25", "192.0.3.0/25", "192.0.2.0", "192.0.3.127"),
            ("192.0.2.1/32", "192.0.2.9", "192.0.2.1", "192.0.2.9"),
            ("0.0.0.0/0", "", "0.0.0.0", "255.255.255.255"),
            ("2001:db8:1::/48", "", "2001:db8:1::", "2001:db8:1:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::7", "", "2001:db8::7", "2001:db8::7"),
            ("::ffff:192.0.2.0/120", "", "192.0.2.0", "192.0.2.255"),
            ("::ffff:192.0.2.10", "192.0.2.20", "192.0.2.10", "192.0.2.20"),
            ("::/0", "", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            let range = block(from, to).unwrap();
            assert_eq!((range.first.to_string(), range.last.to_string()), (first.to_owned(), last.to_owned()), "{from} {to}");
        }
        let everybody = block("::/0", "").unwrap();
        assert!(!everybody.contains("::ffff:192.0.2.1".parse().unwrap()), "IPv4 written as IPv6 is IPv4");
    }

    #[test]
    fn a_range_that_makes_no_sense_is_refused() {
        for (from, to, problem) in [
            ("192.0.2.20", "192.0.2.10", BlockProblem::Reversed),
            ("192.0.2.0/24", "192.0.2.10", BlockProblem::Reversed),
            ("192.0.2.20", "::1", BlockProblem::TwoFamilies),
            ("::/0", "0.0.0.0/0", BlockProblem::TwoFamilies),
            ("here", "there", BlockProblem::From),
            ("", "", BlockProblem::From),
            ("192.0.2.0/33", "", BlockProblem::From),
            ("192.0.2", "", BlockProblem::From),
            ("192.0.2.1-192.0.2.9", "", BlockProblem::From),
            ("::ffff:0:0/95", "", BlockProblem::From),
            ("192.0.2.1", "192.0.2.256", BlockProblem::To),
            ("192.0.2.1", "%00", BlockProblem::To),
        ] {
            assert_eq!(block(from, to), Err(problem), "{from} {to}");
        }
    }
}
