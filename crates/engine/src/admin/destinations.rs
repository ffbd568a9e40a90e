//! Destinations as admins manage them: what one must be like.

use std::collections::BTreeMap;

use domain::{ids::DestinationId, permission::Permission, text_limits, time::Timestamp};

use super::check::{Administered, own_name, within};
use crate::{Directory, Error, ErrorKind, Result, SignedInAgent, definition::Destination, listing::Sought};

/// The most destinations of a workspace: each has a lane of its own.
const DESTINATIONS: usize = 50;

impl Administered for Destination {
    const PERMISSION: Permission = Permission::ManageWorkspace;

    fn all(directory: &Directory) -> &BTreeMap<Self::Id, Self> {
        &directory.destinations
    }

    fn is_found_by(&self, sought: &Sought) -> bool {
        sought.is_in(&self.name) || sought.is_in(&self.url)
    }

    fn check(&mut self, id: DestinationId, old: Option<&Self>, directory: &Directory, _: &SignedInAgent, _: Timestamp) -> Result<()> {
        own_name::<Self>(&mut self.name, id, directory)?;
        if old.is_none() && directory.destinations.len() >= DESTINATIONS {
            return Err(ErrorKind::Conflict("there are as many destinations as can be kept: remove one first").into());
        }
        if old.is_some_and(|old| old.kind != self.kind) {
            return Err(Error::invalid("kind", "it cannot be changed: make another destination"));
        }
        self.url = self.url.trim().to_owned();
        let rest = self.url.strip_prefix("https://").or_else(|| self.url.strip_prefix("http://"));
        let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).filter(|host| !host.is_empty() && !host.contains('@'));
        let plain = self.url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte));
        if host.is_none() || !plain || self.url.len() > text_limits::TECHNICAL_CHARACTERS {
            return Err(Error::invalid("url", "it must be an address such as https://hooks.example.com/chat"));
        }
        self.events.sort_unstable();
        self.events.dedup();
        if self.events.is_empty() {
            return Err(Error::invalid("events", "say which events it is told"));
        }
        within("keep_days", self.keep_days.into(), 1, 365)
    }

    fn may_be_removed(&self, _: DestinationId, _: &Directory, _: &SignedInAgent) -> Result<()> {
        Ok(())
    }
}
