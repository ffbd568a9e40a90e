//! What is known of a customer: the traits that events have told, by user, device or group, within bounds.
//!
//! Whoever sends events may send anything for ever, so a profile holds so much and no more; what finds no room is said. Whether a key may be
//! believed is not decided here.

use std::{collections::HashMap, fmt, time::Duration};

use serde_json::{Map, Value};

use crate::{
    customer_event::{EventBody, EventKind},
    time::Timestamp,
};

/// Traits of a profile at most.
pub const TRAITS: usize = 200;
/// Bytes of a profile's traits as JSON at most.
pub const BYTES: usize = 64 * 1024;
/// Characters of a trait's name at most.
pub const NAME: usize = 255;
/// Objects and lists inside each other, in a trait, at most.
pub const DEPTH: usize = 8;
/// That a customer was seen is written down again when it was this long ago.
pub const SEEN_AGAIN: Duration = Duration::from_secs(24 * 60 * 60);

/// Of whom a profile is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum ProfileKind {
    /// A user: an account.
    User,
    /// A device: a browser, an installation.
    Device,
    /// A group: a company.
    Group,
}

impl ProfileKind {
    /// The stored name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Device => "device",
            Self::Group => "group",
        }
    }

    /// By its stored name.
    pub fn from_stored(name: &str) -> Option<Self> {
        [Self::User, Self::Device, Self::Group].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What is known.
#[derive(Clone, PartialEq)]
pub struct Profile {
    /// The traits.
    pub traits: Map<String, Value>,
    /// Whose device it is, or whose this key was before; the last that was said.
    pub user_key: Option<String>,
    /// To which group it belongs; the last that was said.
    pub group_key: Option<String>,
    /// First seen when.
    pub first_at: Timestamp,
    /// Last seen when, to within [`SEEN_AGAIN`].
    pub last_at: Timestamp,
}

impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Profile").field("traits", &self.traits.len()).field("last_at", &self.last_at).finish_non_exhaustive()
    }
}

/// How many bytes a text takes as JSON, at most.
fn text_bytes(text: &str) -> usize {
    let escapes: usize = text.bytes().map(|byte| if byte < 0x20 { 5 } else { usize::from(matches!(byte, b'"' | b'\\')) }).sum();
    text.len() + 2 + escapes
}

/// How many bytes a value takes as JSON, at most, and how deep it is.
fn weigh(value: &Value) -> (usize, usize) {
    match value {
        Value::Null | Value::Bool(_) => (5, 0),
        // The longest that is printed has 24.
        Value::Number(_) => (24, 0),
        Value::String(text) => (text_bytes(text), 0),
        Value::Array(list) => list.iter().map(weigh).fold((2, 1), |(bytes, deep), (b, d)| (bytes + b + 1, deep.max(d + 1))),
        Value::Object(object) => object.iter().fold((2, 1), |(bytes, deep), (name, value)| {
            let (b, d) = weigh(value);
            (bytes + text_bytes(name) + b + 2, deep.max(d + 1))
        }),
    }
}

impl Profile {
    /// Somebody of whom nothing is known yet.
    pub fn new(at: Timestamp) -> Self {
        Self { traits: Map::new(), user_key: None, group_key: None, first_at: at, last_at: at }
    }

    fn bytes(&self) -> usize {
        self.traits.iter().map(|(name, value)| text_bytes(name) + weigh(value).0 + 2).sum()
    }

    /// Takes traits in: a new value replaces, null takes away, what is not said stays. Gives how many found no room.
    pub fn tell(&mut self, traits: &Map<String, Value>) -> usize {
        self.take(traits, true)
    }

    /// Takes in what was known under another key: what is known here counts more.
    fn absorb(&mut self, other: &Profile) -> usize {
        if self.group_key.is_none() {
            self.group_key.clone_from(&other.group_key);
        }
        self.first_at = self.first_at.min(other.first_at);
        self.take(&other.traits, false)
    }

    fn take(&mut self, traits: &Map<String, Value>, replace: bool) -> usize {
        let (mut left_out, mut total) = (0, self.bytes());
        for (name, value) in traits {
            let held = self.traits.get(name);
            if held.is_some() && !replace {
                continue;
            }
            let before = held.map_or(0, |held| text_bytes(name) + weigh(held).0 + 2);
            if value.is_null() {
                self.traits.remove(name);
                total -= before;
                continue;
            }
            let (bytes, depth) = weigh(value);
            let after = total - before + text_bytes(name) + bytes + 2;
            let is_new = held.is_none();
            if depth > DEPTH || after > BYTES || name.chars().count() > NAME || (is_new && self.traits.len() >= TRAITS) {
                left_out += 1;
                continue;
            }
            self.traits.insert(name.clone(), value.clone());
            total = after;
        }
        left_out
    }
}

/// A profile's place.
pub type Key = (ProfileKind, String);

/// Whom an event concerns.
#[derive(Clone, Copy, Debug)]
pub struct Said<'e> {
    /// What it says.
    pub kind: EventKind,
    /// The user's key.
    pub user_key: Option<&'e str>,
    /// The device's key.
    pub device_key: Option<&'e str>,
    /// The group's key.
    pub group_key: Option<&'e str>,
    /// The rest.
    pub body: &'e EventBody,
    /// When it arrived.
    pub at: Timestamp,
}

impl Said<'_> {
    /// Which profiles must be at hand to follow it.
    pub fn keys(&self) -> Vec<Key> {
        let mut keys = Vec::with_capacity(3);
        let mut push = |kind, key: Option<&str>| keys.extend(key.map(|key| (kind, key.to_owned())));
        push(ProfileKind::User, self.user_key);
        push(ProfileKind::Device, self.device_key);
        match self.kind {
            EventKind::Group => push(ProfileKind::Group, self.group_key),
            EventKind::Alias => {
                push(ProfileKind::User, self.body.previous_key.as_deref());
                push(ProfileKind::Device, self.body.previous_key.as_deref());
            }
            EventKind::Identify | EventKind::Track | EventKind::Page | EventKind::Screen => {}
        }
        keys
    }
}

/// Profiles that are at hand, and which of them have changed.
#[derive(Debug, Default)]
pub struct Profiles {
    held: HashMap<Key, (Profile, bool)>,
}

impl Profiles {
    /// With what is stored.
    pub fn new(stored: impl IntoIterator<Item = (Key, Profile)>) -> Self {
        Self { held: stored.into_iter().map(|(key, profile)| (key, (profile, false))).collect() }
    }

    /// What is known of one.
    pub fn get(&self, kind: ProfileKind, key: &str) -> Option<&Profile> {
        self.held.get(&(kind, key.to_owned())).map(|(profile, _)| profile)
    }

    /// Those that have changed, in the order of their keys.
    pub fn changed(&self) -> Vec<(&Key, &Profile)> {
        let mut changed: Vec<_> = self.held.iter().filter(|(_, (_, changed))| *changed).map(|(key, (profile, _))| (key, profile)).collect();
        changed.sort_by_key(|(key, _)| *key);
        changed
    }

    fn change(&mut self, kind: ProfileKind, key: &str, at: Timestamp, change: impl FnOnce(&mut Profile) -> usize) -> usize {
        let (profile, changed) = self.held.entry((kind, key.to_owned())).or_insert_with(|| (Profile::new(at), true));
        let before = (!*changed).then(|| profile.clone());
        let left_out = change(profile);
        if at.since(profile.last_at) >= SEEN_AGAIN {
            profile.last_at = at;
        }
        if before.is_some_and(|before| before != *profile) {
            profile.last_at = profile.last_at.max(at);
            *changed = true;
        }
        left_out
    }

    /// Takes in what an event says. Gives how many traits found no room.
    ///
    /// An event without traits makes no profile, but that a device is a user's is always kept.
    pub fn follow(&mut self, said: &Said<'_>) -> usize {
        let at = said.at;
        let (user, device) = (said.user_key, said.device_key);
        let mut left_out = 0;
        match said.kind {
            // Both: who comes back on the device and shows no proof of being the user is told what the device has said, and no more.
            EventKind::Identify => {
                for (kind, key) in [(ProfileKind::User, user), (ProfileKind::Device, device)] {
                    if let Some(key) = key {
                        left_out = left_out.max(self.change(kind, key, at, |profile| profile.tell(&said.body.traits)));
                    }
                }
            }
            EventKind::Group => {
                let Some(group) = said.group_key else { return 0 };
                left_out += self.change(ProfileKind::Group, group, at, |profile| profile.tell(&said.body.traits));
                for (kind, key) in [(ProfileKind::User, user), (ProfileKind::Device, device)] {
                    if let Some(key) = key {
                        self.change(kind, key, at, |profile| {
                            profile.group_key = Some(group.to_owned());
                            0
                        });
                    }
                }
            }
            EventKind::Alias => {
                let (Some(user), Some(previous)) = (user, said.body.previous_key.as_deref()) else { return 0 };
                if user == previous {
                    return 0;
                }
                for kind in [ProfileKind::User, ProfileKind::Device] {
                    let held = self.get(kind, previous).cloned();
                    // Of a key that nobody has heard of nothing is known but whose it is.
                    if held.is_none() && kind == ProfileKind::User {
                        continue;
                    }
                    if let Some(held) = held {
                        left_out += self.change(ProfileKind::User, user, at, |profile| profile.absorb(&held));
                    }
                    self.change(kind, previous, at, |profile| {
                        profile.user_key = Some(user.to_owned());
                        0
                    });
                }
            }
            EventKind::Track | EventKind::Page | EventKind::Screen => {
                for (kind, key) in [(ProfileKind::User, user), (ProfileKind::Device, device)] {
                    if let Some(key) = key
                        && self.get(kind, key).is_some()
                    {
                        self.change(kind, key, at, |_| 0);
                    }
                }
            }
        }
        if let (Some(user), Some(device)) = (user, device) {
            self.change(ProfileKind::Device, device, at, |profile| {
                profile.user_key = Some(user.to_owned());
                0
            });
        }
        left_out
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;

    use super::*;

    const NOON: Timestamp = Timestamp(1_790_000_000_000_000);

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn said<'e>(kind: EventKind, user: Option<&'e str>, device: Option<&'e str>, body: &'e EventBody) -> Said<'e> {
        Said { kind, user_key: user, device_key: device, group_key: None, body, at: NOON }
    }

    fn traits(value: Value) -> EventBody {
        EventBody { traits: object(value), ..EventBody::default() }
    }

    #[test]
    fn a_value_replaces_null_takes_away_and_what_is_not_said_stays() {
        let mut profile = Profile::new(NOON);
        assert_eq!(profile.tell(&object(json!({ "a": 1, "b": { "x": 1 }, "c": 3 }))), 0);
        assert_eq!(profile.tell(&object(json!({ "a": null, "b": { "y": 2 }, "d": null }))), 0);
        assert_eq!(Value::from(profile.traits), json!({ "b": { "y": 2 }, "c": 3 }));
    }

    #[test]
    fn what_finds_no_room_is_counted_and_the_rest_is_kept() {
        let mut profile = Profile::new(NOON);
        let many: Map<_, _> = (0..100_000).map(|n| (format!("t{n:05}"), json!(n))).collect();
        assert_eq!(profile.tell(&many), 100_000 - TRAITS);
        assert_eq!(profile.traits.len(), TRAITS);
        assert_eq!(profile.tell(&object(json!({ "t00000": "new", "other": 1 }))), 1, "known ones can be replaced");
        assert_eq!(profile.traits["t00000"], "new");
        let deep = (0..=DEPTH).fold(json!(1), |inner, _| json!([inner]));
        for value in [json!("x".repeat(BYTES)), deep] {
            assert_eq!(profile.tell(&object(json!({ "t00001": value }))), 1);
            assert_eq!(profile.traits["t00001"], 1);
        }
        assert_eq!(profile.tell(&[("n".repeat(NAME + 1), json!(1))].into_iter().collect()), 1);
    }

    #[test]
    fn a_device_becomes_a_users_and_an_alias_brings_what_was_known() {
        let mut profiles = Profiles::default();
        profiles.follow(&said(EventKind::Identify, None, Some("d"), &traits(json!({ "plan": "free", "lang": "de" }))));
        profiles.follow(&said(EventKind::Identify, Some("u"), None, &traits(json!({ "plan": "pro" }))));
        let alias = EventBody { previous_key: Some("d".into()), ..EventBody::default() };
        assert_eq!(said(EventKind::Alias, Some("u"), None, &alias).keys().len(), 3);
        profiles.follow(&said(EventKind::Alias, Some("u"), None, &alias));
        let user = profiles.get(ProfileKind::User, "u").unwrap();
        assert_eq!(Value::from(user.traits.clone()), json!({ "plan": "pro", "lang": "de" }));
        assert_eq!(profiles.get(ProfileKind::Device, "d").unwrap().user_key.as_deref(), Some("u"));
        assert!(profiles.get(ProfileKind::User, "d").is_none());

        profiles.follow(&said(EventKind::Identify, Some("w"), Some("d"), &traits(json!({ "lang": "en" }))));
        let device = profiles.get(ProfileKind::Device, "d").unwrap();
        assert_eq!((Value::from(device.traits.clone()), device.user_key.as_deref()), (json!({ "plan": "free", "lang": "en" }), Some("w")));
        assert_eq!(Value::from(profiles.get(ProfileKind::User, "w").unwrap().traits.clone()), json!({ "lang": "en" }));

        profiles.follow(&said(EventKind::Track, Some("v"), Some("e"), &EventBody::default()));
        assert_eq!(profiles.get(ProfileKind::Device, "e").unwrap().user_key.as_deref(), Some("v"));
        assert!(profiles.get(ProfileKind::User, "v").is_none(), "nothing is known of that user");
    }

    #[test]
    fn a_group_is_kept_by_itself_and_who_belongs_to_it_knows() {
        let mut profiles = Profiles::default();
        let body = traits(json!({ "name": "Acme" }));
        profiles.follow(&Said { group_key: Some("g"), ..said(EventKind::Group, Some("u"), Some("d"), &body) });
        assert_eq!(profiles.get(ProfileKind::Group, "g").unwrap().traits["name"], "Acme");
        for (kind, key) in [(ProfileKind::User, "u"), (ProfileKind::Device, "d")] {
            assert_eq!(profiles.get(kind, key).unwrap().group_key.as_deref(), Some("g"));
        }
    }

    #[test]
    fn that_somebody_was_seen_is_written_once_a_day() {
        let mut known = Profile::new(NOON);
        known.user_key = Some("u".into());
        let stored = || [((ProfileKind::Device, "d".to_owned()), known.clone())];
        let page = EventBody::default();
        for (later, changed) in [(SEEN_AGAIN / 2, 0), (SEEN_AGAIN, 1)] {
            let mut profiles = Profiles::new(stored());
            profiles.follow(&Said { at: NOON + later, ..said(EventKind::Page, Some("u"), Some("d"), &page) });
            assert_eq!(profiles.changed().len(), changed);
        }
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), "[a\"\n\u{1}é]{0,8}".prop_map(Value::from)];
        leaf.prop_recursive(12, 60, 5, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..5).prop_map(Value::from),
                vec(("[a-z]{0,3}", inner), 0..5).prop_map(|pairs| pairs.into_iter().collect())
            ]
        })
    }

    proptest! {
        #[test]
        fn bounds_hold_whatever_is_told(told in vec(vec(("[a-c\"\n]{1,2}", value()), 0..12), 0..5)) {
            let mut profile = Profile::new(NOON);
            for traits in told {
                let traits: Map<_, _> = traits.into_iter().collect();
                let left_out = profile.tell(&traits);
                let kept = traits.iter().filter(|(name, value)| !value.is_null() && profile.traits.get(*name) == Some(value)).count();
                let taken_away = traits.iter().filter(|(_, value)| value.is_null()).count();
                // What was left out may be what was known already.
                prop_assert!(kept + taken_away + left_out >= traits.len());
                prop_assert!(profile.traits.len() <= TRAITS && profile.bytes() <= BYTES);
            }
            prop_assert!(serde_json::to_string(&profile.traits).unwrap().len() <= profile.bytes() + 2);
        }
    }
}
