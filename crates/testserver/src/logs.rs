//! Catches the log's ERROR lines of this process: a test that passes while the server complains has not passed.

use std::{
    io,
    sync::{Mutex, Once, PoisonError},
};

use tracing_subscriber::{filter::LevelFilter, fmt, fmt::MakeWriter};

static ERRORS: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Catch;

impl io::Write for Catch {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        ERRORS.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Catch {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// Begins to catch, once a process.
pub(crate) fn catch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        fmt().with_max_level(LevelFilter::ERROR).with_ansi(false).with_writer(|| Catch).init();
    });
}

/// What was caught, of all servers of this process.
pub(crate) fn errors() -> String {
    String::from_utf8_lossy(&ERRORS.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}
