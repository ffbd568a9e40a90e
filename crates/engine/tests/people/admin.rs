use domain::{permission::Permission, secret::Secret};
use serde_json::json;
use store::AuditFilter;
use switchboard_engine::{
    ErrorKind,
    admin::{Administered, KnockedAs, Named},
    definition::{Agent, Block, Button, Deployment, Queue, Role, Rule, Skill},
    idempotency::Done,
    listing::{Asked, PAGE},
};

use crate::world::{PASSWORD, World, worlds};

fn read<T: Administered>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// All of a list that fits a page.
fn whole<C>() -> Asked<'static, C> {
    Asked { search: None, after: None, limit: PAGE }
}

async fn made<T: Administered>(world: &World, json: serde_json::Value) -> T::Id {
    let admin = world.signed_in("admin").await;
    match world.app.create::<T>(&admin, read(json), None).await.unwrap() {
        Done::Now((id, _)) => id,
        Done::Before(_) => panic!("no key was given"),
    }
}

#[tokio::test]
async fn a_definition_is_in_effect_when_it_is_answered_and_each_change_is_audited() {
    for world in worlds().await {
        let admin = world.signed_in("admin").await;
        let id = made::<Skill>(&world, json!({"name": "  French  "})).await;
        assert_eq!(world.app.directory(world.workspace()).unwrap().skills[&id].name, "French");
        world.app.replace::<Skill>(&admin, id, read(json!({"name": "Français"}))).await.unwrap();
        assert_eq!(world.app.read::<Skill>(&admin, id).unwrap().name, "Français");
        world.app.remove::<Skill>(&admin, id).await.unwrap();
        assert_eq!(world.app.read::<Skill>(&admin, id).unwrap_err().kind, ErrorKind::NotFound("skill"));
        let filter = AuditFilter { subject: Some(id.to_string()), ..AuditFilter::default() };
        let lines = world.app.store().snapshot().await.unwrap().audit(world.workspace(), &filter, None, 10).await.unwrap();
        let said: Vec<_> = lines.iter().map(|line| (line.action.as_str(), line.actor == admin.agent.to_string())).collect();
        assert_eq!(said, [("skill.removed", true), ("skill.changed", true), ("skill.created", true)]);
        assert_eq!(lines[1].body["address"], "192.0.2.7");
        world.end().await;
    }
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_property() {
    for world in worlds().await {
        let admin = world.signed_in("admin").await;
        macro_rules! refused {
            ($($type:ty, $json:tt, $property:literal;)*) => {$({
                let kind = world.app.create::<$type>(&admin, read(json!($json)), None).await.unwrap_err().kind;
                match kind {
                    ErrorKind::Invalid { property, .. } | ErrorKind::Taken { property, .. } => assert_eq!(property, $property, "{}", stringify!($json)),
                    other => panic!("{other:?} for {}", stringify!($json)),
                }
            })*};
        }
        let nobody = "0190163d-8694-739b-aea5-966c26f8ad91";
        refused! {
            Skill, {"name": " \u{200b} "}, "name";
            Deployment, {"name": "DEMONSTRATION"}, "name";
            Deployment, {"name": "a", "connection_timeout_ms": 10}, "connection_timeout_ms";
            Deployment, {"name": "a", "connection_warning_ms": 280000}, "connection_warning_ms";
            Deployment, {"name": "a", "allowed_origins": ["https://www.example.com/page"]}, "allowed_origins";
            Deployment, {"name": "a", "files": {"media_types": ["image"]}}, "files.media_types";
            Deployment, {"name": "a", "polling": {"switch_server": "javascript:alert(1)"}}, "polling.switch_server";
            Button, {"name": "a", "deployments": [nobody]}, "deployments";
            Button, {"name": "a", "routing": {"queue": nobody}}, "routing.queue";
            Button, {"name": "a", "idle_warning_seconds": 20}, "idle_warning_seconds";
            Button, {"name": "a", "idle_warning_seconds": 20, "idle_timeout_seconds": 20}, "idle_warning_seconds";
            Button, {"name": "a", "form_after": "javascript:alert(1)"}, "form_after";
            Queue, {"name": "a", "routing": {"skills": [nobody]}}, "routing.skills";
            Rule, {"name": "a", "pattern": "(", "action": "remove", "applies_to": ["visitor"]}, "pattern";
            Rule, {"name": "a", "pattern": "x", "action": "remove", "applies_to": []}, "applies_to";
            Block, {"from": "192.0.2.9", "to": "192.0.2.1"}, "to";
        }
        world.end().await;
    }
}

#[tokio::test]
async fn what_is_used_stays_and_the_sentence_names_the_user() {
    for world in worlds().await {
        let admin = world.signed_in("admin").await;
        let skill = made::<Skill>(&world, json!({"name": "French"})).await;
        let queue = made::<Queue>(&world, json!({"name": "Second line", "routing": {"skills": [skill]}})).await;
        let button = made::<Button>(&world, json!({"name": "Shop", "routing": {"queue": queue}})).await;
        let said = |kind: ErrorKind| kind.to_string();
        assert_eq!(
            said(world.app.remove::<Skill>(&admin, skill).await.unwrap_err().kind),
            "the queue \"Second line\" still uses this skill"
        );
        assert_eq!(said(world.app.remove::<Queue>(&admin, queue).await.unwrap_err().kind), "the button \"Shop\" still uses this queue");
        world.app.remove::<Button>(&admin, button).await.unwrap();
        world.app.remove::<Queue>(&admin, queue).await.unwrap();
        world.app.remove::<Skill>(&admin, skill).await.unwrap();
        world.end().await;
    }
}

#[tokio::test]
async fn nobody_gives_away_rights_that_he_has_not_and_the_last_admin_stays_one() {
    for world in worlds().await {
        let app = &world.app;
        let admin = world.signed_in("admin").await;
        let agent = world.signed_in("agent").await;
        assert_eq!(app.create::<Skill>(&agent, read(json!({"name": "x"})), None).await.unwrap_err().kind, ErrorKind::Forbidden);

        let manager = made::<Role>(&world, json!({"name": "manager", "permissions": ["agents.manage", "roles.manage"]})).await;
        let profile = app.read::<Agent>(&admin, agent.agent).unwrap();
        let promoted = Agent { roles: vec![manager], ..profile.clone() };
        app.replace(&admin, agent.agent, promoted.clone()).await.unwrap();
        let manager_in = world.signed_in("agent").await;
        let admin_role = app.read::<Agent>(&admin, admin.agent).unwrap().roles[0];
        let greedy = Agent { roles: vec![manager, admin_role], ..promoted.clone() };
        assert_eq!(app.replace(&manager_in, agent.agent, greedy).await.unwrap_err().kind, ErrorKind::Forbidden);
        let all = read::<Role>(json!({"name": "all", "permissions": ["audit.read"]}));
        assert_eq!(app.create(&manager_in, all, None).await.unwrap_err().kind, ErrorKind::Forbidden);
        let secret = Secret("a password of another".into());
        assert_eq!(app.reset_agents_password(&manager_in, admin.agent, secret, false).await.unwrap_err().kind, ErrorKind::Forbidden);
        app.replace(&admin, agent.agent, profile).await.unwrap();

        let myself = app.read::<Agent>(&admin, admin.agent).unwrap();
        for less in [Agent { active: false, ..myself.clone() }, Agent { roles: vec![], ..myself.clone() }] {
            assert!(matches!(app.replace(&admin, admin.agent, less).await.unwrap_err().kind, ErrorKind::Conflict(_)));
        }
        let built_in = read::<Role>(json!({"name": "admin", "permissions": []}));
        assert!(matches!(app.replace(&admin, admin_role, built_in).await.unwrap_err().kind, ErrorKind::Conflict(_)));
        assert!(admin.permissions.allows(Permission::ManageRoles));
        world.end().await;
    }
}

#[tokio::test]
async fn a_new_agent_must_change_the_password_and_a_disabled_one_is_out_at_once() {
    for world in worlds().await {
        let app = &world.app;
        let admin = world.signed_in("admin").await;
        let new = read::<Agent>(json!({"login": "Eve", "name": "Eve"}));
        let Done::Now((id, eve)) = app.create_agent(&admin, new.clone(), Secret(PASSWORD.into()), None).await.unwrap() else { panic!() };
        let again = app.create_agent(&admin, Agent { login: "EVE".into(), ..new }, Secret(PASSWORD.into()), None).await.unwrap_err();
        assert!(matches!(again.kind, ErrorKind::Taken { property: "login", .. }));
        let signed_in = app.sign_in(world.new_sign_in("eve", PASSWORD)).await.unwrap();
        assert!(signed_in.agent.must_change_password);
        app.change_password(&signed_in.agent, Secret(PASSWORD.into()), Secret("my very own password".into())).await.unwrap();
        assert!(!app.authenticate(&signed_in.token, None).await.unwrap().must_change_password);
        app.replace(&admin, id, Agent { active: false, ..eve.clone() }).await.unwrap();
        assert_eq!(app.authenticate(&signed_in.token, None).await.unwrap_err().kind, ErrorKind::NotSignedIn);
        assert_eq!(app.sign_in(world.new_sign_in("eve", "my very own password")).await.unwrap_err().kind, ErrorKind::SignInRefused);
        app.remove::<Agent>(&admin, id).await.unwrap();
        let reused = app.create_agent(&admin, eve, Secret(PASSWORD.into()), None).await;
        assert!(reused.is_ok(), "the login is free again");
        world.end().await;
    }
}

#[tokio::test]
async fn lists_are_paged_by_name_and_only_for_who_may_manage_the_kind() {
    for world in worlds().await {
        let admin = world.signed_in("admin").await;
        for name in ["one", "two", "three", "four", "Twofold"] {
            made::<Skill>(&world, json!({ "name": name })).await;
        }
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let asked = Asked { search: None, after: after.as_ref(), limit: 2 };
            let page = world.app.list::<Skill>(&admin, &asked).unwrap();
            names.extend(page.items.iter().map(|(_, skill)| skill.name.clone()));
            let Some(next) = page.next else { break };
            after = Some(next);
        }
        assert_eq!(names, ["four", "one", "three", "two", "Twofold"]);
        let found = world.app.list::<Skill>(&admin, &Asked { search: Some("TWO"), after: None, limit: 2 }).unwrap();
        assert_eq!((found.items.len(), found.next), (2, None));
        let agent = world.signed_in("agent").await;
        assert_eq!(world.app.list::<Skill>(&agent, &whole()).unwrap_err().kind, ErrorKind::Forbidden);
        world.end().await;
    }
}

#[tokio::test]
async fn an_unknown_id_that_knocked_is_adopted_and_several_may_name_one_thing() {
    for world in worlds().await {
        let (app, button) = (&world.app, world.demo.button);
        let admin = world.signed_in("admin").await;
        let now = app.now();
        app.store()
            .write::<_, store::Error, _>(move |tx| {
                Box::pin(async move {
                    tx.knock("old", "00DSB0000000001", "572SB0000000001", "573AB0000000009EAA", now).await?;
                    tx.knock("old", "00DSB0000000001", "572SB0000000001", "573AB0000000009", now).await?;
                    tx.knock("old", "00DXX0000000001", "572XX0000000001", "", now).await
                })
            })
            .await
            .unwrap();
        let unknown: Vec<_> = app
            .knocks(&admin, &whole())
            .await
            .unwrap()
            .items
            .into_iter()
            .map(|one| (one.as_what, one.old_id[..15].to_owned(), one.times))
            .collect();
        assert_eq!(unknown.len(), 3, "{unknown:?}");
        assert!(unknown.contains(&(KnockedAs::Button, "573AB0000000009".into(), 2)));
        assert_eq!(app.set_old_id(&admin, "573AB0000000009EAA", Named::Button(button.0)).await.unwrap(), "573AB0000000009");
        assert_eq!(app.directory(world.workspace()).unwrap().by_old_id("573AB0000000009"), Some(button.0));
        let mut of_button: Vec<_> = app.directory(world.workspace()).unwrap().old_ids_of(button).map(str::to_owned).collect();
        of_button.sort();
        assert_eq!(of_button, ["573AB0000000009", "573SB0000000001"]);
        assert_eq!(app.knocks(&admin, &whole()).await.unwrap().items.len(), 2, "the adopted one is known");
        app.forget_knock(&admin, "00DXX0000000001").await.unwrap();
        assert_eq!(app.knocks(&admin, &whole()).await.unwrap().items.len(), 0);
        assert_eq!(app.forget_knock(&admin, "00DXX0000000001").await.unwrap_err().kind, ErrorKind::NotFound("knock"));
        for wrong in ["", "573", "573AB000000000é", "573AB0000000009EAAA"] {
            assert!(matches!(app.set_old_id(&admin, wrong, Named::Button(button.0)).await.unwrap_err().kind, ErrorKind::Invalid { .. }));
        }
        assert!(matches!(
            app.set_old_id(&admin, "573AB0000000009", Named::Agent(button.0)).await.unwrap_err().kind,
            ErrorKind::Invalid { .. }
        ));
        app.set_old_id(&admin, "00DXX0000000001", Named::Workspace(world.workspace())).await.unwrap();
        assert_eq!(
            app.old_ids(&admin, &whole()).unwrap().items.len(),
            8,
            "those of the demonstration and its agents, and three that were set here"
        );
        app.remove_old_id(&admin, "00DXX0000000001").await.unwrap();
        assert!(app.directories().by_organisation("00DXX0000000001").is_none());
        let other = app.create_workspace("other", "UTC").await.unwrap();
        assert!(app.set_old_id(&admin, "00DXX0000000002", Named::Workspace(other)).await.is_err());
        world.end().await;
    }
}
