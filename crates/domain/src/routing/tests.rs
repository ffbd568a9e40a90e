//! The rules of the field, one by one.

use std::{collections::BTreeSet, time::Duration};

use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp(1_000_000_000);
const BUTTON: ButtonId = ButtonId(Uuid::from_u128(1));
const SUPPORT: SkillId = SkillId(Uuid::from_u128(2));
const SALES: SkillId = SkillId(Uuid::from_u128(3));

fn agent(n: u128, skills: &[SkillId]) -> Agent {
    Agent {
        id: AgentId(Uuid::from_u128(n)),
        presence: Presence::Online,
        lease_until: NOW + presence::LEASE,
        skills: skills.iter().copied().collect(),
        queues: BTreeSet::new(),
        capacity: 2,
        load: Load::default(),
        last_assigned_at: None,
    }
}

fn busy(mut agent: Agent) -> Agent {
    agent.load.active = agent.capacity;
    agent
}

fn entry(n: u128) -> Entry {
    Entry {
        conversation: ConversationId(Uuid::from_u128(n)),
        target: Target::Button(BUTTON),
        priority: 0,
        queued_at: Timestamp(i64::try_from(n).unwrap()),
        ahead: false,
        tried: BTreeSet::new(),
        reroutes: 0,
    }
}

fn routes(change: impl FnOnce(&mut Routing)) -> Routes {
    let mut routing = Routing { skills: [SUPPORT].into(), ..Routing::default() };
    change(&mut routing);
    Routes { buttons: [(BUTTON, routing)].into(), ..Routes::default() }
}

fn ask(agents: &[Agent], waiting: &[Entry], routes: &Routes) -> Result<(), Unavailable> {
    available(&Target::Button(BUTTON), Lane { agents, waiting, routes, now: NOW })
}

#[test]
fn unavailable_says_which_of_the_documented_reasons_it_is() {
    let plain = routes(|_| {});
    let away = Agent { presence: Presence::Away, ..agent(1, &[SUPPORT]) };
    let offline = Agent { presence: Presence::Offline, ..agent(1, &[SUPPORT]) };
    let lapsed = Agent { lease_until: NOW, ..agent(1, &[SUPPORT]) };
    assert_eq!(ask(&[], &[], &plain), Err(Unavailable::NoneOnline));
    assert_eq!(ask(&[offline], &[], &plain), Err(Unavailable::NoneOnline));
    assert_eq!(ask(&[lapsed], &[], &plain), Err(Unavailable::NoneOnline));
    assert_eq!(ask(&[agent(1, &[SALES])], &[], &plain), Err(Unavailable::NoneQualified));
    assert_eq!(ask(&[away.clone(), agent(2, &[SALES])], &[], &plain), Err(Unavailable::AllAway));
    assert_eq!(ask(&[away, busy(agent(2, &[SUPPORT]))], &[], &plain), Err(Unavailable::AtCapacity));
    assert_eq!(ask(&[agent(1, &[SUPPORT])], &[], &routes(|r| r.is_active = false)), Err(Unavailable::Inactive));
    assert_eq!(ask(&[agent(1, &[SUPPORT])], &[], &Routes::default()), Err(Unavailable::Unknown));
    let never = crate::hours::Schedule::read("UTC", std::iter::empty(), std::iter::empty()).unwrap();
    let closed = Routes { hours: [(BUTTON, never)].into(), ..plain.clone() };
    assert_eq!(ask(&[agent(1, &[SUPPORT])], &[], &closed), Err(Unavailable::OutOfHours));
    assert_eq!(ask(&[agent(1, &[SUPPORT])], &[], &plain), Ok(()));
}

#[test]
fn with_a_queue_without_limit_one_qualified_online_agent_is_enough() {
    let open = routes(|r| r.queueing = Queueing::On { per_agent: None, overall: None });
    let waiting: Vec<_> = (1..500).map(entry).collect();
    assert_eq!(ask(&[busy(agent(1, &[SUPPORT]))], &waiting, &open), Ok(()));
    assert_eq!(ask(&[busy(agent(1, &[SALES]))], &[], &open), Err(Unavailable::NoneQualified));
}

#[test]
fn queue_limits_hold_per_online_agent_and_overall() {
    let agents = [busy(agent(1, &[SUPPORT])), busy(agent(2, &[SUPPORT])), Agent { presence: Presence::Away, ..agent(3, &[SUPPORT]) }];
    let waiting: Vec<_> = (1..10).map(entry).collect();
    let per_agent = routes(|r| r.queueing = Queueing::On { per_agent: Some(2), overall: None });
    assert_eq!(ask(&agents, &waiting[..3], &per_agent), Ok(()));
    assert_eq!(ask(&agents, &waiting[..4], &per_agent), Err(Unavailable::AgentQueueFull));
    let overall = routes(|r| r.queueing = Queueing::On { per_agent: None, overall: Some(5) });
    assert_eq!(ask(&agents, &waiting[..4], &overall), Ok(()));
    assert_eq!(ask(&agents, &waiting[..5], &overall), Err(Unavailable::QueueFull));
}

#[test]
fn a_newcomer_does_not_overtake_one_who_waits_for_the_same_agent() {
    let mut only = agent(1, &[SUPPORT]);
    only.load.active = 1;
    let queue = routes(|r| r.queueing = Queueing::On { per_agent: None, overall: Some(1) });
    let waiting = [entry(1)];
    let lane = Lane { agents: &[only], waiting: &waiting, routes: &queue, now: NOW };
    // The one who waits gets the agent now, so the queue is empty again for the newcomer.
    assert_eq!(admit(ConversationId(Uuid::from_u128(9)), &Target::Button(BUTTON), lane), Admission::Wait);
}

#[test]
fn least_active_and_most_available_differ_as_the_field_says() {
    let mut large = agent(1, &[]);
    (large.capacity, large.load.active) = (8, 2);
    let mut small = agent(2, &[]);
    (small.capacity, small.load.active) = (2, 1);
    assert_eq!(choose(Strategy::LeastActive, [&large, &small]), Some(small.id));
    assert_eq!(choose(Strategy::MostAvailable, [&large, &small]), Some(large.id));
    assert_eq!(choose(Strategy::Choice, [&large, &small]), None);
}

#[test]
fn among_equals_the_one_assigned_longest_ago_comes_first_and_never_is_longest() {
    let mut recent = agent(1, &[]);
    recent.last_assigned_at = Some(Timestamp(20));
    let mut old = agent(2, &[]);
    old.last_assigned_at = Some(Timestamp(10));
    let never = agent(3, &[]);
    assert_eq!(choose(Strategy::LeastActive, [&recent, &old]), Some(old.id));
    assert_eq!(choose(Strategy::LeastActive, [&recent, &never, &old]), Some(never.id));
    assert_eq!(choose(Strategy::LeastActive, [&agent(5, &[]), &agent(4, &[])]), Some(agent(4, &[]).id));
}

#[test]
fn the_head_of_the_queue_comes_before_priority_and_priority_before_age() {
    let mut urgent = entry(3);
    urgent.priority = -1;
    let mut given_back = entry(4);
    given_back.ahead = true;
    let waiting = [entry(1), entry(2), urgent, given_back];
    let places: Vec<_> = positions(&waiting, &routes(|_| {})).into_iter().map(|(id, place)| (id.0.as_u128(), place)).collect();
    assert_eq!(places, [(4, 1), (3, 2), (1, 3), (2, 4)]);
}

#[test]
fn one_whom_nobody_can_take_does_not_hold_up_the_rest() {
    let mut stuck = entry(1);
    stuck.target = Target::Skills([SALES].into());
    let agents = [agent(1, &[SUPPORT])];
    let waiting = [stuck, entry(2)];
    let routes = routes(|r| r.push_timeout = Some(Duration::from_secs(20)));
    let made = assign(Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW });
    let expected = Assignment {
        conversation: entry(2).conversation,
        agent: agents[0].id,
        auto_accept: false,
        push_timeout: Some(Duration::from_secs(20)),
    };
    assert_eq!(made, [expected]);
}

#[test]
fn without_rerouting_each_is_asked_once_and_busy_ones_are_waited_for() {
    let routes = routes(|_| {});
    let free = agent(1, &[SUPPORT]);
    let other = busy(agent(2, &[SUPPORT]));
    let agents = [free.clone(), other.clone()];
    let lane = Lane { agents: &agents, waiting: &[], routes: &routes, now: NOW };
    let mut asking = entry(1);
    assert_eq!(after_refusal(&mut asking, free.id, lane), AfterRefusal::Wait);
    // He goes offline instead of becoming free: now all who are there have refused.
    let rest = [free];
    assert_eq!(reconsider(&mut asking, Lane { agents: &rest, ..lane }), AfterRefusal::Exhausted);
    assert_eq!(reconsider(&mut asking, Lane { agents: &[], ..lane }), AfterRefusal::Wait, "nobody there is for the grace to decide");
    assert_eq!(after_refusal(&mut asking, other.id, lane), AfterRefusal::Exhausted);
}

#[test]
fn rerouting_asks_everybody_again_as_often_as_set() {
    let routes = routes(|r| (r.reroute_declined, r.max_reroutes) = (true, Some(1)));
    let agents = [agent(1, &[SUPPORT])];
    let lane = Lane { agents: &agents, waiting: &[], routes: &routes, now: NOW };
    let mut asking = entry(1);
    assert_eq!(after_refusal(&mut asking, agents[0].id, lane), AfterRefusal::Again);
    assert!(asking.tried.is_empty());
    assert_eq!(after_refusal(&mut asking, agents[0].id, lane), AfterRefusal::Exhausted);
}

#[test]
fn direct_to_an_agent_falls_back_to_the_button_only_when_told_to() {
    let routes = routes(|_| {});
    let agents = [busy(agent(1, &[])), agent(2, &[SUPPORT])];
    let lane = Lane { agents: &agents, waiting: &[], routes: &routes, now: NOW };
    let id = entry(1).conversation;
    assert_eq!(next_attempt(id, &[Attempt::Agent(agents[0].id)], 0, lane), Err(Unavailable::AtCapacity));
    let taken = next_attempt(id, &[Attempt::AgentThenButton(agents[0].id, BUTTON)], 0, lane).unwrap();
    assert_eq!((taken.step, taken.target, taken.admission.agent()), (1, Target::Button(BUTTON), Some(agents[1].id)));
    assert_eq!(next_attempt(id, &[], 0, lane), Err(Unavailable::Unknown));
    assert_eq!(next_attempt(id, &[Attempt::Button(BUTTON)], 1, lane), Err(Unavailable::AllDeclined));
}

#[test]
fn a_button_that_leads_to_a_queue_takes_the_settings_and_members_of_the_queue() {
    let line = QueueId(Uuid::from_u128(7));
    let mut routes = routes(|r| (r.queue, r.skills, r.priority) = (Some(line), BTreeSet::new(), 5));
    let settings = Routing { queueing: Queueing::On { per_agent: None, overall: Some(1) }, priority: 9, ..Routing::default() };
    routes.queues.insert(line, settings);
    let mut member = busy(agent(1, &[]));
    member.queues.insert(line);
    let agents = [agent(2, &[SUPPORT]), member];
    assert_eq!(ask(&agents[..1], &[], &routes), Err(Unavailable::NoneQualified));
    assert_eq!(ask(&agents, &[], &routes), Ok(()));
    let mut other_way_in = entry(1);
    other_way_in.target = Target::Queue(line);
    assert_eq!(ask(&agents, &[other_way_in], &routes), Err(Unavailable::QueueFull), "one line, whichever way in");
    assert_eq!(routes.priority(&Target::Button(BUTTON)), 5);
    routes.queues.get_mut(&line).unwrap().is_active = false;
    assert_eq!(ask(&agents, &[], &routes), Err(Unavailable::Inactive));
}

#[test]
fn agents_pick_from_a_line_of_choice_while_they_have_room() {
    let routes = routes(|r| r.strategy = Strategy::Choice);
    let agents = [agent(1, &[SUPPORT]), agent(2, &[SALES]), busy(agent(3, &[SUPPORT]))];
    let waiting = [entry(1)];
    let lane = Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW };
    assert_eq!(assign(lane), []);
    assert_eq!(may_pick(agents[0].id, waiting[0].conversation, lane), Ok(()));
    assert_eq!(may_pick(agents[1].id, waiting[0].conversation, lane), Err(PickRefusal::NotQualified));
    assert_eq!(may_pick(agents[2].id, waiting[0].conversation, lane), Err(PickRefusal::AtCapacity));
    assert_eq!(may_pick(agents[0].id, entry(2).conversation, lane), Err(PickRefusal::NotWaiting));
    // Two free places, so two requests without a queue, and no third.
    assert_eq!(ask(&agents, &waiting, &routes), Ok(()));
    assert_eq!(ask(&agents, &[entry(1), entry(2)], &routes), Err(Unavailable::AtCapacity));
}

#[test]
fn a_transfer_to_an_agent_may_exceed_his_capacity_and_never_comes_back_to_its_owner() {
    let routes = routes(|_| {});
    let agents = [agent(1, &[SUPPORT]), busy(agent(2, &[SUPPORT]))];
    let lane = Lane { agents: &agents, waiting: &[], routes: &routes, now: NOW };
    let (id, owner) = (entry(1).conversation, agents[0].id);
    assert_eq!(admit_transfer(id, &Target::Agent(agents[1].id), owner, lane).agent(), Some(agents[1].id));
    assert_eq!(admit_transfer(id, &Target::Agent(owner), owner, lane), Admission::Refuse(Unavailable::NoneQualified));
    assert_eq!(admit_transfer(id, &Target::Button(BUTTON), owner, lane), Admission::Wait);
    assert_eq!(admit_transfer(id, &Target::Skills([SALES].into()), owner, lane), Admission::Refuse(Unavailable::NoneQualified));
}

#[test]
fn a_lost_agents_conversation_goes_to_the_head_of_its_line() {
    let routes = routes(|_| {});
    let agents = [agent(2, &[SUPPORT])];
    let waiting = [entry(1)];
    let lane = Lane { agents: &agents, waiting: &waiting, routes: &routes, now: NOW };
    let (back, lapse) = after_lapse(entry(9).conversation, Target::Button(BUTTON), NOW, lane);
    assert_eq!(lapse, Lapse::Requeued);
    assert_eq!(position(back.conversation, &[entry(1), back.clone()], &routes), 1);
    let (_, lapse) = after_lapse(entry(9).conversation, Target::Button(BUTTON), NOW, Lane { agents: &[], ..lane });
    assert_eq!(lapse, Lapse::Nobody);
    assert!(unserved(&back, Lane { agents: &[], ..lane }) && !unserved(&back, lane));
}

#[test]
fn the_grace_runs_from_when_the_last_agent_left_and_ends_when_one_comes() {
    let limit = Duration::from_secs(10);
    let until = NOW + limit;
    assert_eq!(grace(true, None, NOW, limit), Grace::Running { since: NOW, until });
    assert_eq!(grace(true, Some(NOW), until - Duration::from_micros(1), limit), Grace::Running { since: NOW, until });
    assert_eq!(grace(true, Some(NOW), until, limit), Grace::Expired);
    assert_eq!(grace(false, Some(NOW), until, limit), Grace::Served);
}

#[test]
fn the_estimate_is_nine_tenths_old_and_one_tenth_new() {
    let first = WaitAverage::default().accept(Duration::from_secs(100));
    assert_eq!(WaitAverage::default().estimate(Duration::ZERO), None);
    assert_eq!(first.estimate(Duration::ZERO), Some(Duration::from_secs(100)));
    let second = first.accept(Duration::from_secs(50));
    assert_eq!(second.estimate(Duration::from_secs(5)), Some(Duration::from_secs(90)));
    assert_eq!(second.estimate(Duration::from_secs(500)), Some(Duration::ZERO));
    let most = WaitAverage { micros: Some(u64::MAX) }.accept(Duration::MAX);
    assert_eq!(most.micros, Some(u64::MAX));
}
