//! Salesforce ids: 15 case-sensitive characters, or 18 with a suffix that encodes the case (1.4, 2.2).

use std::fmt;
use std::str::FromStr;

/// An id; its identity is the 15-character form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id([u8; 15]);

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Neither 15 nor 18 characters.
    #[error("an id has 15 or 18 characters")]
    Length,
    /// A character other than an ASCII letter or digit.
    #[error("an id has only letters and digits")]
    Character,
    /// The last 3 of 18 characters do not fit the first 15.
    #[error("the last three characters of the id do not fit the others")]
    Checksum,
}

const SUFFIX: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

impl Id {
    /// Reads 15 or 18 characters. The suffix is not verified, because identity rests on the first 15 (2.2).
    ///
    /// # Errors
    /// [`IdError::Length`], [`IdError::Character`].
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let bytes = text.as_bytes();
        if bytes.len() != 15 && bytes.len() != 18 {
            return Err(IdError::Length);
        }
        if !bytes.iter().all(u8::is_ascii_alphanumeric) {
            return Err(IdError::Character);
        }
        let (identity, _) = bytes.split_first_chunk::<15>().ok_or(IdError::Length)?;
        Ok(Self(*identity))
    }

    /// As [`Id::parse`], and the suffix of an 18-character form must fit. For ids that a person typed.
    ///
    /// # Errors
    /// Any [`IdError`].
    pub fn parse_checked(text: &str) -> Result<Self, IdError> {
        let id = Self::parse(text)?;
        match text.get(15..) {
            Some(suffix) if !suffix.is_empty() && suffix.as_bytes() != id.suffix() => Err(IdError::Checksum),
            _ => Ok(id),
        }
    }

    /// The 15-character form.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("an id holds ASCII letters and digits only")
    }

    /// The three characters that make the 18-character form.
    pub fn suffix(&self) -> [u8; 3] {
        let mut suffix = [b'A'; 3];
        for (group, out) in self.0.chunks_exact(5).zip(&mut suffix) {
            let bits = group.iter().enumerate().fold(0, |bits, (index, byte)| bits | (usize::from(byte.is_ascii_uppercase()) << index));
            *out = SUFFIX[bits];
        }
        suffix
    }

    /// The 18-character form.
    pub fn to_18(&self) -> String {
        let mut text = String::with_capacity(18);
        text.push_str(self.as_str());
        text.extend(self.suffix().map(char::from));
        text
    }

    /// What the first three characters say the id names.
    pub fn kind(&self) -> IdKind {
        match &self.0[..3] {
            b"00D" => IdKind::Organization,
            b"572" => IdKind::Deployment,
            b"573" => IdKind::Button,
            b"005" => IdKind::Agent,
            b"0Bz" => IdKind::AgentWork,
            b"0N5" => IdKind::PresenceStatus,
            b"0GO" => IdKind::SensitiveDataRule,
            _ => IdKind::Other,
        }
    }
}

/// The kinds of id that the protocol uses (vocabulary of liveagent.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdKind {
    /// `00D`
    Organization,
    /// `572`
    Deployment,
    /// `573`
    Button,
    /// `005`
    Agent,
    /// `0Bz`
    AgentWork,
    /// `0N5`
    PresenceStatus,
    /// `0GO`
    SensitiveDataRule,
    /// Anything else.
    Other,
}

impl FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({})", self.as_str())
    }
}

/// The identity of any id text: the first 15 characters of an 18-character Salesforce id, else the text itself.
pub fn identity(text: &str) -> &str {
    let text = text.trim();
    if text.len() == 18 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) { &text[..15] } else { text }
}
