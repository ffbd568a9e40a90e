//! How long texts may be, and which characters are kept.
//!
//! Two kinds of text come in: lines (names, labels, reasons) and texts (messages, notes). No stored text holds a NUL or another control
//! character, since PostgreSQL refuses NUL and the rest does harm in terminals, logs and files. Content is never shortened without saying so.

use std::borrow::Cow;

/// A message, in bytes. The old service took 4,000 characters and more; a hand-over sends a whole bot conversation as one message.
pub const MESSAGE_BYTES: usize = 64 * 1024;
/// A visitor's draft, in bytes: only its beginning is shown.
pub const DRAFT_BYTES: usize = 8 * 1024;
/// A person's, button's, queue's, skill's or role's name, in characters.
pub const NAME_CHARACTERS: usize = 255;
/// A label, a field's or entity's name, a reason, in characters.
pub const LABEL_CHARACTERS: usize = 255;
/// A user agent, an address of a page, in characters.
pub const TECHNICAL_CHARACTERS: usize = 2_048;

/// Why a text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextProblem {
    /// Nothing that can be seen is in it.
    #[error("it is empty")]
    Empty,
    /// Too many characters.
    #[error("it has {got} characters, at most {most} are allowed")]
    TooManyCharacters {
        /// How many it has.
        got: usize,
        /// How many it may have.
        most: usize,
    },
    /// Too many bytes.
    #[error("it has {got} bytes, at most {most} are allowed")]
    TooManyBytes {
        /// How many it has.
        got: usize,
        /// How many it may have.
        most: usize,
    },
}

/// Control characters, the noncharacters that some text tools choke on, and the line and paragraph separators.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Characters that change the direction of what stands around them, or hide themselves: with them one name can look like another.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{61C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Text as it may be stored: without control characters but for tab, line feed and carriage return. Borrowed when nothing had to go.
pub fn storable(text: &str) -> Cow<'_, str> {
    let goes = |c: char| is_control(c) && !matches!(c, '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}');
    if text.contains(goes) { Cow::Owned(text.replace(goes, "")) } else { Cow::Borrowed(text) }
}

/// A message or note as it is stored. Empty is allowed: old clients send it, and whoever asks decides.
pub fn text(text: &str, most_bytes: usize) -> Result<Cow<'_, str>, TextProblem> {
    let kept = storable(text);
    if kept.len() > most_bytes { Err(TextProblem::TooManyBytes { got: kept.len(), most: most_bytes }) } else { Ok(kept) }
}

/// A name or label that a person gives to a thing: one line, spaces trimmed and single, without characters that cannot be seen; not empty.
pub fn line(text: &str, most_characters: usize) -> Result<String, TextProblem> {
    let kept = one_line(text);
    let got = kept.chars().count();
    if kept.is_empty() {
        Err(TextProblem::Empty)
    } else if got > most_characters {
        Err(TextProblem::TooManyCharacters { got, most: most_characters })
    } else {
        Ok(kept)
    }
}

/// The same for what a client says about itself (user agent, language, a visitor's name): shortened instead of refused; `None` when empty.
pub fn shortened_line(text: &str, most_characters: usize) -> Option<String> {
    // More than this cannot matter, and need not be looked at.
    let kept = one_line(&text.chars().take(most_characters.saturating_mul(4)).collect::<String>());
    let short: String = kept.chars().take(most_characters).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

fn one_line(text: &str) -> String {
    let visible: String = text.chars().filter(|c| !is_invisible(*c)).map(|c| if is_control(c) { ' ' } else { c }).collect();
    let mut kept = String::with_capacity(visible.len());
    for word in visible.split_whitespace() {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_lose_what_cannot_be_seen() {
        assert_eq!(line("  Ana\u{202E}\r\n Maria\u{0}\t ", 255), Ok("Ana Maria".to_owned()));
        assert_eq!(line("\u{200B}\n", 255), Err(TextProblem::Empty));
        assert_eq!(line("abc", 2), Err(TextProblem::TooManyCharacters { got: 3, most: 2 }));
        assert_eq!(line("👩‍👩‍👧", 5).as_deref(), Ok("👩‍👩‍👧"), "joined emoji stay whole");
    }

    #[test]
    fn messages_keep_lines_and_lose_control_characters() {
        assert_eq!(text("a\r\n\tb\u{0}\u{1b}[31m", 100).as_deref(), Ok("a\r\n\tb[31m"));
        assert!(matches!(text("plain", 100), Ok(Cow::Borrowed("plain"))));
        assert_eq!(text("éé", 3), Err(TextProblem::TooManyBytes { got: 4, most: 3 }));
        assert_eq!(text("", 3).as_deref(), Ok(""));
    }

    #[test]
    fn what_clients_say_about_themselves_is_shortened() {
        assert_eq!(shortened_line(&"é ".repeat(1_000), 10).as_deref(), Some("é é é é é"));
        assert_eq!(shortened_line(" \u{0} ", 10), None);
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(dirty in any::<String>()) {
            let once = storable(&dirty).into_owned();
            prop_assert!(!once.contains('\0'));
            prop_assert!(matches!(storable(&once), Cow::Borrowed(_)));
            if let Ok(name) = line(&dirty, 10_000) {
                prop_assert_eq!(line(&name, 10_000), Ok(name.clone()));
                prop_assert!(!name.contains(|c: char| c.is_control() || is_invisible(c)));
            }
        }
    }
}
