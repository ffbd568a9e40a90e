//! Figures.

use engine::figures::{Figures, Numbers, Seconds};
use native::figures::{self, AgentFigures, ButtonFigures, FigureNumbers, FigureSeconds, StepFigures};

fn count(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn seconds(of: Seconds) -> FigureSeconds {
    FigureSeconds { sum: count(of.sum), count: count(of.count), max: count(of.max) }
}

fn numbers(of: &Numbers) -> FigureNumbers {
    FigureNumbers {
        asked: count(of.asked),
        answered: count(of.answered),
        missed: count(of.missed),
        abandoned: count(of.abandoned),
        ended: count(of.ended),
        waiting_seconds: seconds(of.waiting),
        first_response_seconds: seconds(of.first_response),
        handling_seconds: seconds(of.handling),
        messages_visitor: count(of.messages_visitor),
        messages_agent: count(of.messages_agent),
        ratings: of.ratings.map(count),
    }
}

/// The figures.
pub(crate) fn figures(seen: &Figures) -> figures::Figures {
    figures::Figures {
        from: seen.from.into(),
        until: seen.until.into(),
        time_zone: seen.zone.clone(),
        complete_until: seen.complete_until.into(),
        steps: seen.steps.iter().map(|(at, of)| StepFigures { at: (*at).into(), numbers: numbers(of) }).collect(),
        total: numbers(&seen.total),
        by_agent: seen.by_agent.iter().map(|(agent, of)| AgentFigures { agent: *agent, numbers: numbers(of) }).collect(),
        by_button: seen.by_button.iter().map(|(button, of)| ButtonFigures { button: *button, numbers: numbers(of) }).collect(),
    }
}
