//! Figures: what each number counts, and when it is booked.

use std::time::Duration;

use domain::time::{Clock as _, Timestamp};
use native::figures::{FigureNumbers, FigureSeconds, Figures};
use serde_json::{Value, json};

use crate::world::{World, on_both};

fn at(text: &str) -> Timestamp {
    serde_json::from_value::<native::Instant>(json!(text)).unwrap().0
}

/// Agents are named by their logins, for the clock is turned so far that sign-ins run out.
const SUE: &str = "supervisor";
const ADA: &str = "admin";

async fn figures(world: &World, who: &str, query: &str) -> Figures {
    serde_json::from_value(world.get(&world.token(who).await, &format!("/figures?{query}")).await.good()).unwrap()
}

fn seconds(of: &[u64]) -> FigureSeconds {
    FigureSeconds { sum: of.iter().sum(), count: of.len() as u64, max: of.iter().copied().max().unwrap_or(0) }
}

/// People at their desks, on one clock.
struct Office<'w> {
    world: &'w World,
}

impl<'w> Office<'w> {
    /// A supervisor and an admin who answer, in the queue of the button.
    async fn open(world: &'w World) -> (Self, Value) {
        let ada = world.token(ADA).await;
        let queue = world.post(&ada, "/admin/queues", json!({"name": "Sales"})).await.good()["id"].clone();
        for login in [SUE, ADA] {
            let path = format!("/admin/agents/{}", world.demo.agents[login]);
            let mut settings = world.get(&ada, &path).await.good()["settings"].clone();
            settings["queues"] = json!([queue]);
            world.put(&ada, &path, settings).await.good();
        }
        let path = format!("/admin/buttons/{}", world.demo.button);
        let mut settings = world.get(&ada, &path).await.good()["settings"].clone();
        settings["routing"]["queue"] = queue.clone();
        settings["greeting"] = json!("Good day, {agent} here.");
        world.put(&ada, &path, settings).await.good();
        (Self { world }, queue)
    }

    /// Who is online is as long as a lease: said before anything that needs somebody.
    async fn online(&self, who: &str) {
        self.world.put(&self.world.token(who).await, "/me/presence", json!({"status": "online"})).await.good();
    }

    async fn offline(&self, who: &str) {
        self.world.put(&self.world.token(who).await, "/me/presence", json!({"status": "offline"})).await.good();
    }

    /// A visitor asks: the conversation and the visitor's token.
    async fn asks(&self) -> (String, String) {
        let start = json!({"deployment": self.world.demo.deployment, "button": self.world.demo.button});
        let started = self.world.post("", "/visitor/conversations", start).await.good();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        assert_eq!(started["conversation"]["state"], "waiting", "{started}");
        (text(&started["conversation"]["id"]), text(&started["resume_token"]))
    }

    async fn offer(&self, who: &str) -> String {
        let snapshot = self.world.get(&self.world.token(who).await, "/snapshot").await.good();
        snapshot["offers"][0]["id"].as_str().unwrap_or_else(|| panic!("nothing is offered: {snapshot}")).to_owned()
    }

    async fn accepts(&self, who: &str) {
        let offer = self.offer(who).await;
        self.world.post(&self.world.token(who).await, &format!("/offers/{offer}/accept"), json!({})).await.good();
    }

    async fn declines(&self, who: &str) {
        let offer = self.offer(who).await;
        self.world.post(&self.world.token(who).await, &format!("/offers/{offer}/decline"), json!({})).await.good();
    }

    async fn says(&self, who: &str, conversation: &str) {
        self.world
            .post(&self.world.token(who).await, &format!("/conversations/{conversation}/messages"), json!({"text": "words"}))
            .await
            .good();
    }

    async fn visitor(&self, token: &str, path: &str, body: Value) {
        self.world.post(token, &format!("/visitor/{path}"), body).await.good();
    }

    async fn ends(&self, who: &str, conversation: &str) {
        self.world.post(&self.world.token(who).await, &format!("/conversations/{conversation}/end"), json!({})).await.good();
    }

    fn later(&self, seconds: u64) {
        self.world.clock.advance(Duration::from_secs(seconds));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_a_story_is_what_happened_and_is_booked_where_it_belongs() {
    on_both(|world| async move {
        let (office, queue) = Office::open(&world).await;
        // 09:00:00. Sue declines, is asked again and takes it after 30 seconds.
        office.online(SUE).await;
        let (first, vera) = office.asks().await;
        office.visitor(&vera, "messages", json!({"text": "anybody?"})).await;
        office.later(20);
        office.declines(SUE).await;
        office.later(10);
        office.online(SUE).await;
        office.accepts(SUE).await;
        // She answers after 15 seconds, whispers, and sends it on 15 seconds later: 30 seconds of handling. The greeting is no answer.
        office.visitor(&vera, "messages", json!({"text": "hello"})).await;
        office.later(15);
        office.says(SUE, &first).await;
        world.post(&world.token(SUE).await, &format!("/conversations/{first}/notes"), json!({"text": "a regular"})).await.good();
        office.later(15);
        office.online(ADA).await;
        let to = json!({"to": {"kind": "agent", "id": world.demo.agents[ADA]}});
        world.post(&world.token(SUE).await, &format!("/conversations/{first}/transfer"), to).await.good();
        // 09:01:20. Ada has it for 16 minutes, and the visitor rates what she did.
        office.later(20);
        office.accepts(ADA).await;
        office.says(ADA, &first).await;
        office.says(ADA, &first).await;
        office.visitor(&vera, "messages", json!({"text": "thanks"})).await;
        office.later(16 * 60);
        office.ends(ADA, &first).await;
        office.later(10);
        office.visitor(&vera, "rating", json!({"score": 4, "comment": "quick"})).await;
        // 09:17:30. A visitor goes before anybody comes; nobody has missed anything.
        office.offline(ADA).await;
        office.online(SUE).await;
        let (_, wim) = office.asks().await;
        office.later(7);
        office.visitor(&wim, "end", json!({})).await;
        // One asks before midnight and is answered after it.
        world.clock.set(at("2026-03-02T23:59:50Z"));
        office.online(SUE).await;
        let (last, _) = office.asks().await;
        office.later(30);
        office.accepts(SUE).await;
        office.later(600);
        office.ends(SUE, &last).await;

        let day = "from=2026-03-02T00:00:00Z&until=2026-03-04T00:00:00Z";
        let before = figures(&world, SUE, day).await;
        assert_eq!((before.total, before.steps.len()), (FigureNumbers::default(), 2), "nothing is counted yet");
        assert!(before.complete_until.0 < world.app.now());
        world.app.run_due().await.unwrap();
        let seen = figures(&world, SUE, day).await;
        assert_eq!((seen.time_zone.as_str(), seen.complete_until.0), ("UTC", world.app.now()));

        let total = FigureNumbers {
            asked: 3,
            answered: 2,
            missed: 1,
            abandoned: 1,
            ended: 3,
            waiting_seconds: seconds(&[30, 30]),
            first_response_seconds: seconds(&[15]),
            handling_seconds: seconds(&[30, 960, 600]),
            messages_visitor: 3,
            messages_agent: 3,
            ratings: [0, 0, 0, 1, 0],
        };
        let tuesday = FigureNumbers {
            answered: 1,
            ended: 1,
            waiting_seconds: seconds(&[30]),
            handling_seconds: seconds(&[600]),
            ..FigureNumbers::default()
        };
        let monday =
            FigureNumbers { answered: 1, ended: 2, waiting_seconds: seconds(&[30]), handling_seconds: seconds(&[30, 960]), ..total };
        assert_eq!(seen.steps.iter().map(|step| step.numbers).collect::<Vec<_>>(), [monday, tuesday]);
        assert_eq!(seen.total, total);
        let of_sue = FigureNumbers {
            answered: 2,
            missed: 1,
            ended: 1,
            waiting_seconds: seconds(&[30, 30]),
            first_response_seconds: seconds(&[15]),
            handling_seconds: seconds(&[30, 600]),
            messages_visitor: 1,
            messages_agent: 1,
            ..FigureNumbers::default()
        };
        let of_ada = FigureNumbers {
            ended: 1,
            handling_seconds: seconds(&[960]),
            messages_visitor: 1,
            messages_agent: 2,
            ratings: [0, 0, 0, 1, 0],
            ..FigureNumbers::default()
        };
        let agents = [ADA, SUE].map(|login| world.demo.agents[login]);
        assert_eq!(
            seen.by_agent.iter().map(|one| (one.agent, one.numbers)).collect::<Vec<_>>(),
            [(agents[0], of_ada), (agents[1], of_sue)]
        );
        assert_eq!(seen.by_button.iter().map(|one| (one.button, one.numbers)).collect::<Vec<_>>(), [(Some(world.demo.button), total)]);

        // The same by hours; only two of them saw the beginning of Monday's.
        let hours = figures(&world, SUE, &format!("{day}&step=hour")).await;
        assert_eq!((hours.steps.len(), hours.total), (48, total));
        assert_eq!((hours.steps[9].at.0, hours.steps[9].numbers.asked), (at("2026-03-02T09:00:00Z"), 2));
        let booked: Vec<_> = (0..48).filter(|hour| hours.steps[*hour].numbers != FigureNumbers::default()).collect();
        assert_eq!(booked, [9, 23, 24]);
        // A time that begins and ends within the hour: the conversation's end, the rating, and the one that was abandoned.
        let part = figures(&world, SUE, "from=2026-03-02T09:17:00Z&until=2026-03-02T09:20:00Z&step=week").await;
        assert_eq!((part.from.0, part.until.0), (at("2026-03-02T09:15:00Z"), at("2026-03-02T09:30:00Z")));
        let numbers = part.steps[0].numbers;
        assert_eq!((numbers.ended, numbers.abandoned, numbers.asked, numbers.answered, numbers.ratings), (2, 1, 1, 0, [0, 0, 0, 1, 0]));
        let week = figures(&world, SUE, "step=week").await;
        assert_eq!((week.total, week.steps.len(), week.until.0), (total, 2, at("2026-03-03T00:15:00Z")));
        assert_eq!(week.from.0, at("2026-02-25T00:00:00Z"), "six days before today");

        // Whoever is asked for alone.
        let nobody = "0190163d-8694-739b-aea5-966c26f8ad91";
        let (deployment, button) = (world.demo.deployment, world.demo.button);
        for (filter, expected) in [
            (format!("agent={}", agents[0]), of_ada),
            (format!("queue={}", queue.as_str().unwrap()), total),
            (format!("deployment={deployment}&button={button}"), total),
            (format!("agent={}&queue={nobody}", agents[1]), FigureNumbers::default()),
            (format!("deployment={nobody}"), FigureNumbers::default()),
            (format!("button={nobody}"), FigureNumbers::default()),
        ] {
            assert_eq!(figures(&world, SUE, &format!("{day}&{filter}")).await.total, expected, "{filter}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn days_are_those_of_the_workspaces_zone_also_where_the_clock_is_changed() {
    on_both(|world| async move {
        let (office, _) = Office::open(&world).await;
        let asks_at = async |instant: &str| {
            world.clock.set(at(instant));
            office.online(SUE).await;
            let (_, visitor) = office.asks().await;
            office.visitor(&visitor, "end", json!({})).await;
        };
        let zone = async |zone: &str| {
            let mut settings = world.get(&world.token(ADA).await, "/admin/workspace").await.good()["settings"].clone();
            settings["time_zone"] = json!(zone);
            world.put(&world.token(ADA).await, "/admin/workspace", settings).await.good();
        };
        let asked = async |query: &str| -> Vec<(String, u64)> {
            let seen = figures(&world, SUE, query).await;
            assert_eq!(seen.steps.iter().map(|step| step.numbers.asked).sum::<u64>(), seen.total.asked);
            let busy = seen.steps.iter().filter(|step| step.numbers.asked > 0);
            busy.map(|step| (step.at.0.to_string()[..16].to_owned(), step.numbers.asked)).collect()
        };
        let days = |expected: &[(&str, u64)]| expected.iter().map(|(at, asked)| ((*at).to_owned(), *asked)).collect::<Vec<_>>();

        // While the zone was another: Delhi's midnight is at 18:30 UTC.
        for instant in ["2026-03-02T18:29:00Z", "2026-03-02T18:31:00Z"] {
            asks_at(instant).await;
        }
        world.app.run_due().await.unwrap();
        zone("Asia/Kolkata").await;
        for instant in ["2026-03-02T18:40:00Z", "2026-03-03T18:29:59Z", "2026-03-03T18:30:00Z", "2026-03-05T10:00:00Z"] {
            asks_at(instant).await;
        }
        world.app.run_due().await.unwrap();
        let march = "from=2026-02-28T18:30:00Z&until=2026-03-31T18:30:00Z";
        let by_day = [("2026-03-01T18:30", 1), ("2026-03-02T18:30", 3), ("2026-03-03T18:30", 1), ("2026-03-04T18:30", 1)];
        assert_eq!(asked(march).await, days(&by_day));
        assert_eq!(asked(&format!("{march}&step=week")).await, days(&[("2026-03-01T18:30", 6)]));
        let by_hour = [("2026-03-02T17:30", 1), ("2026-03-02T18:30", 2)];
        assert_eq!(asked("from=2026-03-02T12:30:00Z&until=2026-03-02T20:00:00Z&step=hour").await, days(&by_hour));

        // A day of 23 hours, and one of 25.
        zone("Europe/Berlin").await;
        for instant in ["2026-03-28T22:59:00Z", "2026-03-28T23:00:00Z", "2026-03-29T21:59:00Z", "2026-03-29T22:00:00Z"] {
            asks_at(instant).await;
        }
        for instant in ["2026-10-24T21:59:00Z", "2026-10-24T22:00:00Z", "2026-10-25T22:59:00Z", "2026-10-25T23:00:00Z"] {
            asks_at(instant).await;
        }
        world.app.run_due().await.unwrap();
        let spring = "from=2026-03-26T23:00:00Z&until=2026-03-31T22:00:00Z";
        let by_day = [("2026-03-27T23:00", 1), ("2026-03-28T23:00", 2), ("2026-03-29T22:00", 1)];
        assert_eq!(asked(spring).await, days(&by_day));
        let autumn = "from=2026-10-20T22:00:00Z&until=2026-10-29T23:00:00Z";
        let by_day = [("2026-10-23T22:00", 1), ("2026-10-24T22:00", 2), ("2026-10-25T23:00", 1)];
        assert_eq!(asked(autumn).await, days(&by_day));
        assert_eq!(asked(&format!("{autumn}&step=week")).await, days(&[("2026-10-20T22:00", 3), ("2026-10-25T23:00", 1)]));
        // What was asked for under other zones is by this one's days, too.
        let by_day = [("2026-03-01T23:00", 3), ("2026-03-02T23:00", 2), ("2026-03-04T23:00", 1)];
        assert_eq!(asked("from=2026-02-28T23:00:00Z&until=2026-03-20T23:00:00Z").await, days(&by_day));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_and_what_makes_no_sense_is_refused_with_a_sentence() {
    on_both(|world| async move {
        let [sue, agent] = [world.token(SUE).await, world.token("agent").await];
        assert_eq!(world.get(&agent, "/figures").await.problem(), (403, "not_permitted".to_owned()));
        assert_eq!(world.get("", "/figures").await.problem(), (401, "not_signed_in".to_owned()));
        let whole = figures(&world, SUE, "").await;
        assert_eq!((whole.steps.len(), whole.from.0, whole.until.0), (7, at("2026-02-24T00:00:00Z"), at("2026-03-02T09:00:00Z")));
        assert_eq!((whole.by_agent.len(), whole.by_button.len(), whole.total), (0, 0, FigureNumbers::default()));

        let far = "from=0001-01-01T00:00:00Z&until=9999-12-01T00:00:00Z";
        for (query, property) in [
            ("from=2026-03-02T09:00:00Z&until=2026-03-02T09:00:00Z".to_owned(), "until"),
            ("from=2026-03-02T09:05:00Z&until=2026-03-02T09:01:00Z".to_owned(), "until"),
            ("from=2026-03-02T09:00:01Z".to_owned(), "from"),
            ("from=2026-01-01T00:00:00Z&until=2026-03-01T00:00:00Z&step=hour".to_owned(), "step"),
            (far.to_owned(), "step"),
            (format!("{far}&step=week"), "step"),
            (format!("{far}&step=hour"), "step"),
        ] {
            let refused = world.get(&sue, &format!("/figures?{query}")).await;
            assert_eq!((refused.problem(), &refused.body["property"]), ((422, "invalid".to_owned()), &json!(property)), "{query}");
        }
        for query in ["step=month", "from=yesterday", "from=", "agent=Ann", "agent=' OR 1=1", "user=1", "step=day&step=day"] {
            let refused = world.get(&sue, &format!("/figures?{}", query.replace(' ', "%20"))).await;
            assert_eq!(refused.problem(), (400, "invalid_parameter".to_owned()), "{query}");
        }
        // The ends of the calendar are times like others.
        for query in ["from=9999-12-29T00:00:00Z&until=9999-12-30T00:00:00Z", "from=-009999-01-03T00:00:00Z&until=-009999-01-04T00:00:00Z"]
        {
            assert_eq!(figures(&world, SUE, query).await.total, FigureNumbers::default(), "{query}");
        }
        assert!(world.clock.now() > Timestamp(0));
    })
    .await;
}
