//! Pasted text, and where each of its bytes came from: escapes can be undone and offsets still point into what was pasted.

/// Text with the offset in the paste of each of its bytes.
#[derive(Clone)]
pub(super) struct Text {
    chars: String,
    origins: Vec<u32>,
}

/// The longest character reference that is looked for: the longest name that HTML has is 33.
const ENTITY: usize = 40;

impl Text {
    /// The paste itself. It is at most [`super::LIMIT`] long, so its offsets fit.
    pub(super) fn pasted(text: &str) -> Self {
        Self { chars: text.to_owned(), origins: (0..u32::try_from(text.len()).unwrap_or(u32::MAX)).collect() }
    }

    fn with_capacity(bytes: usize) -> Self {
        Self { chars: String::with_capacity(bytes), origins: Vec::with_capacity(bytes) }
    }

    fn push(&mut self, text: &str, origin: u32) {
        self.chars.push_str(text);
        self.origins.resize(self.chars.len(), origin);
    }

    fn push_char(&mut self, c: char, origin: u32) {
        self.push(c.encode_utf8(&mut [0; 4]), origin);
    }

    pub(super) fn as_str(&self) -> &str {
        &self.chars
    }

    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    /// Where the byte at `at` stood in the paste.
    pub(super) fn origin(&self, at: usize) -> usize {
        self.origins.get(at).or(self.origins.last()).map_or(0, |origin| *origin as usize)
    }

    /// A part of it. `start` and `end` lie between characters.
    pub(super) fn part(&self, start: usize, end: usize) -> Self {
        Self { chars: self.chars[start..end].to_owned(), origins: self.origins[start..end].to_vec() }
    }

    /// With HTML's character references read, as a browser reads them in attributes and in text.
    pub(super) fn without_entities(&self) -> Self {
        let mut out = Self::with_capacity(self.len());
        let mut at = 0;
        while let Some(next) = self.chars[at..].find('&').map(|next| at + next) {
            self.copy(&mut out, at, next);
            let rest = &self.chars.as_bytes()[next + 1..];
            let name = rest.iter().take(ENTITY).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'#').count();
            let ends = rest.get(name) == Some(&b';');
            at = next + 1 + name + usize::from(ends);
            let written = &self.chars[next..at];
            if ends {
                out.push(&html_escape::decode_html_entities(written), self.origins[next]);
            } else {
                self.copy(&mut out, next, at);
            }
        }
        self.copy(&mut out, at, self.len());
        out
    }

    /// With the escapes of JSON and of JavaScript's strings read. What is no escape stays.
    pub(super) fn without_escapes(&self) -> Self {
        let mut out = Self::with_capacity(self.len());
        let mut at = 0;
        while let Some(next) = self.chars[at..].find('\\').map(|next| at + next) {
            self.copy(&mut out, at, next);
            let origin = self.origins[next];
            let after = self.chars[next + 1..].chars().next();
            at = next + 1 + after.map_or(0, char::len_utf8);
            match after {
                Some('u') => match self.hex(at, 4) {
                    Some(c) => {
                        out.push_char(c, origin);
                        at += 4;
                    }
                    None => self.copy(&mut out, next, at),
                },
                Some('x') => match self.hex(at, 2) {
                    Some(c) => {
                        out.push_char(c, origin);
                        at += 2;
                    }
                    None => self.copy(&mut out, next, at),
                },
                Some('n' | 'r') => out.push("\n", origin),
                Some('t') => out.push("\t", origin),
                // A line that is continued.
                Some('\n') => {}
                Some(other) => out.push_char(other, origin),
                None => out.push("\\", origin),
            }
        }
        self.copy(&mut out, at, self.len());
        out
    }

    /// With `%27` and its like read, in links that are scripts.
    pub(super) fn without_percent(&self) -> Self {
        let mut out = Self::with_capacity(self.len());
        let mut at = 0;
        while let Some(next) = self.chars[at..].find('%').map(|next| at + next) {
            self.copy(&mut out, at, next);
            match self.hex(next + 1, 2) {
                Some(c) if c.is_ascii() => {
                    out.push_char(c, self.origins[next]);
                    at = next + 3;
                }
                _ => {
                    self.copy(&mut out, next, next + 1);
                    at = next + 1;
                }
            }
        }
        self.copy(&mut out, at, self.len());
        out
    }

    fn hex(&self, at: usize, digits: usize) -> Option<char> {
        let text = self.chars.get(at..at + digits)?;
        if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        // Half of a pair stands for nothing that could be in an id or an address.
        u32::from_str_radix(text, 16).ok().map(|code| char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn copy(&self, out: &mut Self, start: usize, end: usize) {
        out.chars.push_str(&self.chars[start..end]);
        out.origins.extend_from_slice(&self.origins[start..end]);
    }
}
