//! The text of a session key: `{id}!{epoch milliseconds}!{base64 of a 20-byte MAC}` (1.4). Making and verifying the MAC is the
//! server's business. Clients treat a key as opaque but for its id.

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::alphabet::URL_SAFE as URL_SAFE_ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE};
use percent_encoding::percent_decode_str;

/// Longest text that is looked at; our own keys have 79 characters.
const MAX_LENGTH: usize = 256;

/// The parts of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey<'a> {
    /// The session's id, which must equal `id` of SessionId.
    pub id: Cow<'a, str>,
    /// When the session began, in epoch milliseconds.
    pub millis: u64,
    /// What proves that the server made the key.
    pub mac: [u8; 20],
}

/// The text is no key of this form. It says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the session key is malformed")]
pub struct KeyError;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE_ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent).with_decode_allow_trailing_bits(false),
);

impl<'a> SessionKey<'a> {
    /// Reads a key, raw or percent-encoded, its MAC in either base64 alphabet, padded or not (1.4).
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn parse(text: &'a str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.len() > MAX_LENGTH {
            return Err(KeyError);
        }
        if !text.contains('%') {
            let (id, millis, mac) = split(text)?;
            return Ok(Self { id: Cow::Borrowed(id), millis, mac });
        }
        let text = percent_decode_str(text).decode_utf8().map_err(|_| KeyError)?;
        let (id, millis, mac) = split(&text)?;
        Ok(Self { id: Cow::Owned(id.to_owned()), millis, mac })
    }

    /// The same key with an id of its own.
    pub fn into_owned(self) -> SessionKey<'static> {
        SessionKey { id: Cow::Owned(self.id.into_owned()), millis: self.millis, mac: self.mac }
    }
}

fn split(text: &str) -> Result<(&str, u64, [u8; 20]), KeyError> {
    let mut parts = text.splitn(3, '!');
    let (Some(id), Some(millis), Some(mac)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(KeyError);
    };
    if id.is_empty() || !millis.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(KeyError);
    }
    let millis = millis.parse().map_err(|_| KeyError)?;
    Ok((id, millis, decode_mac(mac)?))
}

fn decode_mac(text: &str) -> Result<[u8; 20], KeyError> {
    // 20 bytes are 27 characters and one `=`.
    let mut urlsafe = [0; 28];
    let source = text.as_bytes();
    let target = urlsafe.get_mut(..source.len()).ok_or(KeyError)?;
    for (target, source) in target.iter_mut().zip(source) {
        *target = match source {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        };
    }
    // One byte more than is used: the decoder asks for room for what it cannot yet rule out.
    let mut bytes = [0; 21];
    if LENIENT.decode_slice(&*target, &mut bytes) != Ok(20) {
        return Err(KeyError);
    }
    bytes.first_chunk().copied().ok_or(KeyError)
}

impl fmt::Display for SessionKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}!{}!{}", self.id, self.millis, URL_SAFE.encode(self.mac))
    }
}

impl fmt::Debug for SessionKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey([redacted])")
    }
}

/// The id within any key text, also one of another server: the part before the first `!`, which clients send as `chatKey` (1.4).
pub fn chat_key(key: &str) -> &str {
    key.split('!').next().unwrap_or_default()
}
