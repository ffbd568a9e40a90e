//! What objects there are (salesforce.md 1.12).
//!
//! A description tells no date of its own: what a caller sees of an object changes with the object, with other objects that point to it, and
//! with the caller's rights. So it is dated by when this server first told it so; whoever comes with a later date is told that nothing is new.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use flate2::Crc;
use http::{StatusCode, header::LAST_MODIFIED};
use salesforce::{Id, describe::global, headers::http_date_text};
use serde::Serialize;

use super::{
    answer::{Answer, Content},
    ask::Ask,
    failure::Failure,
    transaction::Asking,
};

/// Descriptions remembered at once; beyond, all are dated anew.
const REMEMBERED: usize = 20_000;

/// What was told to whom since when.
#[derive(Debug, Default)]
pub(super) struct Told(Mutex<HashMap<Key, Since>>);

/// Whose description of what; users' ids are unique over workspaces.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    user: Id,
    /// None for all objects together.
    object: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Since {
    /// Of what was told; the version's addresses are in it.
    sum: u32,
    size: usize,
    /// Seconds since 1970.
    at: i64,
}

impl Told {
    /// Since when this has been told: from now on, if it was never, or something else was told in between. Two texts never have one date.
    fn since(&self, key: Key, text: &str, now: i64) -> i64 {
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        let (sum, size) = (crc.sum(), text.len());
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = match told.get(&key) {
            Some(known) if (known.sum, known.size) == (sum, size) => return known.at,
            Some(known) => now.max(known.at + 1),
            None => now,
        };
        if told.len() >= REMEMBERED {
            told.clear();
        }
        told.insert(key, Since { sum, size, at });
        at
    }
}

/// `GET /sobjects`
pub(super) async fn all(asking: &Asking, told: &Told, ask: &Ask) -> Result<Answer, Failure> {
    let objects = asking.crm.describe_global(asking.caller()).await?;
    dated(asking, told, ask, None, &global(&objects, ask.version))
}

/// `GET /sobjects/{T}`
pub(super) async fn basic(asking: &Asking, ask: &Ask, name: &str) -> Result<Answer, Failure> {
    Answer::ok(&asking.crm.describe_object(asking.caller(), name).await?.basic(ask.version))
}

/// `GET /sobjects/{T}/describe`
pub(super) async fn whole(asking: &Asking, told: &Told, ask: &Ask, name: &str) -> Result<Answer, Failure> {
    let described = asking.crm.describe(asking.caller(), name).await?;
    let object = Some(described.object.name.clone());
    described.told(ask.version, |description| dated(asking, told, ask, object, description))
}

fn dated(asking: &Asking, told: &Told, ask: &Ask, object: Option<String>, value: &impl Serialize) -> Result<Answer, Failure> {
    let answer = Answer::ok(value)?;
    let Content::Json(text) = &answer.content else { return Ok(answer) };
    let key = Key { user: asking.caller().user, object };
    let since = told.since(key, text, asking.crm.now().0.div_euclid(1_000_000));
    let answer = if ask.conditions.is_known(Some(since), None) { Answer::empty(StatusCode::NOT_MODIFIED) } else { answer };
    let date = jiff::Timestamp::from_second(since).ok().and_then(http_date_text);
    Ok(match date {
        Some(date) => answer.with(LAST_MODIFIED, date),
        None => answer,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_dated_anew_when_it_is_another() {
        let told = Told::default();
        let user = Id::parse("005SB0000000001").unwrap();
        let since = |object: &str, text: &str, now| told.since(Key { user, object: Some(object.to_owned()) }, text, now);
        assert_eq!(since("Case", "a", 10), 10);
        assert_eq!(since("Case", "a", 20), 10);
        assert_eq!(since("Case", "b", 30), 30);
        assert_eq!(since("Case", "c", 30), 31, "a reader of the other must not be told that he knows it");
        assert_eq!(since("Case", "b", 30), 32);
        assert_eq!(since("Case", "a", 40), 40, "it is not what was told last");
        assert_eq!(since("Lead", "a", 50), 50);
        assert_eq!(since("Case", "a", 60), 40);
    }
}
