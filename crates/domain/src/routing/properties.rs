//! What holds whatever the agents, the settings and the conversations are.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use proptest::{
    collection, option,
    prelude::{Just, any, prop, prop_assert, prop_assert_eq, prop_compose, prop_oneof, proptest},
    sample,
    strategy::Strategy as _,
};
use uuid::Uuid;

use super::{Strategy, *};

const NOW: Timestamp = Timestamp(1_000_000_000);

fn skill(n: u128) -> SkillId {
    SkillId(Uuid::from_u128(n))
}

fn button(n: u128) -> ButtonId {
    ButtonId(Uuid::from_u128(n))
}

fn queue(n: u128) -> QueueId {
    QueueId(Uuid::from_u128(n))
}

fn agent_id(n: u128) -> AgentId {
    AgentId(Uuid::from_u128(n))
}

fn conversation(n: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(n))
}

prop_compose! {
    fn some_skills()(set in collection::btree_set((0u128..3).prop_map(skill), 0..3)) -> BTreeSet<SkillId> {
        set
    }
}

prop_compose! {
    fn some_agent(n: u128)(
        presence in prop_oneof![6 => Just(Presence::Online), 1 => Just(Presence::Away), 1 => Just(Presence::Offline)],
        leased in prop::bool::weighted(0.9),
        skills in some_skills(),
        queues in collection::btree_set((0u128..2).prop_map(queue), 0..3),
        capacity in 0u32..4,
        active in 0u32..3,
        offered in 0u32..2,
        last in option::of(0i64..3),
    ) -> Agent {
        Agent {
            id: agent_id(n),
            presence,
            lease_until: if leased { NOW + Duration::from_secs(1) } else { NOW },
            skills,
            queues,
            capacity,
            load: Load { active, offered, after_work: 0 },
            last_assigned_at: last.map(Timestamp),
        }
    }
}

fn some_agents() -> impl proptest::strategy::Strategy<Value = Vec<Agent>> {
    (0usize..6).prop_flat_map(|count| (0..count).map(|n| some_agent(n as u128)).collect::<Vec<_>>())
}

fn some_target() -> impl proptest::strategy::Strategy<Value = Target> {
    prop_oneof![
        some_skills().prop_map(Target::Skills),
        (0u128..6).prop_map(|n| Target::Agent(agent_id(n))),
        (0u128..4).prop_map(|n| Target::Button(button(n))),
        (0u128..2).prop_map(|n| Target::Queue(queue(n))),
    ]
}

prop_compose! {
    fn some_entry(n: u128)(
        target in some_target(),
        priority in 0i32..3,
        queued_at in 0i64..4,
        ahead in prop::bool::weighted(0.2),
        tried in collection::btree_set((0u128..6).prop_map(agent_id), 0..3),
        reroutes in 0u32..3,
    ) -> Entry {
        Entry { conversation: conversation(n), target, priority, queued_at: Timestamp(queued_at), ahead, tried, reroutes }
    }
}

fn some_waiting() -> impl proptest::strategy::Strategy<Value = Vec<Entry>> {
    (0usize..8).prop_flat_map(|count| (0..count).map(|n| some_entry(n as u128)).collect::<Vec<_>>())
}

prop_compose! {
    fn some_routing()(
        is_active in prop::bool::weighted(0.9),
        skills in some_skills(),
        skill_match in sample::select(vec![SkillMatch::Any, SkillMatch::All]),
        leads_to in option::weighted(0.3, (0u128..2).prop_map(queue)),
        strategy in sample::select(vec![Strategy::LeastActive, Strategy::MostAvailable, Strategy::Choice]),
        reroute_declined in any::<bool>(),
        max_reroutes in option::of(0u32..3),
        limits in option::of((option::of(0u32..4), option::of(0u32..6))),
    ) -> Routing {
        Routing {
            is_active, skills, skill_match, queue: leads_to, strategy, reroute_declined, max_reroutes,
            queueing: limits.map_or(Queueing::Off, |(per_agent, overall)| Queueing::On { per_agent, overall }),
            ..Routing::default()
        }
    }
}

prop_compose! {
    fn some_routes()(
        buttons in collection::vec(some_routing(), 0..4),
        queues in collection::vec(some_routing(), 0..3),
    ) -> Routes {
        Routes {
            buttons: buttons.into_iter().enumerate().map(|(n, routing)| (button(n as u128), routing)).collect(),
            queues: queues.into_iter().enumerate().map(|(n, routing)| (queue(n as u128), routing)).collect(),
            direct: Routing::default(),
            hours: Default::default(),
        }
    }
}

fn can_take(agent: &Agent, entry: &Entry, routes: &Routes) -> bool {
    agent.is_online(NOW)
        && !entry.tried.contains(&agent.id)
        && routes.line(&entry.target).is_some_and(|(line, routing)| routing.strategy != Strategy::Choice && line.admits(routing, agent))
}

fn given(made: &[Assignment]) -> BTreeMap<ConversationId, AgentId> {
    made.iter().map(|one| (one.conversation, one.agent)).collect()
}

/// How many wait in the line beyond those who could be served: counted another way than the product does.
fn in_line(target: &Target, waiting: &[Entry], routes: &Routes) -> usize {
    waiting.iter().filter(|entry| routes.line(&entry.target).map(|l| l.0) == routes.line(target).map(|l| l.0)).count()
}

proptest! {
    #[test]
    fn every_assignment_is_allowed_and_none_is_double(agents in some_agents(), waiting in some_waiting(), routes in some_routes()) {
        let made = assign(Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW });
        prop_assert_eq!(given(&made).len(), made.len(), "a conversation was given twice");
        for one in &made {
            let agent = agents.iter().find(|agent| agent.id == one.agent).unwrap();
            let entry = waiting.iter().find(|entry| entry.conversation == one.conversation).unwrap();
            prop_assert!(can_take(agent, entry, &routes));
        }
        for agent in &agents {
            let got = made.iter().filter(|one| one.agent == agent.id).count();
            prop_assert!(got <= agent.free() as usize, "over capacity");
        }
    }

    #[test]
    fn nobody_who_could_be_served_waits_and_nobody_is_overtaken(agents in some_agents(), waiting in some_waiting(), routes in some_routes()) {
        let made = assign(Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW });
        let given = given(&made);
        for left in waiting.iter().filter(|entry| !given.contains_key(&entry.conversation)) {
            for agent in agents.iter().filter(|agent| can_take(agent, left, &routes)) {
                let got: Vec<_> = made.iter().filter(|one| one.agent == agent.id).collect();
                prop_assert_eq!(got.len(), agent.free() as usize, "an agent has room for one who waits");
                for one in got {
                    let other = waiting.iter().find(|entry| entry.conversation == one.conversation).unwrap();
                    prop_assert_eq!(compare(other, left), Ordering::Less, "overtaken");
                }
            }
        }
    }

    #[test]
    fn the_order_of_the_arguments_does_not_matter(
        (agents, other_agents) in some_agents().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        (waiting, other_waiting) in some_waiting().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        routes in some_routes(),
    ) {
        let one = Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW };
        let other = Lane { agents: &other_agents, waiting: &other_waiting, routes: &routes, now: NOW };
        prop_assert_eq!(assign(one), assign(other));
        prop_assert_eq!(positions(&waiting, &routes), positions(&other_waiting, &routes));
    }

    #[test]
    fn available_says_what_admission_does(agents in some_agents(), waiting in some_waiting(), routes in some_routes(), target in some_target()) {
        let lane = Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW };
        let admission = admit(conversation(99), &target, lane);
        match available(&target, lane) {
            Ok(()) => prop_assert!(!matches!(admission, Admission::Refuse(_))),
            Err(reason) => prop_assert_eq!(admission, Admission::Refuse(reason)),
        }
        if let Admission::Offer(made) = admission {
            let agent = agents.iter().find(|agent| agent.id == made.agent).unwrap();
            prop_assert!(agent.is_online(NOW) && agent.free() > 0);
        }
        let nobody = qualified(lane, &target).next().is_none();
        prop_assert!(!nobody || matches!(admission, Admission::Refuse(_)), "taken with nobody there");
    }

    #[test]
    fn a_line_never_grows_over_its_limits(agents in some_agents(), routes in some_routes(), arrivals in collection::vec(some_target(), 1..40)) {
        let mut agents = agents;
        let mut waiting: Vec<Entry> = Vec::new();
        for (n, target) in arrivals.into_iter().enumerate() {
            let lane = Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW + Duration::from_micros(n as u64) };
            let at_once = qualified(lane, &target).count();
            let room: u32 = qualified(lane, &target).map(Agent::free).sum();
            match admit(conversation(n as u128), &target, lane) {
                Admission::Offer(made) => agents.iter_mut().find(|agent| agent.id == made.agent).unwrap().load.offered += 1,
                Admission::Wait => {
                    let entry = Entry {
                        conversation: conversation(n as u128), priority: routes.priority(&target), queued_at: lane.now, ahead: false,
                        tried: BTreeSet::new(), reroutes: 0, target: target.clone(),
                    };
                    waiting.push(entry);
                    let (_, routing) = routes.line(&target).unwrap();
                    let spare = if routing.strategy == Strategy::Choice { room as usize } else { 0 };
                    let queued = in_line(&target, &waiting, &routes).saturating_sub(spare);
                    match routing.queueing {
                        Queueing::Off => prop_assert_eq!(queued, 0),
                        Queueing::On { per_agent, overall } => {
                            prop_assert!(overall.is_none_or(|most| queued <= most as usize));
                            prop_assert!(per_agent.is_none_or(|most| queued <= most as usize * at_once));
                        }
                    }
                }
                Admission::Refuse(Unavailable::QueueFull | Unavailable::AgentQueueFull) => {
                    // Exact in the other direction too: a refusal for a full queue comes only at the limit.
                    let (_, routing) = routes.line(&target).unwrap();
                    let Queueing::On { per_agent, overall } = routing.queueing else { panic!("no queue, yet it is full") };
                    let spare_counts = routing.strategy == Strategy::Choice;
                    let spare = if spare_counts { room as usize } else { 0 };
                    let queued = in_line(&target, &waiting, &routes).saturating_sub(spare);
                    // Beyond it only where agents choose, when conversations of other lines have taken the room that the list counted on.
                    let full = |limit: usize| if spare_counts { queued >= limit } else { queued == limit };
                    prop_assert!(
                        overall.is_some_and(|most| full(most as usize)) || per_agent.is_some_and(|most| full(most as usize * at_once))
                    );
                }
                Admission::Refuse(_) => {}
            }
        }
    }

    #[test]
    fn refusals_come_to_an_end_and_ask_each_agent_once_a_round(agents in some_agents(), routes in some_routes(), first in some_entry(1)) {
        let mut routes = routes;
        for routing in routes.buttons.values_mut().chain(routes.queues.values_mut()) {
            routing.max_reroutes = Some(routing.max_reroutes.unwrap_or(2));
        }
        let mut entry = Entry { tried: BTreeSet::new(), reroutes: 0, ..first };
        let mut asked: Vec<AgentId> = Vec::new();
        for _ in 0..100 {
            let waiting = [entry.clone()];
            let lane = Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW };
            let Some(made) = assign(lane).pop() else { return Ok(()) };
            prop_assert!(!asked.contains(&made.agent), "asked twice in one round");
            asked.push(made.agent);
            match after_refusal(&mut entry, made.agent, lane) {
                AfterRefusal::Wait => {}
                AfterRefusal::Again => asked.clear(),
                AfterRefusal::Exhausted => {
                    prop_assert!(qualified(lane, &entry.target).all(|agent| asked.contains(&agent.id)));
                    return Ok(());
                }
            }
        }
        prop_assert!(false, "refusals went on for ever");
    }

    #[test]
    fn places_in_each_line_are_dense_from_one(waiting in some_waiting(), routes in some_routes()) {
        let mut lines: BTreeMap<Option<Line<'_>>, Vec<u32>> = BTreeMap::new();
        for (id, place) in positions(&waiting, &routes) {
            prop_assert_eq!(position(id, &waiting, &routes), place);
            let entry = waiting.iter().find(|entry| entry.conversation == id).unwrap();
            lines.entry(routes.line(&entry.target).map(|(line, _)| line)).or_default().push(place);
        }
        for places in lines.values() {
            prop_assert_eq!(places.clone(), (1..=places.len() as u32).collect::<Vec<_>>());
        }
        prop_assert_eq!(position(conversation(99), &waiting, &routes), 0);
    }

    #[test]
    fn the_next_attempt_is_the_first_that_is_not_refused(
        agents in some_agents(), waiting in some_waiting(), routes in some_routes(),
        attempts in collection::vec(prop_oneof![
            (0u128..4).prop_map(|n| Attempt::Button(button(n))),
            (0u128..6).prop_map(|n| Attempt::Agent(agent_id(n))),
            (0u128..6, 0u128..4).prop_map(|(a, b)| Attempt::AgentThenButton(agent_id(a), button(b))),
        ], 0..5),
    ) {
        let lane = Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW };
        let flat: Vec<Target> = attempts.iter().flat_map(|attempt| match *attempt {
            Attempt::Button(b) => vec![Target::Button(b)],
            Attempt::Agent(a) => vec![Target::Agent(a)],
            Attempt::AgentThenButton(a, b) => vec![Target::Agent(a), Target::Button(b)],
        }).collect();
        let expected = flat.iter().position(|target| available(target, lane).is_ok());
        match next_attempt(conversation(99), &attempts, 0, lane) {
            Ok(taken) => {
                prop_assert_eq!(Some(taken.step), expected);
                prop_assert_eq!(&taken.target, &flat[taken.step]);
                let later = next_attempt(conversation(99), &attempts, taken.step + 1, lane);
                prop_assert!(later.is_err() || later.unwrap().step > taken.step);
            }
            Err(_) => prop_assert_eq!(expected, None),
        }
    }
}
