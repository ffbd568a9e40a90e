use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::secret::Text;
use switchboard_engine::{
    ErrorKind,
    definition::Skill,
    idempotency::{Answer, Done, Keep, RequestName},
};

use crate::world::{server, worlds};

fn answer(text: &str) -> Answer {
    Answer { status: 201, body: Text(text.into()) }
}

#[tokio::test]
async fn the_same_key_does_the_work_once_and_another_body_is_refused() {
    for world in worlds().await {
        let app = &world.app;
        let name = RequestName { workspace: world.workspace(), scope: "agent x".into(), key: "k".into() };
        let times = Arc::new(AtomicUsize::new(0));
        let ask = |body: &'static str, name: RequestName| {
            let times = times.clone();
            app.once(name, app.fingerprint(&[body.as_bytes()]), move |_| async move {
                Ok(answer(&times.fetch_add(1, Ordering::SeqCst).to_string()))
            })
        };
        let all = tokio::join!(ask("a", name.clone()), ask("a", name.clone()), ask("a", name.clone()));
        for one in [all.0, all.1, all.2] {
            assert_eq!(one.unwrap(), answer("0"));
        }
        assert_eq!(ask("b", name.clone()).await.unwrap_err().kind, ErrorKind::KeyReused);
        let other = RequestName { scope: "agent y".into(), ..name.clone() };
        assert_eq!(ask("b", other).await.unwrap(), answer("1"), "keys belong to whom they are of");
        world.clock.advance(Duration::from_secs(24 * 60 * 60 + 1));
        assert_eq!(ask("b", name).await.unwrap(), answer("2"), "after a day the key is new");
        world.end().await;
    }
}

#[tokio::test]
async fn a_failure_keeps_nothing() {
    for world in worlds().await {
        let app = &world.app;
        let name = RequestName { workspace: world.workspace(), scope: "s".into(), key: "k".into() };
        let failed = app.once(name.clone(), vec![1], |_| async { Err(ErrorKind::Unavailable.into()) }).await;
        assert_eq!(failed.unwrap_err().kind, ErrorKind::Unavailable);
        assert_eq!(app.once(name, vec![1], |_| async { Ok(answer("now")) }).await.unwrap(), answer("now"));
        world.end().await;
    }
}

#[tokio::test]
async fn two_servers_asked_with_one_key_make_one_thing() {
    for world in worlds().await {
        let second = if world.url.starts_with("postgres") {
            Some(server(&world.url, 1_000_000, &world.clock, &world.root_key, &world.closing).await)
        } else {
            None
        };
        let admin = world.signed_in("admin").await;
        let name = RequestName { workspace: world.workspace(), scope: "agent".into(), key: "k".into() };
        let ask = |app: &switchboard_engine::App| {
            let (app, admin, name) = (app.clone(), admin.clone(), name.clone());
            async move {
                let inner = app.clone();
                app.once(name, vec![9], move |once| async move {
                    let keep = Keep::new(once, |made: &(domain::ids::SkillId, Skill)| answer(&made.0.to_string()));
                    match inner.create(&admin, Skill { name: "French".into() }, Some(keep)).await? {
                        Done::Now((id, _)) => Ok(answer(&id.to_string())),
                        Done::Before(answer) => Ok(answer),
                    }
                })
                .await
                .unwrap()
            }
        };
        let (one, two) = tokio::join!(ask(&world.app), ask(second.as_ref().unwrap_or(&world.app)));
        assert_eq!(one, two);
        world.app.reload().await.unwrap();
        assert_eq!(world.app.directory(world.workspace()).unwrap().skills.len(), 1);
        if let Some(second) = second {
            world.closing.cancel();
            second.stopped().await;
            second.store().close().await;
        }
        world.end().await;
    }
}
