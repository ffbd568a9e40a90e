//! Figures over a chosen time, read from the sums that the reconciler keeps.

use domain::{
    figures::{Grain, MOST_STEPS, midnight_after, midnight_of, slot_after, slot_of, steps},
    ids::{AgentId, ButtonId},
    permission::Permission,
    time::Timestamp,
    transcript,
};
use jiff::tz::TimeZone;
use store::{FigureMark, FigureSpan};

pub use domain::figures::{Numbers, Seconds, Step};
pub use store::FigureFilter;

use crate::{App, Error, Result, SignedInAgent};

/// Unless told, figures are those of today and of so many days before.
const DAYS_BEFORE: usize = 6;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct FiguresAsked {
    /// From, inclusive; none for the beginning of the day six days before `until`.
    pub from: Option<Timestamp>,
    /// Until, exclusive; none for now.
    pub until: Option<Timestamp>,
    /// How long a step is.
    pub step: Step,
    /// Whose figures.
    pub filter: FigureFilter,
}

/// Figures over a time.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The zone by whose clock the time was cut.
    pub zone: String,
    /// From, inclusive: at a quarter of an hour.
    pub from: Timestamp,
    /// Until, exclusive: at a quarter of an hour.
    pub until: Timestamp,
    /// What happened before this is counted.
    pub complete_until: Timestamp,
    /// By when they begin, in order, those without anything too.
    pub steps: Vec<(Timestamp, Numbers)>,
    /// All together.
    pub total: Numbers,
    /// By agent, by their names; agents without anything are not listed.
    pub by_agent: Vec<(AgentId, Numbers)>,
    /// By button, by their names; last what came through none.
    pub by_button: Vec<(Option<ButtonId>, Numbers)>,
}

/// Which sums make up a time: those of whole days where it has any and they are kept, else quarters of an hour.
fn spans(from: Timestamp, until: Timestamp, step: Step, zone: &TimeZone, kept: Option<&FigureMark>) -> Vec<FigureSpan> {
    let quarters = |from, until| FigureSpan { grain: Grain::Quarter, from, until };
    let Some(mark) = kept.filter(|_| step != Step::Hour) else { return vec![quarters(from, until)] };
    let first = from.max(mark.days_from);
    let whole_from = if midnight_of(first, zone) == first { first } else { midnight_after(first, zone) };
    let whole_until = midnight_of(until, zone);
    if whole_from >= whole_until {
        return vec![quarters(from, until)];
    }
    let days = FigureSpan { grain: Grain::Day, from: whole_from, until: whole_until };
    let all = [quarters(from, whole_from), days, quarters(whole_until, until)];
    all.into_iter().filter(|span| span.from < span.until).collect()
}

fn add<K: Copy + PartialEq>(to: &mut Vec<(K, Numbers)>, key: K, numbers: &Numbers) {
    match to.iter_mut().find(|(known, _)| *known == key) {
        Some((_, sum)) => sum.add(numbers),
        None => to.push((key, *numbers)),
    }
}

impl App {
    /// Figures over a time, in steps of the workspace's time zone.
    ///
    /// # Errors
    /// `Forbidden` without the permission; `Invalid` for a time that ends before it begins, or that has more than a thousand steps.
    pub async fn figures(&self, who: &SignedInAgent, asked: FiguresAsked) -> Result<Figures> {
        who.require(Permission::ReadFigures)?;
        let (workspace, now) = (who.workspace, self.now());
        let directory = self.directory(workspace)?;
        let zone_name = &directory.workspace.zone;
        let zone = transcript::zone(zone_name).map_err(Error::internal)?;
        let ends = asked.until.unwrap_or(now);
        let until = slot_after(ends);
        let from = asked.from.map_or_else(|| days_before(ends, &zone), slot_of);
        if asked.from.is_some_and(|from| from >= ends) {
            return Err(match asked.until {
                Some(_) => Error::invalid("until", "the time ends before it begins: until must be after from"),
                None => Error::invalid("from", "from lies in the future"),
            });
        }
        let begins = steps(from, until, asked.step, &zone).ok_or_else(|| {
            Error::invalid(
                "step",
                format!("that is more than {MOST_STEPS} steps: take longer steps, or a shorter time between from and until"),
            )
        })?;

        let mut snapshot = self.store().snapshot().await?;
        let head = snapshot.head(workspace).await?.at.position;
        let mark = snapshot.figure_mark(workspace).await?;
        let complete_until = match &mark {
            Some(mark) if mark.position >= head => now,
            Some(mark) => mark.at,
            None => Timestamp(0),
        };
        let days = mark.as_ref().filter(|mark| mark.zone == *zone_name);
        let mut of_steps: Vec<(Timestamp, Numbers)> = begins.into_iter().map(|at| (at, Numbers::default())).collect();
        let (mut total, mut by_agent, mut by_button) = (Numbers::default(), Vec::new(), Vec::new());
        for span in spans(from, until, asked.step, &zone, days) {
            for (at, numbers) in snapshot.figures_by_time(workspace, span, &asked.filter).await? {
                total.add(&numbers);
                // The last step that begins at or before it.
                let place = of_steps.partition_point(|(begins, _)| *begins <= at);
                if let Some((_, sum)) = place.checked_sub(1).and_then(|place| of_steps.get_mut(place)) {
                    sum.add(&numbers);
                }
            }
            for (agent, numbers) in snapshot.figures_by_agent(workspace, span, &asked.filter).await? {
                if let Some(agent) = agent {
                    add(&mut by_agent, agent, &numbers);
                }
            }
            for (button, numbers) in snapshot.figures_by_button(workspace, span, &asked.filter).await? {
                add(&mut by_button, button, &numbers);
            }
        }
        drop(snapshot);
        by_agent.sort_by_cached_key(|(id, _)| {
            let name = directory.agents.get(id).map(|agent| agent.name.to_lowercase());
            (name.is_none(), name, *id)
        });
        by_button.sort_by_cached_key(|(id, _)| {
            let name = id.and_then(|id| directory.buttons.get(&id)).map(|button| button.name.to_lowercase());
            (id.is_none(), name.is_none(), name, *id)
        });
        Ok(Figures { zone: zone_name.clone(), from, until, complete_until, steps: of_steps, total, by_agent, by_button })
    }
}

/// The beginning of the day some days before the one in which the last instant before `until` lies.
fn days_before(until: Timestamp, zone: &TimeZone) -> Timestamp {
    let last = |until: Timestamp| Timestamp(until.0.saturating_sub(1));
    (0..DAYS_BEFORE).fold(midnight_of(last(until), zone), |day, _| midnight_of(last(day), zone))
}
