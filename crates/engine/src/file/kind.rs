//! What a file is, judged by its content alone: names and what senders say of the type are not believed.

/// Bytes of the beginning that are looked at. The types that need most are told by the first 4 KiB.
const HEAD: usize = 8 * 1024;

/// What is neither known by its beginning nor text.
pub(super) const UNKNOWN: &str = "application/octet-stream";
/// What is text from beginning to end.
pub(super) const TEXT: &str = "text/plain";

/// Judges a file while it passes.
#[derive(Debug)]
pub(super) struct Judge {
    head: Vec<u8>,
    /// By its beginning; none while that is not whole, and for what nothing is known of.
    known: Option<&'static str>,
    looked: bool,
    text: Utf8,
}

impl Judge {
    pub(super) fn new() -> Self {
        Self { head: Vec::new(), known: None, looked: false, text: Utf8::default() }
    }

    /// Takes the next bytes in. Tells the type as soon as it cannot become another one.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<&'static str> {
        if self.looked && self.known.is_some() {
            return self.known;
        }
        self.text.push(bytes);
        if !self.looked {
            let room = HEAD - self.head.len();
            self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
            if self.head.len() == HEAD {
                self.look();
            }
        }
        match self.known {
            Some(known) => Some(known),
            None if self.looked && self.text.broken => Some(UNKNOWN),
            None => None,
        }
    }

    /// The type, when all bytes have passed.
    pub(super) fn finish(mut self) -> &'static str {
        if !self.looked {
            self.look();
        }
        match self.known {
            Some(known) => known,
            None if self.text.is_whole() => TEXT,
            None => UNKNOWN,
        }
    }

    fn look(&mut self) {
        self.looked = true;
        self.known = infer::get(&self.head).map(|found| match found.mime_type() {
            // The library knows only the brands of HEVC, which are HEIC's.
            "image/heif" => "image/heic",
            other => other,
        });
        self.head = Vec::new();
    }
}

/// Whether bytes that come in pieces are UTF-8 without NUL.
#[derive(Debug, Default)]
struct Utf8 {
    /// The beginning of a character whose rest is in the next piece.
    open: Vec<u8>,
    broken: bool,
}

impl Utf8 {
    fn push(&mut self, mut bytes: &[u8]) {
        if self.broken {
            return;
        }
        self.broken = bytes.contains(&0);
        // A character has at most four bytes: those that it lacks are at most three.
        while !self.open.is_empty() && !self.broken {
            let [first, rest @ ..] = bytes else { return };
            self.open.push(*first);
            bytes = rest;
            match std::str::from_utf8(&self.open) {
                Ok(_) => self.open.clear(),
                Err(error) => self.broken = error.error_len().is_some(),
            }
        }
        match std::str::from_utf8(bytes) {
            Ok(_) => {}
            Err(error) if error.error_len().is_none() => self.open = bytes[error.valid_up_to()..].to_vec(),
            Err(_) => self.broken = true,
        }
    }

    fn is_whole(&self) -> bool {
        !self.broken && self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn judged(content: &[u8], piece: usize) -> &'static str {
        let mut judge = Judge::new();
        for piece in content.chunks(piece) {
            judge.push(piece);
        }
        judge.finish()
    }

    #[test]
    fn content_tells_the_type() {
        let long = "ä€🐙\r\n".repeat(10_000);
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        for (content, mime) in [
            (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "image/png"),
            (b"\xff\xd8\xff\xe0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (heic, "image/heic"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"MZ\x90\0\x03", "application/vnd.microsoft.portable-executable"),
            (b"<!DOCTYPE html><html>", "text/html"),
            (b"<?xml version=\"1.0\"?><svg/>", "text/xml"),
            (long.as_bytes(), TEXT),
            (b"", TEXT),
            (b"a,b\n1,2\n", TEXT),
            (b"with a \0 in it", UNKNOWN),
            (b"latin \xe9", UNKNOWN),
            (b"cut \xe2\x82", UNKNOWN),
        ] {
            for piece in [1, 3, 1_000_000] {
                assert_eq!(judged(content, piece), mime, "{} by {piece}", String::from_utf8_lossy(&content[..content.len().min(20)]));
            }
        }
    }

    #[test]
    fn what_cannot_become_text_any_more_is_told_early() {
        let mut judge = Judge::new();
        assert_eq!(judge.push(&[b'a'; HEAD]), None);
        assert_eq!(judge.push(b"\xff"), Some(UNKNOWN));
        let mut judge = Judge::new();
        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        png.resize(HEAD, 0);
        assert_eq!(judge.push(&png), Some("image/png"));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(content in proptest::collection::vec(any::<u8>(), 0..40), text in ".{0,20}", piece in 1usize..9) {
            prop_assert_eq!(judged(&content, piece), judged(&content, usize::MAX));
            prop_assert_eq!(judged(text.as_bytes(), piece), judged(text.as_bytes(), usize::MAX));
            let mut utf8 = Utf8::default();
            content.chunks(piece).for_each(|piece| utf8.push(piece));
            prop_assert_eq!(utf8.is_whole(), std::str::from_utf8(&content).is_ok() && !content.contains(&0));
        }
    }
}
