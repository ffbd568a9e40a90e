//! Record ids and their prefixes (1.15).

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The digits of a counter, in the order of their ASCII codes: later ids sort after earlier ones.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What a check character says of five others: bit `i` is set when the `i`th is a capital.
const CHECKS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
/// Without the check characters.
const SHORT: usize = 15;
/// With them.
const LONG: usize = 18;

/// A record's id: three characters of prefix, three of instance, nine of a counter, and three that check the case of the others.
///
/// `Display` and JSON are the long form; both forms are read (1.15). Ids are ordered as they were given out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id([u8; SHORT]);

/// A text that is no id: of another length, with other characters than letters and digits, or with wrong check characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl Id {
    /// How many records of one object an instance can number.
    pub const MAX_COUNTER: u64 = 62u64.pow(9) - 1;

    /// The id of the record with this number, up to [`Self::MAX_COUNTER`].
    pub fn numbered(prefix: KeyPrefix, instance: Instance, counter: u64) -> Option<Self> {
        if counter > Self::MAX_COUNTER {
            return None;
        }
        let mut id = [b'0'; SHORT];
        id[..3].copy_from_slice(&prefix.0);
        id[3..6].copy_from_slice(&instance.0);
        write_digits(&mut id[6..], counter);
        Some(Self(id))
    }

    /// 15 or 18 characters. Of 18, the last three must be right, in any case (1.15).
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let bytes = text.as_bytes();
        if !matches!(bytes.len(), SHORT | LONG) || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Malformed);
        }
        let mut id = [0; SHORT];
        id.copy_from_slice(&bytes[..SHORT]);
        let id = Self(id);
        (bytes.len() == SHORT || bytes[SHORT..].eq_ignore_ascii_case(&id.checks())).then_some(id).ok_or(Malformed)
    }

    /// 18 characters whose case was lost, as spreadsheets do it: the check characters say which letters are capitals (1.15).
    pub fn restore(text: &str) -> Result<Self, Malformed> {
        let bytes = text.as_bytes();
        if bytes.len() != LONG || !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(Malformed);
        }
        let mut id = [0; SHORT];
        for (group, &check) in bytes[SHORT..].iter().enumerate() {
            let bits = CHECKS.iter().position(|known| *known == check.to_ascii_uppercase()).ok_or(Malformed)?;
            for place in 0..5 {
                let byte = bytes[group * 5 + place];
                let capital = bits >> place & 1 == 1;
                id[group * 5 + place] = if capital { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() };
            }
        }
        // A digit is no capital: a check that says so belongs to another id.
        let id = Self(id);
        bytes[SHORT..].eq_ignore_ascii_case(&id.checks()).then_some(id).ok_or(Malformed)
    }

    /// Which object the record is of.
    pub fn prefix(self) -> KeyPrefix {
        KeyPrefix([self.0[0], self.0[1], self.0[2]])
    }

    /// Who gave it out.
    pub fn instance(self) -> Instance {
        Instance([self.0[3], self.0[4], self.0[5]])
    }

    /// Which record of the object it is.
    pub fn counter(self) -> u64 {
        read_digits(&self.0[6..])
    }

    /// The short form, as an access token begins with it (1.2).
    pub fn short(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an id is letters and digits")
    }

    /// The long form's last three.
    fn checks(self) -> [u8; 3] {
        let mut checks = [0; 3];
        for (check, group) in checks.iter_mut().zip(self.0.chunks(5)) {
            let bits = group.iter().enumerate().fold(0, |bits, (place, byte)| bits | usize::from(byte.is_ascii_uppercase()) << place);
            *check = CHECKS[bits];
        }
        checks
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.short())?;
        f.write_str(std::str::from_utf8(&self.checks()).expect("checks are letters and digits"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Id {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Self::parse(text)
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a record id of 15 or 18 characters")
    }
}

impl std::error::Error for Malformed {}

/// The first three characters of the ids of one object. Which object has which is data: `keyPrefix` of its describe result (1.15).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPrefix([u8; 3]);

impl KeyPrefix {
    /// Of an organisation, whose id begins every access token (1.2).
    pub const ORGANIZATION: Self = Self(*b"00D");
    /// Of a user, the last part of an identity's address (1.2).
    pub const USER: Self = Self(*b"005");
    /// Of a query's cursor (1.7).
    pub const QUERY_LOCATOR: Self = Self(*b"01g");
    /// Of a record type; each object has one without a record, see [`MASTER_RECORD_TYPE`].
    pub const RECORD_TYPE: Self = Self(*b"012");
    /// Of an assignment rule, which `Sforce-Auto-Assign` may name (1.13).
    pub const ASSIGNMENT_RULE: Self = Self(*b"01Q");
    /// How many custom objects can have a prefix.
    pub const CUSTOM: u16 = 62 * 62;

    /// Three letters or digits.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        three(text).map(Self)
    }

    /// Of the custom object with this number, from 0 up to [`Self::CUSTOM`]: `a00`, `a01` …
    pub fn custom(number: u16) -> Option<Self> {
        let mut prefix = *b"a00";
        write_digits(&mut prefix[1..], u64::from(number));
        (number < Self::CUSTOM).then_some(Self(prefix))
    }

    /// The three characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a prefix is letters and digits")
    }
}

/// The next three characters: an organisation's own, so that ids of two organisations differ.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Instance([u8; 3]);

impl Instance {
    /// Three letters or digits.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        three(text).map(Self)
    }

    /// The three characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an instance is letters and digits")
    }
}

/// The record type *Master*, which every object has (1.12, recorded).
pub const MASTER_RECORD_TYPE: Id = Id(*b"012000000000000");

macro_rules! prints_its_characters {
    ($($name:ident)*) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    )* };
}

prints_its_characters! { KeyPrefix Instance }

impl Serialize for KeyPrefix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn three(text: &str) -> Result<[u8; 3], Malformed> {
    let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| Malformed)?;
    bytes.iter().all(u8::is_ascii_alphanumeric).then_some(bytes).ok_or(Malformed)
}

/// Fills a field of digits from its right end.
fn write_digits(field: &mut [u8], mut number: u64) {
    for digit in field.iter_mut().rev() {
        *digit = DIGITS[(number % 62) as usize];
        number /= 62;
    }
}

fn read_digits(field: &[u8]) -> u64 {
    field.iter().fold(0, |number, digit| {
        let value = DIGITS.binary_search(digit).expect("an id is letters and digits");
        number * 62 + value as u64
    })
}
