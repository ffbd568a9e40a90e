//! Versions of the API, and what its roots say (1.3).

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::Error;

/// Where the data API begins.
pub const ROOT: &str = "/services/data";

/// One of the versions that are spoken, as `v66.0` in an address. `Display` is that form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// Summer '14; those before are retired (1.1).
    pub const FIRST: Self = Self(31);
    /// Winter '27.
    pub const LATEST: Self = Self(68);

    /// The version with this number.
    pub fn new(number: u8) -> Option<Self> {
        (Self::FIRST.0..=Self::LATEST.0).contains(&number).then_some(Self(number))
    }

    /// `v66.0`. A version that was retired is answered as such, anything else as an address that there is not.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let number = text.strip_prefix('v').and_then(|rest| rest.strip_suffix(".0")).ok_or_else(Error::not_found)?;
        if number.starts_with('0') || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::not_found());
        }
        match number.parse::<u8>() {
            Ok(number) if number < Self::FIRST.0 => Err(Error::unsupported_version()),
            Ok(number) => Self::new(number).ok_or_else(Error::not_found),
            Err(_) => Err(Error::not_found()),
        }
    }

    /// Every one, the oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (Self::FIRST.0..=Self::LATEST.0).map(Self)
    }

    /// 66
    pub fn number(self) -> u8 {
        self.0
    }

    /// When it came: three a year, Winter's with the number of the next.
    pub fn label(self) -> String {
        const SEASONS: [&str; 3] = ["Winter", "Spring", "Summer"];
        // Version 29 was Winter '14.
        let releases = usize::from(self.0) - 29;
        format!("{} '{}", SEASONS[releases % 3], 14 + releases / 3)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v{}.0", self.0)
    }
}

/// One line of what `GET /services/data` answers.
impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("label", &self.label())?;
        map.serialize_entry("url", &format_args!("{ROOT}/{self}"))?;
        map.serialize_entry("version", &format_args!("{}.0", self.0))?;
        map.end()
    }
}

/// What `GET /services/data/v66.0` answers: the resources that are offered, each with its path, and who asks.
#[derive(Clone, Copy, Debug)]
pub struct Resources<'a> {
    /// In which version.
    pub version: Version,
    /// Names of resources directly below the version: `sobjects`, `query`.
    pub offered: &'a [&'a str],
    /// The whole address of the caller's identity.
    pub identity: &'a str,
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.offered.len() + 1))?;
        for name in self.offered {
            map.serialize_entry(name, &format_args!("{ROOT}/{}/{name}", self.version))?;
        }
        map.serialize_entry("identity", self.identity)?;
        map.end()
    }
}
