//! Event sources as admins manage them: what one must be like, and the keys by which it is known.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use domain::{
    detail::{MAX_DETAILS, MAX_FIELD_MAPS, MAX_STEPS},
    ids::EventSourceId,
    mapping::{EntityMapping, EventMapping},
    permission::Permission,
    text_limits::{self, LABEL_CHARACTERS},
    time::Timestamp,
};
use futures_util::FutureExt as _;
use store::Tx;

use super::{
    Administered,
    check::{line, line_or_none, own_name, within},
    present, put,
};
use crate::{
    App, Directory, Error, ErrorKind, Result, Scope, SignedInAgent,
    definition::{Defined, EventSource, WriteKey},
    directory::WRITE_KEYS,
    idempotency::{Done, Keep},
    listing::Sought,
};

/// The most event sources of a workspace.
const SOURCES: usize = 500;
/// The most keys of one.
const KEYS: usize = 20;
/// The most characters of what a key is for.
const NOTE_CHARACTERS: usize = 255;
/// How many characters a key has that is made.
const KEY_CHARACTERS: usize = 32;
/// How many one has that somebody brings along.
const OWN_KEY_CHARACTERS: std::ops::RangeInclusive<usize> = 8..=128;
/// The longest that prepared details wait, in minutes: a day, as long as what a page said of its visitor.
const MOST_MINUTES: u64 = 24 * 60;

/// A mapping that gives one answer, and none that a conversation could not hold.
fn check_mapping(mapping: &mut EventMapping) -> Result<()> {
    if mapping.entities.len() > MAX_STEPS {
        return Err(Error::invalid("mapping", format!("at most {MAX_STEPS} objects are allowed")));
    }
    let mut labels = HashSet::new();
    for (at, entity) in (1..).zip(&mut mapping.entities) {
        check_entity(entity, &mut labels).map_err(|sentence| Error::invalid("mapping", format!("object {at}: {sentence}")))?;
    }
    match mapping.entities.iter().map(|entity| entity.rows.len()).sum::<usize>() {
        0..=MAX_DETAILS => Ok(()),
        _ => Err(Error::invalid("mapping", format!("all objects together have at most {MAX_DETAILS} rows"))),
    }
}

/// A mapping that somebody edits, as it would be kept.
///
/// # Errors
/// [`ErrorKind::Invalid`] for one that would not be.
pub fn checked_mapping(mut mapping: EventMapping) -> Result<EventMapping> {
    check_mapping(&mut mapping)?;
    Ok(mapping)
}

fn check_entity(entity: &mut EntityMapping, labels: &mut HashSet<String>) -> std::result::Result<(), String> {
    let name = |what: &str, text: &mut String| {
        *text = text_limits::line(text, LABEL_CHARACTERS).map_err(|problem| format!("{what}: {problem}"))?;
        Ok::<(), String>(())
    };
    let name_or_none = |what: &str, text: &mut Option<String>| {
        text.take_if(|text| text.trim().is_empty());
        text.as_mut().map_or(Ok(()), |text| name(what, text))
    };
    name("its name", &mut entity.entity)?;
    name_or_none("the transcript's field", &mut entity.save_to_transcript)?;
    if let Some(link) = &mut entity.link {
        name("the linked object", &mut link.entity)?;
        name("the linked object's field", &mut link.field)?;
    }
    if entity.rows.len() > MAX_FIELD_MAPS {
        return Err(format!("at most {MAX_FIELD_MAPS} rows are allowed"));
    }
    for (at, row) in (1..).zip(&mut entity.rows) {
        name(&format!("row {at}, the path"), &mut row.path)?;
        name(&format!("row {at}, the label"), &mut row.label)?;
        name_or_none(&format!("row {at}, the field"), &mut row.field)?;
        if row.field.is_none() && !row.display_to_agent {
            return Err(format!("row {at}: nothing would come of it; give it a field, or show it to the agent"));
        }
        if !labels.insert(row.label.clone()) {
            return Err(format!(
                "row {at}: another row has its label, so that a field's value would depend on their order; give each its own"
            ));
        }
    }
    Ok(())
}

impl Administered for EventSource {
    const PERMISSION: Permission = Permission::ManageWorkspace;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.event_sources
    }

    fn is_found_by(&self, sought: &Sought) -> bool {
        sought.is_in(&self.name) || self.write_keys.iter().any(|key| sought.is_in(&key.key) || sought.is_in(&key.note))
    }

    fn check(&mut self, id: Self::Id, old: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        if old.is_none() && directory.event_sources.len() >= SOURCES {
            return Err(ErrorKind::Conflict("there are as many event sources as can be kept: remove one first").into());
        }
        if self.deployment.is_some_and(|deployment| !directory.deployments.contains_key(&deployment)) {
            return Err(Error::invalid("deployment", "this is not the id of a deployment"));
        }
        check_mapping(&mut self.mapping)?;
        within("server.keep_minutes", self.server.keep_minutes.into(), 1, MOST_MINUTES)?;
        if self.server.enabled && self.deployment.is_none() {
            return Err(Error::invalid("deployment", "say with which deployment's conversations the server's details are to go"));
        }
        keep_keys(&mut self.write_keys, old.map_or(&[], |old| &old.write_keys))
    }

    fn may_be_removed(&self, _: Self::Id, _: &Directory, _: &SignedInAgent) -> Result<()> {
        Ok(())
    }

    fn write_keys(&self) -> &[WriteKey] {
        &self.write_keys
    }
}

/// Keys come and go by themselves, so that no one who changes a name takes one away that pages know: here only their notes change.
fn keep_keys(keys: &mut Vec<WriteKey>, old: &[WriteKey]) -> Result<()> {
    if keys.iter().any(|key| old.iter().all(|known| known.key != key.key)) {
        let sentence = "the source has no such key: keys are made and removed at their own address, here only their notes change";
        return Err(Error::invalid("write_keys", sentence));
    }
    let mut kept = old.to_vec();
    for known in &mut kept {
        if let Some(said) = keys.iter().find(|said| said.key == known.key) {
            known.note = note(&said.note)?;
        }
    }
    *keys = kept;
    Ok(())
}

fn note(text: &str) -> Result<String> {
    let mut text = Some(text.to_owned());
    line_or_none("note", &mut text, NOTE_CHARACTERS)?;
    Ok(text.unwrap_or_default())
}

/// The keys of a source that is removed are nobody's.
pub(super) async fn release_keys(tx: &mut Tx, scope: &Scope, keys: &[WriteKey]) -> Result<()> {
    for key in keys {
        tx.remove_workspace_alias(WRITE_KEYS, &key.key, scope.workspace()).await?;
    }
    Ok(())
}

impl App {
    /// One more key of a source; made here, unless the source has one from elsewhere that its pages and apps know.
    ///
    /// # Errors
    /// [`ErrorKind::Taken`] for a key of another source, of whatever workspace; [`ErrorKind::Conflict`] when there are too many.
    pub async fn make_write_key(
        &self,
        who: &SignedInAgent,
        source: EventSourceId,
        said: String,
        own: Option<String>,
        keep: Option<Keep<WriteKey>>,
    ) -> Result<Done<WriteKey>> {
        self.read::<EventSource>(who, source)?;
        let key = match own {
            Some(own) => {
                let mut own = own.trim().to_owned();
                line("key", &mut own, *OWN_KEY_CHARACTERS.end())?;
                let plain = own.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte));
                if !plain || !OWN_KEY_CHARACTERS.contains(&own.len()) {
                    let (least, most) = OWN_KEY_CHARACTERS.into_inner();
                    return Err(Error::invalid("key", format!("a key has {least} to {most} letters, digits, hyphens, dots, ~ and _")));
                }
                own
            }
            None => self.letters::<KEY_CHARACTERS>(),
        };
        let made = WriteKey { key, note: note(&said)? };
        let work = Arc::new((self.clone(), self.scope(who.workspace)?, who.clone(), made, keep));
        let done = self
            .store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (app, scope, who, made, keep) = &*work;
                    if let Some(earlier) = Keep::earlier(keep.as_ref(), tx).await? {
                        return Ok(Done::Before(earlier));
                    }
                    let directory = present(tx, scope).await?;
                    let mut kept = directory.event_sources.get(&source).ok_or(ErrorKind::NotFound(EventSource::KIND))?.clone();
                    if kept.write_keys.len() >= KEYS {
                        return Err(ErrorKind::Conflict("the source has as many keys as one may have: remove one first").into());
                    }
                    if !tx.claim_workspace_alias(WRITE_KEYS, &made.key, scope.workspace()).await? {
                        return Err(ErrorKind::Taken { property: "key", message: "this key is in use already".to_owned() }.into());
                    }
                    kept.write_keys.push(made.clone());
                    put(tx, scope, who.actor(), source, &kept, "key_made").await?;
                    Keep::keep(keep.as_ref(), tx, app, made).await?;
                    Ok(Done::Now(made.clone()))
                }
                .boxed()
            })
            .await?;
        self.reload().await?;
        Ok(done)
    }

    /// A key is good no more: what still sends with it is told so, or not, as for any unknown key.
    pub async fn remove_write_key(&self, who: &SignedInAgent, source: EventSourceId, key: String) -> Result<()> {
        self.read::<EventSource>(who, source)?;
        let work = Arc::new((self.scope(who.workspace)?, who.clone(), key));
        self.store()
            .write::<_, Error, _>(move |tx| {
                let work = work.clone();
                async move {
                    let (scope, who, key) = &*work;
                    let directory = present(tx, scope).await?;
                    let mut kept = directory.event_sources.get(&source).ok_or(ErrorKind::NotFound(EventSource::KIND))?.clone();
                    let before = kept.write_keys.len();
                    kept.write_keys.retain(|known| known.key != *key);
                    if kept.write_keys.len() == before {
                        return Err(ErrorKind::NotFound("key").into());
                    }
                    tx.remove_workspace_alias(WRITE_KEYS, key, scope.workspace()).await?;
                    put(tx, scope, who.actor(), source, &kept, "key_removed").await
                }
                .boxed()
            })
            .await?;
        self.reload().await
    }
}
