//! How far an import is, on standard error: in one line that changes on a terminal, a line now and then in a log.

use std::io::{IsTerminal as _, Write as _};

use domain::time::{Clock, Timestamp};

use crate::{ambient::SystemClock, verbs::storage::counted};

/// Between two lines of a log, in microseconds.
const IN_LOG: i64 = 10_000_000;
/// The same on a terminal.
const ON_TERMINAL: i64 = 200_000;

/// Says how far it is.
#[derive(Debug)]
pub(super) struct Progress {
    began: Timestamp,
    said: Timestamp,
    on_terminal: bool,
    /// A line is there that is to be written over.
    open: bool,
}

impl Progress {
    pub(super) fn begin() -> Self {
        let now = SystemClock.now();
        Self { began: now, said: now, on_terminal: std::io::stderr().is_terminal(), open: false }
    }

    /// So many rows, so many of them refused.
    pub(super) fn at(&mut self, rows: u64, refused: u64) {
        let now = SystemClock.now();
        if now.0 - self.said.0 < if self.on_terminal { ON_TERMINAL } else { IN_LOG } {
            return;
        }
        self.said = now;
        let line = format!("{}, {}/s, {refused} refused", counted(rows, "row"), rate(rows, now.0 - self.began.0));
        if self.on_terminal {
            eprint!("\r\u{1b}[K{line}");
            let _ = std::io::stderr().flush();
            self.open = true;
        } else {
            eprintln!("{line}");
        }
    }

    /// Something else is said next.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.open) {
            eprint!("\r\u{1b}[K");
        }
    }
}

fn rate(rows: u64, micros: i64) -> u64 {
    let micros = u64::try_from(micros).unwrap_or(0).max(1);
    u64::try_from(u128::from(rows) * 1_000_000 / u128::from(micros)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_rate_is_of_a_second() {
        assert_eq!(super::rate(500, 2_000_000), 250);
        assert_eq!(super::rate(500, 0), 500_000_000);
    }
}
