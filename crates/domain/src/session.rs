//! A visitor's connection numbers its requests, so that a repeated one is known.

/// The number of the last request that carried one; `None` when the previous request carried none, which switches the check off until the
/// next one that does (liveagent.md 1.3: many clients number only some requests).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PostNumber(pub Option<i64>);

/// What a number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A new request; keep this.
    New(PostNumber),
    /// A repetition: answer success, do nothing.
    Again,
}

/// A number that skips some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// What the request said.
    pub received: i64,
    /// What it should have said.
    pub expected: i64,
}

impl PostNumber {
    /// Judges the next request.
    pub fn take(self, given: Option<i64>) -> Result<Verdict, Skipped> {
        match (self.0, given) {
            (_, None) => Ok(Verdict::New(Self(None))),
            (None, Some(n)) => Ok(Verdict::New(Self(Some(n)))),
            (Some(last), Some(n)) if n <= last => Ok(Verdict::Again),
            (Some(last), Some(n)) if n == last.saturating_add(1) => Ok(Verdict::New(Self(Some(n)))),
            (Some(last), Some(received)) => Err(Skipped { received, expected: last.saturating_add(1) }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_number_is_the_same_request_and_a_gap_is_refused() {
        let first = PostNumber::default();
        assert_eq!(first.take(Some(7)), Ok(Verdict::New(PostNumber(Some(7)))), "the first number is taken as it comes");
        let seven = PostNumber(Some(7));
        assert_eq!(seven.take(Some(7)), Ok(Verdict::Again));
        assert_eq!(seven.take(Some(8)), Ok(Verdict::New(PostNumber(Some(8)))));
        assert_eq!(seven.take(Some(9)), Err(Skipped { received: 9, expected: 8 }));
        assert_eq!(seven.take(None), Ok(Verdict::New(PostNumber(None))), "a request without a number switches the check off");
    }
}
