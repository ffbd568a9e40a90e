//! Where something stands in the text of a query.

use std::{fmt, ops::Range};

/// A stretch of the text, in bytes.
///
/// Where a node stands is no part of what it says: spans compare as equal, so that a query equals the same query written differently.
#[derive(Clone, Copy, Default)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// From one byte up to, and not with, another.
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // Queries are far shorter than that (`crate::MAX_CHARACTERS`).
        let small = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: small(start), end: small(end) }
    }

    /// From the start of this one to the end of another.
    pub(crate) fn to(self, last: Self) -> Self {
        Self { start: self.start, end: last.end.max(self.start) }
    }

    /// The first byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// The byte after the last.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// To slice the query with.
    pub fn range(self) -> Range<usize> {
        self.start()..self.end()
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}
