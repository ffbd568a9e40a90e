//! Goes through a paste once, as text: markup, the scripts in it, and the text in their strings. Nothing is evaluated.
//!
//! It is a scanner for what people paste and no parser of HTML or JavaScript, since a paste seldom is either: halves of tags, code that lost its
//! quotes' shape in a word processor, templates. Every region is read to its end whatever is in it, each byte a bounded number of times.

use std::ops::Range;

use super::{
    calls::{Call, Frame, Sightings},
    text::Text,
    value::blank,
};

/// How deep text is looked into: comments, strings that hold code, attributes that hold markup.
const DEPTH: u8 = 5;

/// Where the scanner is.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Within a comment of the page or of the script.
    pub(super) commented: bool,
    depth: u8,
}

impl Place {
    pub(super) const TOP: Self = Self { commented: false, depth: 0 };

    fn deeper(self, commented: bool) -> Self {
        Self { commented: self.commented || commented, depth: self.depth + 1 }
    }
}

/// A quote, straight or as word processors set it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quote {
    Double,
    Single,
    Template,
    CurlyDouble,
    CurlySingle,
}

impl Quote {
    fn of(c: char) -> Option<Self> {
        Some(match c {
            '"' => Self::Double,
            '\'' => Self::Single,
            '`' => Self::Template,
            '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' => Self::CurlyDouble,
            '\u{2018}'..='\u{201b}' | '\u{b4}' => Self::CurlySingle,
            _ => return None,
        })
    }

    fn ends_at(self, c: char) -> bool {
        match (self, Self::of(c)) {
            (Self::CurlyDouble, Some(Self::Double)) | (Self::CurlySingle, Some(Self::Single)) => true,
            (_, closing) => closing == Some(self),
        }
    }
}

/// Looks at text that may hold markup, code, or both.
pub(super) fn document(seen: &mut Sightings, text: &Text, range: Range<usize>, place: Place) {
    if place.depth > DEPTH {
        return;
    }
    let part = &text.as_str()[range.clone()];
    let first = part.trim_start_matches(blank);
    if first.starts_with('<') || part.contains("<!--") || find(part, 0, "<script").is_some() {
        markup(seen, text, range, place);
    } else {
        script(seen, text, range, place);
    }
}

/// The first place of a needle in lower case, whatever the case of the text.
fn find(text: &str, from: usize, needle: &str) -> Option<usize> {
    text.as_bytes()[from..].windows(needle.len()).position(|window| window.eq_ignore_ascii_case(needle.as_bytes())).map(|at| from + at)
}

/// Whether code of a snippet may be in this text.
fn telling(text: &str) -> bool {
    ["liveagent", "LiveAgent", "embedded_svc", "embeddedservice", "startChat", "showWhen"].iter().any(|word| text.contains(word))
}

/// Tags, comments, and the text between tags, which is read as code: a paste may lack its `<script>`.
fn markup(seen: &mut Sightings, text: &Text, range: Range<usize>, place: Place) {
    let all = text.as_str();
    let (mut at, end) = (range.start, range.end);
    let mut between = at;
    let mut comments = true;
    let mut closing = [true; 5];
    while let Some(next) = all[at..end].find('<').map(|next| at + next) {
        seen.steps += next - at + 1;
        let rest = &all[next..end];
        let after = rest[1..].chars().next().unwrap_or(' ');
        let comment_end = if comments && rest.starts_with("<!--") { all[next + 4..end].find("-->").map(|to| next + 4 + to) } else { None };
        if let Some(to) = comment_end {
            script(seen, text, between..next, place);
            document(seen, text, next + 4..to, place.deeper(true));
            at = to + 3;
        } else if rest.starts_with("<!--") {
            // Without an end it is none, and no later one has an end either.
            comments = false;
            at = next + 4;
            continue;
        } else if after.is_ascii_alphabetic() || (after == '/' && rest[2..].starts_with(|c: char| c.is_ascii_alphabetic())) {
            script(seen, text, between..next, place);
            let name = rest[1..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b":_-/".contains(byte)).count();
            at = tag(seen, text, next + 1 + name..end, place, &mut closing);
            if rest[1..1 + name].eq_ignore_ascii_case("script") {
                let to = find(&all[..end], at, "</script").unwrap_or(end);
                script(seen, text, at..to, place);
                at = to;
            }
        } else {
            at = next + 1;
            continue;
        }
        between = at;
    }
    script(seen, text, between..end, place);
}

/// The attributes of a tag; where it ends. What could not be in a tag ends it too, so that code such as `a<b;` is read on as code.
fn tag(seen: &mut Sightings, text: &Text, range: Range<usize>, place: Place, closing: &mut [bool; 5]) -> usize {
    let all = &text.as_str()[..range.end];
    let mut at = range.start;
    loop {
        let before = at;
        at += blanks(&all[at..]);
        let Some(c) = all[at..].chars().next() else { return at };
        match c {
            '>' => return at + 1,
            '/' => at += 1,
            c if Quote::of(c).is_some() => at += c.len_utf8(),
            c if c.is_ascii_alphabetic() || "_@:*-".contains(c) => {
                let stops = |c: char| blank(c) || "=></".contains(c) || Quote::of(c).is_some();
                let name_end = all[at..].find(stops).map_or(all.len(), |to| at + to);
                let name = at..name_end;
                at = name_end + blanks(&all[name_end..]);
                if all[at..].starts_with('=') {
                    at += 1;
                    at += blanks(&all[at..]);
                    let (value, next) = attribute_value(seen, all, at, closing);
                    attribute(seen, text, &all[name], value, place);
                    at = next;
                }
            }
            _ => return at,
        }
        seen.steps += at - before;
    }
}

fn blanks(text: &str) -> usize {
    text.find(|c| !blank(c)).unwrap_or(text.len())
}

fn attribute_value(seen: &mut Sightings, all: &str, at: usize, closing: &mut [bool; 5]) -> (Range<usize>, usize) {
    let mut start = at;
    if let Some((c, quote)) = all[at..].chars().next().and_then(|c| Some((c, Quote::of(c)?))) {
        start += c.len_utf8();
        if closing[quote as usize] {
            match all[start..].char_indices().find(|(_, c)| quote.ends_at(*c)) {
                Some((to, c)) => return (start..start + to, start + to + c.len_utf8()),
                // Nothing closes it until the end, so nothing closes a later one.
                None => closing[quote as usize] = false,
            }
            seen.steps += all.len() - start;
        }
    }
    let end = all[start..].find(|c: char| blank(c) || c == '>' || c == '<' || Quote::of(c).is_some()).map_or(all.len(), |to| start + to);
    (start..end, end)
}

fn attribute(seen: &mut Sightings, text: &Text, name: &str, value: Range<usize>, place: Place) {
    let raw = &text.as_str()[value.clone()];
    seen.steps += raw.len();
    if place.depth >= DEPTH || raw.is_empty() {
        return;
    }
    let name = name.to_ascii_lowercase();
    let value = if raw.contains('&') { text.part(value.start, value.end).without_entities() } else { text.part(value.start, value.end) };
    let whole = 0..value.len();
    let shown = value.as_str().trim_start_matches(blank);
    if name.starts_with("data-liveagent-") {
        seen.attribute(&value, place);
    } else if shown.get(..11).is_some_and(|scheme| scheme.eq_ignore_ascii_case("javascript:")) {
        let code = value.without_percent();
        script(seen, &code, 11..code.len(), place.deeper(false));
    } else if name.starts_with("on") {
        script(seen, &value, whole, place.deeper(false));
    } else {
        seen.literal(None, &value, whole.clone(), place);
        if telling(shown) && shown.contains(['(', '<']) {
            document(seen, &value, whole, place.deeper(false));
        }
    }
}

/// Code, or text that may be code: comments, strings, words, brackets.
fn script(seen: &mut Sightings, text: &Text, range: Range<usize>, place: Place) {
    if place.depth > DEPTH {
        return;
    }
    let all = &text.as_str()[..range.end];
    let mut at = range.start;
    let mut stack = Stack::default();
    let mut path = Path::default();
    // Until where it is known that nothing closes a quote of each shape.
    let mut unclosed = [0; 5];
    let mut blocks = true;
    while let Some(c) = all[at..].chars().next() {
        let before = at;
        let rest = &all[at..];
        if blank(c) {
            at += c.len_utf8();
        } else if rest.starts_with("//") && !all[range.start..at].ends_with(':') || rest.starts_with("<!--") || rest.starts_with("-->") {
            let line = rest.find(['\n', '\r']).map_or(all.len(), |to| at + to);
            document(seen, text, at + 2..line, place.deeper(true));
            at = line;
        } else if blocks && rest.starts_with("/*") {
            match all[at + 2..].find("*/").map(|to| at + 2 + to) {
                Some(to) => {
                    document(seen, text, at + 2..to, place.deeper(true));
                    at = to + 2;
                }
                None => {
                    blocks = false;
                    at += 2;
                }
            }
        } else if let Some(quote) = Quote::of(c) {
            let start = at + c.len_utf8();
            let closed = if at < unclosed[quote as usize] { None } else { closes(all, start, quote) };
            match closed {
                Some((to, next)) => {
                    string(seen, &mut stack, text, start..to, quote, place);
                    at = next;
                }
                None => {
                    let known = unclosed[quote as usize];
                    if at >= known {
                        let line = if quote == Quote::Template { None } else { all[start..].find('\n') };
                        unclosed[quote as usize] = line.map_or(all.len(), |to| start + to);
                        seen.steps += unclosed[quote as usize] - start;
                    }
                    at = start;
                }
            }
            path = Path::default();
        } else if c.is_alphanumeric() || c == '_' || c == '$' {
            let to = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).map_or(all.len(), |to| at + to);
            path.word(&all[at..to]);
            stack.word();
            seen.word(text, at..to, place);
            at = to;
        } else {
            match c {
                '(' | '[' | '{' => stack.open(c, if c == '(' { path.call() } else { None }, text.origin(at)),
                ')' | ']' | '}' => stack.close(seen, c, place),
                ',' => stack.comma(),
                '\\' => at += all[at + 1..].chars().next().map_or(0, char::len_utf8),
                _ => {}
            }
            path.mark(c);
            at += c.len_utf8();
        }
        seen.steps += at - before;
    }
    stack.end(seen, place);
}

/// Where a string ends, and what comes after it. Only those of templates go over lines.
fn closes(all: &str, start: usize, quote: Quote) -> Option<(usize, usize)> {
    let mut chars = all[start..].char_indices();
    while let Some((to, c)) = chars.next() {
        match c {
            '\\' => {
                // The break of a line that is continued may be two characters.
                if let Some((_, '\r')) = chars.next()
                    && chars.clone().next().is_some_and(|(_, c)| c == '\n')
                {
                    chars.next();
                }
            }
            '\n' if quote != Quote::Template => return None,
            c if quote.ends_at(c) => return Some((start + to, start + to + c.len_utf8())),
            _ => {}
        }
    }
    None
}

fn string(seen: &mut Sightings, stack: &mut Stack, text: &Text, range: Range<usize>, quote: Quote, place: Place) {
    let raw = &text.as_str()[range.clone()];
    seen.steps += raw.len();
    let read;
    let (text, range) = if raw.contains('\\') {
        read = text.part(range.start, range.end).without_escapes();
        let whole = 0..read.len();
        (&read, whole)
    } else {
        (text, range)
    };
    let shown = &text.as_str()[range.clone()];
    if telling(shown) && shown.contains(['(', '<']) || (quote == Quote::Template && shown.contains('\n')) {
        stack.word();
        document(seen, text, range, place.deeper(false));
    } else {
        seen.literal(stack.owner(), text, range, place);
    }
}

/// The names before a bracket: `window.liveagent.init`.
#[derive(Default)]
struct Path<'t> {
    object: &'t str,
    name: &'t str,
    dotted: bool,
}

impl<'t> Path<'t> {
    fn word(&mut self, word: &'t str) {
        self.object = if self.dotted { self.name } else { "" };
        self.name = word;
        self.dotted = false;
    }

    fn mark(&mut self, c: char) {
        match c {
            '.' => self.dotted = true,
            '?' => {}
            _ => *self = Self::default(),
        }
    }

    fn call(&self) -> Option<Call> {
        Call::of(self.object, self.name)
    }
}

/// The open brackets.
#[derive(Default)]
struct Stack {
    frames: Vec<Frame>,
    /// How many of each shape are open.
    open: [usize; 3],
}

fn shape(c: char) -> usize {
    match c {
        '(' | ')' => 0,
        '[' | ']' => 1,
        _ => 2,
    }
}

impl Stack {
    fn open(&mut self, c: char, call: Option<Call>, offset: usize) {
        let parent = self.frames.len().checked_sub(1);
        let owner = if call.is_some() { Some(self.frames.len()) } else { parent.and_then(|parent| self.frames[parent].owner) };
        self.open[shape(c)] += 1;
        self.frames.push(Frame::new(shape(c), call, owner, offset));
    }

    /// Closes the last bracket of this shape, and those within it that were never closed.
    fn close(&mut self, seen: &mut Sightings, c: char, place: Place) {
        if self.open[shape(c)] == 0 {
            return;
        }
        while let Some(frame) = self.frames.pop() {
            seen.steps += 1;
            self.open[frame.shape] -= 1;
            let found = frame.shape == shape(c);
            seen.call(frame, place, true);
            if found {
                return;
            }
        }
    }

    fn end(mut self, seen: &mut Sightings, place: Place) {
        while let Some(frame) = self.frames.pop() {
            seen.steps += 1;
            seen.call(frame, place, false);
        }
    }

    fn comma(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.index = frame.index.saturating_add(1);
        }
    }

    /// A word, or something else that is no literal, is a part of this argument.
    fn word(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.words |= 1u16.checked_shl(u32::from(frame.index)).unwrap_or(0);
        }
    }

    /// The call of a snippet that a literal here belongs to, and whether it is one of its arguments itself.
    fn owner(&mut self) -> Option<(&mut Frame, bool)> {
        let last = self.frames.len().checked_sub(1)?;
        let owner = self.frames[last].owner?;
        Some((&mut self.frames[owner], owner == last))
    }
}
