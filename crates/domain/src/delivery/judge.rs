//! What an answer, or the want of one, means.

use std::time::Duration;

use super::FailureClass;
use crate::time::Timestamp;

/// How a request ended that was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// The name leads nowhere.
    Unresolved,
    /// Nobody listens there.
    Unreachable,
    /// There was no whole answer in time.
    Timeout,
    /// The connection broke, or what came over it was no HTTP.
    Broken,
    /// The certificate is not one that can be trusted.
    Certificate,
    /// The address is one that we do not call: a private network, this machine, plain HTTP.
    Guarded,
    /// There is no secret to sign with.
    Unsigned,
}

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answered {
        /// Its status.
        status: u16,
        /// How long it asks us to wait.
        retry_after: Option<Duration>,
    },
    /// None.
    Failed(Transport),
}

/// Why it is no delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What follows.
    pub class: FailureClass,
    /// What happened: a stable name.
    pub code: &'static str,
    /// How long the other side asks us to wait, within reason.
    pub wait: Option<Duration>,
}

/// The longest that anybody can make us wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// How long we wait when we are asked to, and not told how long.
const USUAL_WAIT: Duration = Duration::from_secs(60);

/// Whether it is delivered, and if not, why.
///
/// Only what is answered with 2xx is. A redirection is not followed: whoever can make us be redirected could have us call anything.
///
/// # Errors
/// The failure.
pub fn judge(reply: &Reply) -> Result<(), Failure> {
    use FailureClass::{Auth, Invalid, SetUp, Throttled, Transient};
    let (status, retry_after) = match reply {
        Reply::Answered { status, retry_after } => (*status, *retry_after),
        Reply::Failed(transport) => {
            let (class, code) = match transport {
                Transport::Unresolved => (Transient, "unresolved"),
                Transport::Unreachable => (Transient, "unreachable"),
                Transport::Timeout => (Transient, "timeout"),
                Transport::Broken => (Transient, "broken_connection"),
                Transport::Certificate => (SetUp, "bad_certificate"),
                Transport::Guarded => (SetUp, "address_refused"),
                Transport::Unsigned => (SetUp, "no_secret"),
            };
            return Err(Failure { class, code, wait: None });
        }
    };
    let (class, code) = match status {
        200..=299 => return Ok(()),
        401 | 403 | 407 => (Auth, "unauthorized"),
        429 => (Throttled, "throttled"),
        // One that says when to come back is not broken.
        503 if retry_after.is_some() => (Throttled, "unavailable"),
        408 | 425 => (Transient, "too_slow"),
        501 | 505 | 511 => (SetUp, "not_supported"),
        500..=599 => (Transient, "server_error"),
        100..=199 | 300..=399 => (SetUp, "redirected"),
        404 | 405 | 406 | 410 | 415 | 421 | 426 => (SetUp, "wrong_address"),
        400..=499 => (Invalid, "rejected"),
        _ => (Transient, "no_status"),
    };
    let asked = matches!(class, Throttled | Transient).then_some(retry_after).flatten();
    let wait = asked.or((class == Throttled).then_some(USUAL_WAIT)).map(|wait| wait.min(LONGEST_WAIT));
    Err(Failure { class, code, wait })
}

/// What `Retry-After` says: seconds, or a date (RFC 9110, 10.2.3). None if it says neither.
pub fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(header).ok()?.timestamp();
    Some(Timestamp(at.as_microsecond()).since(now))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn class_of(status: u16, retry_after: Option<u64>) -> Option<(FailureClass, Option<u64>)> {
        let retry_after = retry_after.map(Duration::from_secs);
        judge(&Reply::Answered { status, retry_after }).err().map(|failure| (failure.class, failure.wait.map(|wait| wait.as_secs())))
    }

    #[test]
    fn each_status_is_of_its_class() {
        use FailureClass::{Auth, Invalid, SetUp, Throttled, Transient};
        for (status, retry_after, expected) in [
            (200, None, None),
            (204, Some(5), None),
            (301, None, Some((SetUp, None))),
            (304, Some(9), Some((SetUp, None))),
            (400, Some(9), Some((Invalid, None))),
            (401, None, Some((Auth, None))),
            (403, None, Some((Auth, None))),
            (404, None, Some((SetUp, None))),
            (408, None, Some((Transient, None))),
            (410, None, Some((SetUp, None))),
            (413, None, Some((Invalid, None))),
            (422, None, Some((Invalid, None))),
            (429, None, Some((Throttled, Some(60)))),
            (429, Some(7), Some((Throttled, Some(7)))),
            (429, Some(1_000_000), Some((Throttled, Some(3_600)))),
            (500, None, Some((Transient, None))),
            (500, Some(3), Some((Transient, Some(3)))),
            (501, None, Some((SetUp, None))),
            (503, None, Some((Transient, None))),
            (503, Some(30), Some((Throttled, Some(30)))),
            (999, None, Some((Transient, None))),
        ] {
            assert_eq!(class_of(status, retry_after), expected, "{status} {retry_after:?}");
        }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp(784_111_777_000_000);
        assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:50:37 GMT", now), Some(Duration::from_secs(60)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:48:37 GMT", now), Some(Duration::ZERO));
        for not in ["", "soon", "-1", "1.5", "99999999999999999999999"] {
            assert_eq!(retry_after(not, now), None, "{not}");
        }
    }

    proptest! {
        #[test]
        fn only_2xx_is_delivered_and_no_wait_is_longer_than_an_hour(status: u16, seconds in proptest::option::of(any::<u64>())) {
            let judged = judge(&Reply::Answered { status, retry_after: seconds.map(Duration::from_secs) });
            prop_assert_eq!(judged.is_ok(), (200..300).contains(&status));
            prop_assert!(judged.err().and_then(|failure| failure.wait).is_none_or(|wait| wait <= LONGEST_WAIT));
        }

        #[test]
        fn any_header_is_read_or_passed_over(text in ".{0,60}", now: i64) {
            let _ = retry_after(&text, Timestamp(now));
        }
    }
}
