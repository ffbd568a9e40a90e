use std::time::Duration;

use domain::{permission::Permission, secret::Secret};
use switchboard_engine::{ErrorKind, sign_in::NewSignIn};
use testkit::wait_for;

use crate::world::{PASSWORD, server, worlds};

fn secret(text: &str) -> Secret {
    Secret(text.to_owned())
}

#[tokio::test]
async fn the_case_of_a_login_does_not_count_and_everything_wrong_is_refused_alike() {
    for world in worlds().await {
        let app = &world.app;
        let made = app.sign_in(world.new_sign_in("  AdMin ", PASSWORD)).await.unwrap();
        assert_eq!(made.agent.agent, world.demo.agents["admin"]);
        assert!(made.token.reveal().starts_with(&format!("sb1.{}.", world.workspace())));
        assert!(made.agent.permissions.allows(Permission::ManageAgents) && !made.agent.must_change_password);
        for wrong in [
            world.new_sign_in("admin", "wrong horse battery"),
            world.new_sign_in("nobody", PASSWORD),
            NewSignIn { workspace: Some("elsewhere".into()), ..world.new_sign_in("admin", PASSWORD) },
            world.new_sign_in("admin", &"x".repeat(5_000)),
        ] {
            assert_eq!(app.sign_in(wrong).await.unwrap_err().kind, ErrorKind::SignInRefused);
        }
        world.end().await;
    }
}

#[tokio::test]
async fn a_token_lives_while_it_is_used_and_not_for_ever() {
    for world in worlds().await {
        let app = &world.app;
        let token = app.sign_in(world.new_sign_in("agent", PASSWORD)).await.unwrap().token;
        let hours = |hours: u64| Duration::from_secs(hours * 3_600);
        world.clock.advance(hours(11));
        let used = app.authenticate(&token, None).await.unwrap();
        assert_eq!(used.expires_at, app.now() + hours(12));
        world.clock.advance(hours(11));
        app.authenticate(&token, None).await.unwrap();
        world.clock.advance(hours(12));
        assert_eq!(app.authenticate(&token, None).await.unwrap_err().kind, ErrorKind::NotSignedIn);

        let token = app.sign_in(world.new_sign_in("agent", PASSWORD)).await.unwrap().token;
        for _ in 0..72 {
            world.clock.advance(hours(10));
            if app.authenticate(&token, None).await.is_err() {
                break;
            }
        }
        assert_eq!(app.authenticate(&token, None).await.unwrap_err().kind, ErrorKind::NotSignedIn, "30 days are the most");
        world.end().await;
    }
}

#[tokio::test]
async fn made_up_and_changed_tokens_are_nobodys() {
    for world in worlds().await {
        let token = world.app.sign_in(world.new_sign_in("agent", PASSWORD)).await.unwrap().token;
        let mut changed = token.reveal().to_owned();
        let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
        changed.push(last);
        let other = token.reveal().replace(&world.workspace().to_string(), "0190163d-8694-739b-aea5-966c26f8ad91");
        for wrong in ["", "sb1", "sb1...", "sb1.x.y.z", &changed, &other, &format!("{}.x", token.reveal())] {
            assert_eq!(world.app.authenticate(&secret(wrong), None).await.unwrap_err().kind, ErrorKind::NotSignedIn);
        }
        world.end().await;
    }
}

#[tokio::test]
async fn signing_out_ends_the_token_on_every_server() {
    for world in worlds().await {
        // SQLite has one server.
        let second = if world.url.starts_with("postgres") {
            Some(server(&world.url, 1_000_000, &world.clock, &world.root_key, &world.closing).await)
        } else {
            None
        };
        let made = world.app.sign_in(world.new_sign_in("agent", PASSWORD)).await.unwrap();
        if let Some(second) = &second {
            second.authenticate(&made.token, None).await.unwrap();
        }
        world.app.sign_out(&made.agent).await.unwrap();
        assert_eq!(world.app.authenticate(&made.token, None).await.unwrap_err().kind, ErrorKind::NotSignedIn);
        if let Some(second) = second {
            wait_for("the other server forgets the token", Duration::from_secs(20), async || {
                second.authenticate(&made.token, None).await.is_err()
            })
            .await;
            world.closing.cancel();
            second.stopped().await;
            second.store().close().await;
        }
        world.end().await;
    }
}

#[tokio::test]
async fn a_new_password_ends_the_other_sign_ins() {
    for world in worlds().await {
        let app = &world.app;
        let here = app.sign_in(world.new_sign_in("agent", PASSWORD)).await.unwrap();
        let there = app.sign_in(world.new_sign_in("agent", PASSWORD)).await.unwrap();
        let change = |current: &str, new: &str| {
            let (current, new) = (secret(current), secret(new));
            app.change_password(&here.agent, current, new)
        };
        assert_eq!(change("wrong horse battery", "another fine password").await.unwrap_err().kind, ErrorKind::SignInRefused);
        assert!(matches!(change(PASSWORD, "too short").await.unwrap_err().kind, ErrorKind::Invalid { property: "new", .. }));
        assert!(matches!(change(PASSWORD, PASSWORD).await.unwrap_err().kind, ErrorKind::Invalid { property: "new", .. }));
        change(PASSWORD, "another fine password").await.unwrap();
        app.authenticate(&here.token, None).await.unwrap();
        assert_eq!(app.authenticate(&there.token, None).await.unwrap_err().kind, ErrorKind::NotSignedIn);
        assert_eq!(app.sign_in(world.new_sign_in("agent", PASSWORD)).await.unwrap_err().kind, ErrorKind::SignInRefused);
        app.sign_in(world.new_sign_in("agent", "another fine password")).await.unwrap();
        world.end().await;
    }
}

#[tokio::test]
async fn a_code_is_needed_once_the_second_factor_is_confirmed_and_works_once() {
    for world in worlds().await {
        let app = &world.app;
        let me = world.signed_in("agent").await;
        let factor = app.begin_second_factor(&me).await.unwrap();
        assert!(factor.url.reveal().starts_with("otpauth://totp/Switchboard%20default:agent?secret="));
        world.signed_in("agent").await;

        let wrong = app.confirm_second_factor(&me, &secret("000000")).await.unwrap_err();
        assert!(matches!(wrong.kind, ErrorKind::Invalid { property: "code", .. }));
        let first = world.code(&factor.secret);
        app.confirm_second_factor(&me, &first).await.unwrap();

        let with = |code: Option<Secret>| NewSignIn { code, ..world.new_sign_in("agent", PASSWORD) };
        assert_eq!(app.sign_in(with(None)).await.unwrap_err().kind, ErrorKind::CodeNeeded);
        assert_eq!(app.sign_in(with(Some(first))).await.unwrap_err().kind, ErrorKind::SignInRefused, "a code works once");
        world.clock.advance(Duration::from_secs(30));
        let next = world.code(&factor.secret);
        let both = tokio::join!(app.sign_in(with(Some(next.clone()))), app.sign_in(with(Some(next))));
        assert_eq!(u8::from(both.0.is_ok()) + u8::from(both.1.is_ok()), 1, "two at once cannot use one code");

        assert!(matches!(app.begin_second_factor(&me).await.unwrap_err().kind, ErrorKind::Conflict(_)));
        world.clock.advance(Duration::from_secs(30));
        app.remove_second_factor(&me, &world.code(&factor.secret)).await.unwrap();
        world.signed_in("agent").await;
        world.end().await;
    }
}

#[tokio::test]
async fn the_command_line_sets_a_password_and_the_demonstration_can_be_set_up_again() {
    for world in worlds().await {
        let app = &world.app;
        let before = app.sign_in(world.new_sign_in("admin", PASSWORD)).await.unwrap();
        app.reset_password(world.workspace(), "ADMIN", secret("a password from outside"), true).await.unwrap();
        assert_eq!(app.authenticate(&before.token, None).await.unwrap_err().kind, ErrorKind::NotSignedIn);
        assert!(!app.sign_in(world.new_sign_in("admin", "a password from outside")).await.unwrap().agent.must_change_password);
        let short = app.create_admin(world.workspace(), "second", "Second", secret("short")).await.unwrap_err();
        assert!(matches!(short.kind, ErrorKind::Invalid { property: "password", .. }));
        let taken = app.create_admin(world.workspace(), "Agent", "Second", secret(PASSWORD)).await.unwrap_err();
        assert!(matches!(taken.kind, ErrorKind::Taken { property: "login", .. }));
        assert!(!app.lacks_admin(world.workspace()).unwrap());

        let again = app.seed_demo(Vec::new()).await.unwrap();
        assert_eq!((again.workspace, again.deployment, again.button), (world.workspace(), world.demo.deployment, world.demo.button));
        assert_eq!(app.directory(again.workspace).unwrap().buttons.len(), 1);
        assert_eq!(app.ensure_workspace().await.unwrap(), again.workspace);
        let name = app.create_workspace("default", "UTC").await.unwrap_err();
        assert!(matches!(name.kind, ErrorKind::Taken { property: "name", .. }));
        let zone = app.create_workspace("other", "Europe/Atlantis").await.unwrap_err();
        assert!(matches!(zone.kind, ErrorKind::Invalid { property: "time_zone", .. }));
        world.end().await;
    }
}
