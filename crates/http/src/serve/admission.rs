//! Overload: new conversations are refused first, running ones go on.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// What a request is for, in the order in which it is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Reports, history, exports: can be asked for again.
    Report,
    /// Starts a conversation or a sign-in: the caller has nothing to lose yet.
    New,
    /// Belongs to a running conversation.
    Running,
}

/// How many requests may be worked on at once. A parked poll is not work: give its permit back before waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdmissionSettings {
    /// In all, requests; beyond, even running conversations are told to come again.
    pub running: usize,
    /// From this many in flight on, new conversations are refused.
    pub new: usize,
    /// From this many in flight on, reports are refused.
    pub report: usize,
}

impl Default for AdmissionSettings {
    fn default() -> Self {
        Self { running: 4096, new: 1024, report: 512 }
    }
}

/// Too much to do. Answered with 503 and `Retry-After`, in the caller's own protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("busy: come again in {} s", retry_after.as_secs())]
pub struct Busy {
    /// How long to wait, whole seconds.
    pub retry_after: Duration,
}

#[derive(Debug)]
struct Counts {
    in_flight: AtomicUsize,
    refused: AtomicUsize,
}

/// Counts requests in flight and says which may begin. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admission {
    settings: AdmissionSettings,
    counts: Arc<Counts>,
}

impl Admission {
    /// With these limits.
    pub fn new(settings: AdmissionSettings) -> Self {
        Self { settings, counts: Arc::new(Counts { in_flight: AtomicUsize::new(0), refused: AtomicUsize::new(0) }) }
    }

    /// Takes a place for one request, given back when the permit is dropped.
    ///
    /// # Errors
    /// [`Busy`] when its class has no place left.
    pub fn admit(&self, class: Class) -> Result<Permit, Busy> {
        let limit = match class {
            Class::Report => self.settings.report,
            Class::New => self.settings.new,
            Class::Running => self.settings.running,
        };
        let place = self.counts.in_flight.fetch_add(1, Ordering::AcqRel);
        if place < limit {
            return Ok(Permit(Arc::clone(&self.counts)));
        }
        self.counts.in_flight.fetch_sub(1, Ordering::AcqRel);
        metrics::counter!("http_requests_refused_total", "class" => match class {
            Class::Report => "report",
            Class::New => "new",
            Class::Running => "running",
        })
        .increment(1);
        // Spread over some seconds, so that those who were turned away together do not return together.
        let nth = self.counts.refused.fetch_add(1, Ordering::Relaxed) as u64;
        let (least, spread) = if class == Class::Running { (1, 2) } else { (5, 10) };
        Err(Busy { retry_after: Duration::from_secs(least + nth % spread) })
    }

    /// Requests being worked on now.
    pub fn in_flight(&self) -> usize {
        self.counts.in_flight.load(Ordering::Acquire)
    }
}

/// A place among the requests in flight.
#[derive(Debug)]
pub struct Permit(Arc<Counts>);

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_conversations_are_refused_before_running_ones() {
        let admission = Admission::new(AdmissionSettings { running: 3, new: 2, report: 1 });
        let first = admission.admit(Class::New).unwrap();
        assert!(admission.admit(Class::Report).is_err());
        let _second = admission.admit(Class::New).unwrap();
        let busy = admission.admit(Class::New).unwrap_err();
        assert!(busy.retry_after >= Duration::from_secs(5));
        let _third = admission.admit(Class::Running).unwrap();
        assert!(admission.admit(Class::Running).is_err());
        assert_eq!(admission.in_flight(), 3);
        drop(first);
        assert!(admission.admit(Class::Running).is_ok());
        assert_eq!(admission.in_flight(), 2);
    }

    #[test]
    fn those_turned_away_together_are_told_different_times() {
        let admission = Admission::new(AdmissionSettings { running: 0, new: 0, report: 0 });
        let times: std::collections::HashSet<_> = (0..10).map(|_| admission.admit(Class::New).unwrap_err().retry_after).collect();
        assert_eq!(times.len(), 10);
    }
}
