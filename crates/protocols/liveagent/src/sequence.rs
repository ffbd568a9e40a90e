//! The number of a POST (1.3): which ones a server processes, and what it says about the others.

use std::fmt;

/// What to do with a POST.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Process it, then remember `last` for the session (`None`: nothing is tracked until a number arrives again).
    Accept {
        /// The number to remember.
        last: Option<u64>,
    },
    /// Processed before: answer `OK` and do nothing.
    Duplicate,
    /// Answer 409 with this as text.
    OutOfSequence(OutOfSequence),
}

/// A gap in the numbers. Its `Display` is the text of the 409.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct OutOfSequence {
    /// The number that arrived.
    pub received: u64,
    /// The number that the next POST must carry.
    pub expected: u64,
}

impl fmt::Display for OutOfSequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some clients take the second integer of the text for the number to send (1.3), others the one at its end for the last that was taken
        // (assistant.md 5.4): the text serves both, and holds no other digits.
        write!(f, "Sequence {} received, {} expected, the last was {}", self.received, self.expected, self.expected.saturating_sub(1))
    }
}

/// The rule. `last` is what the previous POST's verdict left, `received` the header of this one.
///
/// A POST without a number is accepted and ends the tracking; the first number after that is accepted as it is. Reconnecting and
/// resynchronising reset `last` to `None`.
pub fn check(last: Option<u64>, received: Option<u64>) -> Verdict {
    match (last, received) {
        (_, None) => Verdict::Accept { last: None },
        (None, Some(number)) => Verdict::Accept { last: Some(number) },
        (Some(last), Some(number)) if number <= last => Verdict::Duplicate,
        // `number > last`, so the subtraction cannot wrap and `last + 1` exists.
        (Some(last), Some(number)) if number - last == 1 => Verdict::Accept { last: Some(number) },
        (Some(last), Some(number)) => Verdict::OutOfSequence(OutOfSequence { received: number, expected: last + 1 }),
    }
}

/// The number that the next POST must carry, from the text of a 409: its second integer (1.3).
pub fn expected(text: &str) -> Option<u64> {
    text.split(|character: char| !character.is_ascii_digit()).filter(|part| !part.is_empty()).nth(1)?.parse().ok()
}
