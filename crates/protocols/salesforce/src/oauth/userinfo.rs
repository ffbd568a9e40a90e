//! Who a token is of (1.2).

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::{Id, id::KeyPrefix};

/// The address of a user: `https://login.salesforce.com/id/00Dxx0000001gEFEAY/005xx000001SwiUAAS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// Of the server, without a slash behind it.
    pub base: &'a str,
    /// Which organisation.
    pub organization: Id,
    /// Which user of it.
    pub user: Id,
}

impl<'a> Identity<'a> {
    /// From a whole address, of whose path the last two parts count.
    pub fn parse(address: &'a str) -> Option<Self> {
        let (rest, user) = address.rsplit_once('/')?;
        let (rest, organization) = rest.rsplit_once('/')?;
        let of = |text, prefix| Id::parse(text).ok().filter(|id| id.prefix() == prefix);
        let (organization, user) = (of(organization, KeyPrefix::ORGANIZATION)?, of(user, KeyPrefix::USER)?);
        Some(Self { base: rest.strip_suffix("/id")?, organization, user })
    }
}

impl fmt::Display for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/id/{}/{}", self.base, self.organization, self.user)
    }
}

/// What `GET /services/oauth2/userinfo` answers.
#[derive(Clone, Copy)]
pub struct UserInfo<'a> {
    /// Who it is.
    pub identity: Identity<'a>,
    /// Where the data API is, without a slash behind it.
    pub instance_url: &'a str,
    /// The name to sign in with.
    pub username: &'a str,
    /// The name among others.
    pub nickname: &'a str,
    /// The whole name.
    pub name: &'a str,
    /// First name.
    pub given_name: Option<&'a str>,
    /// Last name.
    pub family_name: &'a str,
    /// Address of e-mail, if one is known.
    pub email: Option<&'a str>,
    /// Whether the user showed that it is theirs.
    pub email_verified: bool,
    /// IANA's name of the zone.
    pub zoneinfo: &'a str,
    /// Minutes that the zone's standard time is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// `en_US`
    pub language: &'a str,
    /// `en_US`
    pub locale: &'a str,
    /// `STANDARD`
    pub user_type: &'a str,
    /// Whether the user may sign in.
    pub active: bool,
    /// Of the user's record.
    pub updated_at: Timestamp,
}

impl fmt::Debug for UserInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UserInfo({})", self.identity.user)
    }
}

impl Serialize for UserInfo<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { identity, instance_url, .. } = self;
        let urls = Urls { instance_url, identity: *identity };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("sub", &format_args!("{identity}"))?;
        map.serialize_entry("user_id", &identity.user)?;
        map.serialize_entry("organization_id", &identity.organization)?;
        map.serialize_entry("preferred_username", self.username)?;
        map.serialize_entry("nickname", self.nickname)?;
        map.serialize_entry("name", self.name)?;
        map.serialize_entry("email", &self.email)?;
        map.serialize_entry("email_verified", &self.email_verified)?;
        map.serialize_entry("given_name", &self.given_name)?;
        map.serialize_entry("family_name", self.family_name)?;
        map.serialize_entry("zoneinfo", self.zoneinfo)?;
        map.serialize_entry("profile", &format_args!("{instance_url}/{}", identity.user))?;
        map.serialize_entry("urls", &urls)?;
        map.serialize_entry("active", &self.active)?;
        map.serialize_entry("user_type", self.user_type)?;
        map.serialize_entry("language", self.language)?;
        map.serialize_entry("locale", self.locale)?;
        map.serialize_entry("utcOffset", &(i64::from(self.utc_offset_minutes) * 60_000))?;
        map.serialize_entry("updated_at", &format_args!("{:.0}", self.updated_at))?;
        map.end()
    }
}

/// The same, as the address of a user answers it: other names for nearly the same things.
#[derive(Clone, Copy, Debug)]
pub struct IdentityAnswer<'a>(pub UserInfo<'a>);

impl Serialize for IdentityAnswer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(info) = self;
        let UserInfo { identity, instance_url, .. } = info;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &format_args!("{identity}"))?;
        // Who asks is who is asked for: others are not told of.
        map.serialize_entry("asserted_user", &true)?;
        map.serialize_entry("user_id", &identity.user)?;
        map.serialize_entry("organization_id", &identity.organization)?;
        map.serialize_entry("username", info.username)?;
        map.serialize_entry("nick_name", info.nickname)?;
        map.serialize_entry("display_name", info.name)?;
        map.serialize_entry("email", &info.email)?;
        map.serialize_entry("email_verified", &info.email_verified)?;
        map.serialize_entry("first_name", &info.given_name)?;
        map.serialize_entry("last_name", info.family_name)?;
        map.serialize_entry("timezone", info.zoneinfo)?;
        map.serialize_entry("urls", &Urls { instance_url, identity: *identity })?;
        map.serialize_entry("active", &info.active)?;
        map.serialize_entry("user_type", info.user_type)?;
        map.serialize_entry("language", info.language)?;
        map.serialize_entry("locale", info.locale)?;
        map.serialize_entry("utcOffset", &(i64::from(info.utc_offset_minutes) * 60_000))?;
        map.serialize_entry("last_modified_date", &format_args!("{:.0}", info.updated_at))?;
        map.serialize_entry("is_app_installed", &true)?;
        map.end()
    }
}

/// Addresses in which a client puts a version for `{version}`.
struct Urls<'a> {
    instance_url: &'a str,
    identity: Identity<'a>,
}

impl Serialize for Urls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { instance_url, identity } = self;
        let mut map = serializer.serialize_map(None)?;
        for (name, path) in [("rest", ""), ("sobjects", "sobjects/"), ("query", "query/")] {
            map.serialize_entry(name, &format_args!("{instance_url}/services/data/v{{version}}/{path}"))?;
        }
        map.serialize_entry("profile", &format_args!("{instance_url}/{}", identity.user))?;
        map.serialize_entry("custom_domain", instance_url)?;
        map.end()
    }
}
