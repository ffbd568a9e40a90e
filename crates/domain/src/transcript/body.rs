//! A conversation as the body of a CRM's transcript: paragraphs for what happened, a line for what was said, in the form that its readers'
//! patterns know (`salesforce.md` 3.1).
//!
//! It is shown as HTML by whoever trusts it, so nothing that anybody wrote is more than text in it. Further lines of a message are indented, so
//! that none passes for somebody else's.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::{Content, Entry, Happening, inert, instant};
use crate::{journal::FileRequestOutcome, time::Timestamp};

/// The most characters of a body; what is longer is cut.
pub const BODY_CHARACTERS: usize = 131_072;

/// Monday, March 02, 2026, 09:00:00 (+0000)
const WHEN: &str = "%A, %B %d, %Y, %H:%M:%S (%z)";

/// A body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The page.
    pub text: String,
    /// It was longer than [`BODY_CHARACTERS`]: only the first lines are there, and a word of it.
    pub cut: bool,
}

/// Makes a body of what was said and happened since `started_at`. `origin` is what the entry point is called. Notes among agents are only for
/// supervisors; `elsewhere` says, in a cut one, where the rest is.
pub fn body(entries: &[Entry], started_at: Timestamp, origin: &str, supervisor: bool, elsewhere: &str, zone: &TimeZone) -> Body {
    let mut page = Page { text: String::new(), characters: 0 };
    page.put(paragraph(|out| {
        out.push_str("Chat Started: ");
        out.push_str(&instant(started_at, zone, WHEN));
    }));
    if !origin.is_empty() {
        page.put(paragraph(|out| {
            out.push_str("Chat Origin: ");
            one_line(out, origin);
        }));
    }
    // Room for the word that something is missing, until it is known that nothing is.
    let note = paragraph(|out| one_line(out, elsewhere));
    let room = BODY_CHARACTERS.saturating_sub(note.chars().count());
    let mut fitting = page.text.len();
    let mut had_by = "";
    for entry in entries {
        if let Content::Note { .. } = entry.content
            && !supervisor
        {
            continue;
        }
        page.put(written(entry, started_at, had_by));
        if let Content::Event(Happening::Joined | Happening::TookOver) = entry.content {
            had_by = &entry.name;
        }
        if page.characters <= room {
            fitting = page.text.len();
        }
        if page.characters > BODY_CHARACTERS {
            page.text.truncate(fitting);
            page.text.push_str(&note);
            return Body { text: page.text, cut: true };
        }
    }
    Body { text: page.text, cut: false }
}

struct Page {
    text: String,
    characters: usize,
}

impl Page {
    fn put(&mut self, line: String) {
        self.characters += line.chars().count();
        self.text.push_str(&line);
    }
}

fn paragraph(fill: impl FnOnce(&mut String)) -> String {
    let mut out = String::from("<p align=\"center\">");
    fill(&mut out);
    out.push_str("</p>");
    out
}

/// An entry's line or paragraph; empty for what is not told. `had_by`: who had it before.
fn written(entry: &Entry, started_at: Timestamp, had_by: &str) -> String {
    let line = |fill: &dyn Fn(&mut String)| {
        let mut out = String::from("( ");
        since(&mut out, entry.at, started_at);
        out.push_str(" ) ");
        one_line(&mut out, &entry.name);
        fill(&mut out);
        out.push_str("<br>");
        out
    };
    match &entry.content {
        Content::Message { text } => line(&|out| {
            out.push_str(": ");
            lines(out, text.reveal());
        }),
        Content::Note { text } => line(&|out| {
            out.push_str(" (Whisper): ");
            lines(out, text.reveal());
        }),
        Content::File { file_name, bytes, .. } => line(&|out| {
            out.push_str(": ");
            one_line(out, file_name.reveal());
            // Writing to a String cannot fail.
            let _ = write!(out, " ({bytes} {})", if *bytes == 1 { "byte" } else { "bytes" });
        }),
        Content::Erased => line(&|out| out.push_str(": (erased)")),
        Content::Event(happening) => happened(*happening, &entry.name, had_by),
    }
}

fn happened(happening: Happening, name: &str, had_by: &str) -> String {
    let of_agent = |rest: &str| {
        paragraph(|out| {
            out.push_str("Agent ");
            one_line(out, name);
            out.push_str(rest);
        })
    };
    match happening {
        Happening::Joined => of_agent(""),
        Happening::TookOver => paragraph(|out| {
            out.push_str("Chat Transferred From ");
            one_line(out, had_by);
            out.push_str(" To ");
            one_line(out, name);
        }),
        Happening::FileRequested => of_agent(" requested a file transfer"),
        Happening::FileRequestEnded { outcome } => match outcome {
            FileRequestOutcome::Received => paragraph(|out| out.push_str("File transfer succeeded.")),
            FileRequestOutcome::CancelledByAgent | FileRequestOutcome::CancelledByVisitor => {
                paragraph(|out| out.push_str("File transfer canceled."))
            }
            FileRequestOutcome::Failed => paragraph(|out| out.push_str("File transfer failed.")),
        },
        // Said by the beginning, by the record's own fields, or by the one who takes it over.
        Happening::Requested | Happening::TransferStarted | Happening::AgentLost | Happening::Refused { .. } | Happening::Ended { .. } => {
            String::new()
        }
    }
}

/// `12s`, `1m 32s`, `2h 0m 5s`
fn since(out: &mut String, at: Timestamp, started_at: Timestamp) {
    let seconds = at.since(started_at).as_secs();
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    // Writing to a String cannot fail.
    let _ = match (hours, minutes) {
        (0, 0) => write!(out, "{rest}s"),
        (0, _) => write!(out, "{minutes}m {rest}s"),
        _ => write!(out, "{hours}h {minutes}m {rest}s"),
    };
}

fn escaped(out: &mut String, c: char) {
    match c {
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '&' => out.push_str("&amp;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        c => inert(out, c),
    }
}

/// A text in one line: line breaks are spaces.
fn one_line(out: &mut String, text: &str) {
    for c in text.chars() {
        escaped(out, if matches!(c, '\n' | '\r') { ' ' } else { c });
    }
}

/// A text whose further lines are indented. CR, LF and CR LF all end a line.
fn lines(out: &mut String, text: &str) {
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' | '\n' => {
                if c == '\r' {
                    rest.next_if_eq(&'\n');
                }
                out.push_str("<br>&nbsp;&nbsp;&nbsp;&nbsp;");
            }
            c => escaped(out, c),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::transcript::Side;

    const START: Timestamp = Timestamp(1_772_442_000_000_000);

    fn entry(seconds: u64, side: Side, name: &str, content: Content) -> Entry {
        Entry { at: START + Duration::from_secs(seconds), side, name: name.to_owned(), content }
    }

    fn message(text: &str) -> Content {
        Content::Message { text: text.into() }
    }

    fn page(entries: &[Entry], supervisor: bool) -> Body {
        body(entries, START, "Help <b>", supervisor, "The rest is in the file.", &TimeZone::UTC)
    }

    #[test]
    fn what_readers_patterns_expect_is_there_and_nothing_of_it_is_markup_of_somebody() {
        let entries = [
            entry(0, Side::Visitor, "Ana", Content::Event(Happening::Requested)),
            entry(0, Side::Agent, "Ann", Content::Event(Happening::Joined)),
            entry(12, Side::Agent, "Ann", message("I'm here")),
            entry(95, Side::Visitor, "A<i>na\n", message("<script>\r\n( 99s ) Ann: I owe you & more\u{202e}")),
            entry(3_725, Side::Agent, "Ann", Content::Note { text: "she is cross".into() }),
            entry(3_726, Side::Agent, "Ben", Content::Event(Happening::TookOver)),
            entry(3_727, Side::Visitor, "Ana", Content::Erased),
        ];
        insta::assert_snapshot!(page(&entries, false).text.replace("<br>(", "<br>\n(").replace("</p>", "</p>\n"), @r#"
        <p align="center">Chat Started: Monday, March 02, 2026, 09:00:00 (+0000)</p>
        <p align="center">Chat Origin: Help &lt;b&gt;</p>
        <p align="center">Agent Ann</p>
        ( 12s ) Ann: I&#39;m here<br>
        ( 1m 35s ) A&lt;i&gt;na : &lt;script&gt;<br>&nbsp;&nbsp;&nbsp;&nbsp;( 99s ) Ann: I owe you &amp; more\u{202e}<br><p align="center">Chat Transferred From Ann To Ben</p>
        ( 1h 2m 7s ) Ana: (erased)<br>
        "#);
        let supervisors = page(&entries, true).text;
        assert!(supervisors.contains("( 1h 2m 5s ) Ann (Whisper): she is cross<br>"), "{supervisors}");
    }

    #[test]
    fn one_that_is_too_long_ends_with_a_whole_line_and_says_so() {
        let line = |n: u64| entry(n, Side::Visitor, "Ana", message(&"é".repeat(1_000)));
        let many: Vec<Entry> = (0..200).map(line).collect();
        let cut = page(&many, false);
        assert!(cut.cut);
        assert!(cut.text.ends_with("é<br><p align=\"center\">The rest is in the file.</p>"), "{}", &cut.text[cut.text.len() - 100..]);
        assert!((BODY_CHARACTERS - 1_100..=BODY_CHARACTERS).contains(&cut.text.chars().count()));
        assert!(!page(&many[..100], false).cut);
    }

    proptest! {
        #[test]
        fn it_is_never_too_long_and_no_line_is_lost_in_one_that_is_not_cut(
            lengths in prop::collection::vec(0usize..40_000, 0..8),
            letter in prop::sample::select(vec!['a', '<', 'é', '\n']),
        ) {
            let entries: Vec<Entry> = (0..)
                .zip(&lengths)
                .map(|(n, length)| entry(n, Side::Visitor, "Ana", message(&letter.to_string().repeat(*length))))
                .collect();
            let page = page(&entries, false);
            prop_assert!(page.text.chars().count() <= BODY_CHARACTERS);
            prop_assert_eq!(page.text.contains("The rest is in the file."), page.cut);
            if !page.cut {
                prop_assert_eq!(page.text.matches(" ) Ana: ").count(), lengths.len());
            }
            let least: usize = lengths.iter().sum();
            prop_assert!(page.cut || least < BODY_CHARACTERS);
        }
    }
}
