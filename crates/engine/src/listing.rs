//! Lists of what a workspace holds in memory: searched without regard to case, in a fixed order, a page at a time.
//!
//! Definitions, old ids and knocks are hundreds, at the most a few thousand, and the directory has the first two whole for every request. They
//! are therefore searched where they are: nothing is asked of the database, and case is folded in one way whatever the database. What grows
//! without bound (conversations, offline messages, the audit log) is searched by the database instead (`store::history`).

use std::{collections::BTreeSet, net::IpAddr};

use uuid::Uuid;

use crate::{Directory, admin::Administered};

/// The most that a page holds.
pub const PAGE: usize = 500;
/// The most characters that are looked for; more are ignored.
const SOUGHT_CHARACTERS: usize = 200;

/// Which page of a list.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a, C> {
    /// Only what holds this, in any case. Blank text is in everything.
    pub search: Option<&'a str>,
    /// Where the page before ended; none for the first.
    pub after: Option<&'a C>,
    /// How many, at least 1 and at most [`PAGE`].
    pub limit: usize,
}

/// A page of a list.
#[derive(Clone, Debug)]
pub struct Listed<T, C> {
    /// The page, in order.
    pub items: Vec<T>,
    /// Where it ended; none if nothing comes after it.
    pub next: Option<C>,
}

/// A place in a list by name. It stays what it is when what stood there is renamed or removed: the next page holds what sorts after it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamePlace {
    /// The name without its cases.
    pub name: String,
    /// Of two with one name, which.
    pub id: Uuid,
}

/// Text without its cases: `Ä` is `ä`, `ß` is `ss`, `Σ` and `ς` are `σ`.
fn folded(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// What a person typed to find something.
#[derive(Clone, Debug)]
pub struct Sought {
    folded: String,
    id: Option<Uuid>,
    address: Option<IpAddr>,
}

impl Sought {
    /// None where there is nothing to look for.
    pub(crate) fn of(search: Option<&str>) -> Option<Self> {
        let text: String = search?.trim().chars().take(SOUGHT_CHARACTERS).collect();
        if text.is_empty() {
            return None;
        }
        Some(Self { id: text.parse().ok(), address: text.parse().ok(), folded: folded(&text) })
    }

    /// The text holds it.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        folded(text).contains(&self.folded)
    }

    /// An old id holds it, or is what was typed with the three letters that longer ids end in.
    pub(crate) fn is_in_old_id(&self, old_id: &str) -> bool {
        let long = self.folded.len() == 18 && self.folded.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if long { self.folded.starts_with(&folded(old_id)) } else { self.is_in(old_id) }
    }

    /// The address, if it is one.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }
}

/// The page of what was found.
pub(crate) fn page<T, C: Ord + Clone>(found: impl Iterator<Item = (C, T)>, after: Option<&C>, limit: usize) -> Listed<T, C> {
    let mut found: Vec<(C, T)> = found.filter(|(place, _)| after.is_none_or(|after| place > after)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let limit = limit.clamp(1, PAGE);
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(place, _)| place.clone());
    Listed { items: found.into_iter().map(|(_, item)| item).collect(), next }
}

/// A page of the definitions of a kind, by name: those that are found by what they hold, by an old id, or by their own id in full.
pub(crate) fn definitions<T: Administered>(directory: &Directory, asked: &Asked<'_, NamePlace>) -> Listed<(T::Id, T), NamePlace> {
    let sought = Sought::of(asked.search);
    let by_old_id: BTreeSet<Uuid> = match &sought {
        Some(sought) => directory.old_ids().filter(|(old_id, _)| sought.is_in_old_id(old_id)).map(|(_, id)| id).collect(),
        None => BTreeSet::new(),
    };
    let is_sought = |id: Uuid, item: &T| {
        sought.as_ref().is_none_or(|sought| sought.id == Some(id) || by_old_id.contains(&id) || item.is_found_by(sought))
    };
    let found = T::all(directory)
        .iter()
        .filter(|(id, item)| is_sought((**id).into(), item))
        .map(|(id, item)| (NamePlace { name: folded(item.name()), id: (*id).into() }, (*id, item)));
    let Listed { items, next } = page(found, asked.after, asked.limit);
    Listed { items: items.into_iter().map(|(id, item)| (id, item.clone())).collect(), next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_in_any_case_of_any_script() {
        for (typed, text) in [
            ("STRASSE", "Hauptstraße"),
            ("straße", "HAUPTSTRASSE"),
            ("öffnung", "ÖFFNUNGSZEITEN"),
            ("ΟΔΟΣ", "οδος"),
            ("привет", "ПРИВЕТ!"),
            ("مبيعات", "فريق مبيعات"),
            ("100%", "100% off"),
            ("a_b", "A_B"),
            (" spare ", "nothing to spare"),
        ] {
            assert!(Sought::of(Some(typed)).unwrap().is_in(text), "{typed} in {text}");
        }
        for (typed, text) in [("%", "name"), ("_", "name"), ("n.*e", "name"), ("[a-z]", "name"), ("\0", "name"), ("né", "ne")] {
            assert!(!Sought::of(Some(typed)).unwrap().is_in(text), "{typed} in {text}");
        }
        assert!(Sought::of(Some(" \n ")).is_none() && Sought::of(None).is_none());
        assert!(Sought::of(Some(&"x".repeat(1 << 20))).unwrap().is_in(&"X".repeat(SOUGHT_CHARACTERS)), "what is too long is cut off");
    }

    #[test]
    fn an_old_id_is_found_by_a_part_and_by_its_longer_form() {
        for (typed, found) in [("573ab", true), ("573AB0000000009", true), ("573AB0000000009EAA", true), ("573AB0000000008EAA", false)] {
            assert_eq!(Sought::of(Some(typed)).unwrap().is_in_old_id("573AB0000000009"), found, "{typed}");
        }
    }
}
