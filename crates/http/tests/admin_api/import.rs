//! How Live Agent was set up, taken over from its metadata files.

use std::io::{Cursor, Write as _};

use axum::body::Body;
use http::{Method, Request, header};
use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::world::{Answer, World, on_both};

const DEPLOYMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<LiveChatDeployment xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>Web Shop</label>
    <brandingImage>Shop_Banner</brandingImage>
    <connectionTimeoutDuration>120</connectionTimeoutDuration>
    <connectionWarningDuration>60</connectionWarningDuration>
    <displayQueuePosition>false</displayQueuePosition>
    <domainWhiteList>
        <domain>www.example.com</domain>
        <domain>*.example.org</domain>
    </domainWhiteList>
    <enablePrechatApi>true</enablePrechatApi>
    <enableTranscriptSave>true</enableTranscriptSave>
    <site>Shop_Site</site>
    <windowTitle>Talk to us</windowTitle>
</LiveChatDeployment>"#;

const BUTTON: &str = r#"<LiveChatButton xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>Sales &amp; Service</label>
    <autoGreeting>Hello!</autoGreeting>
    <chasitorIdleTimeout>300</chasitorIdleTimeout>
    <chasitorIdleTimeoutWarning>240</chasitorIdleTimeoutWarning>
    <customAgentName>The shop</customAgentName>
    <deployments><deployment>Web_Shop</deployment></deployments>
    <enableQueue>true</enableQueue>
    <isActive>true</isActive>
    <numberOfReroutingAttempts>2</numberOfReroutingAttempts>
    <offlineImage>Offline</offlineImage>
    <optionsHasChasitorIdleTimeout>true</optionsHasChasitorIdleTimeout>
    <optionsHasRerouteDeclinedRequest>true</optionsHasRerouteDeclinedRequest>
    <optionsIsAutoAccept>true</optionsIsAutoAccept>
    <overallQueueLength>25</overallQueueLength>
    <perAgentQueueLength>0</perAgentQueueLength>
    <postChatUrl>https://www.example.com/after</postChatUrl>
    <preChatFormPage>Before_Page</preChatFormPage>
    <pushTimeOut>20</pushTimeOut>
    <routingType>MostAvailable</routingType>
    <skills><skill>French_Speaking</skill><skill>Gone</skill></skills>
    <type>Standard</type>
    <windowLanguage>pt_BR</windowLanguage>
</LiveChatButton>"#;

const INVITATION: &str = r#"<LiveChatButton xmlns="http://soap.sforce.com/2006/04/metadata">
    <animation>Slide</animation>
    <deployments/>
    <inviteEndPosition>Center</inviteEndPosition>
    <inviteImage>Invite</inviteImage>
    <inviteStartPosition>TopLeftTop</inviteStartPosition>
    <isActive>false</isActive>
    <label>Come in</label>
    <optionsHasInviteAfterAccept>true</optionsHasInviteAfterAccept>
    <optionsHasInviteAfterReject>false</optionsHasInviteAfterReject>
    <optionsIsInviteAutoRemove>true</optionsIsInviteAutoRemove>
    <timeToRemoveInvite>30</timeToRemoveInvite>
    <type>Invite</type>
</LiveChatButton>"#;

const SKILL: &str = r#"<Skill xmlns="http://soap.sforce.com/2006/04/metadata">
    <assignments><profiles><profile>Agents</profile></profiles><users><user>AGENT</user><user>nobody@example.com</user></users></assignments>
    <label>French</label>
</Skill>"#;

const CONFIG: &str = r#"<LiveChatAgentConfig xmlns="http://soap.sforce.com/2006/04/metadata">
    <label>Front</label>
    <assignments><users><user>agent</user></users></assignments>
    <capacity>3</capacity>
    <criticalWaitTime>45</criticalWaitTime>
    <customAgentName>Sam</customAgentName>
    <enableAutoAwayOnDecline>true</enableAutoAwayOnDecline>
    <enableChatTransferToSkill>false</enableChatTransferToSkill>
    <enableSneakPeek>true</enableSneakPeek>
    <transferableButtons><button>Sales_Button</button></transferableButtons>
</LiveChatAgentConfig>"#;

const RULE: &str = r#"<LiveChatSensitiveDataRule xmlns="http://soap.sforce.com/2006/04/metadata">
    <actionType>REPLACE</actionType>
    <enforceOn>3</enforceOn>
    <isEnabled>true</isEnabled>
    <pattern>[0-9]{16}</pattern>
    <replacement>****</replacement>
</LiveChatSensitiveDataRule>"#;

fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn everything() -> Vec<u8> {
    packed(&[
        ("unpackaged/package.xml", "<Package/>"),
        ("unpackaged/liveChatAgentConfigs/Front.liveChatAgentConfig", CONFIG),
        ("unpackaged/liveChatButtons/Sales_Button.liveChatButton", BUTTON),
        ("unpackaged/liveChatButtons/Invite.liveChatButton-meta.xml", INVITATION),
        ("unpackaged/liveChatDeployments/Web_Shop.liveChatDeployment", DEPLOYMENT),
        ("unpackaged/liveChatSensitiveDataRule/Cards.liveChatSensitiveDataRule", RULE),
        ("unpackaged/skills/French_Speaking.skill", SKILL),
    ])
}

async fn send(world: &World, login: &str, query: &str, key: &str, body: Vec<u8>) -> Answer {
    let token = world.token(login).await;
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1/admin/import/metadata{query}"))
        .header("idempotency-key", key)
        .header(header::CONTENT_TYPE, "application/zip")
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    world.raw(request.body(Body::from(body)).unwrap()).await
}

async fn import(world: &World, query: &str, body: Vec<u8>) -> Value {
    send(world, "admin", query, &world.key(), body).await.good()
}

fn actions(report: &Value) -> Vec<(String, String, String)> {
    let text = |thing: &Value, name: &str| thing[name].as_str().unwrap().to_owned();
    let things = report["taken"].as_array().unwrap();
    things.iter().map(|thing| (text(thing, "kind"), text(thing, "name"), text(thing, "action"))).collect()
}

fn all(action: [&str; 6]) -> Vec<(String, String, String)> {
    let things = [
        ("skill", "French"),
        ("deployment", "Web Shop"),
        ("button", "Come in"),
        ("button", "Sales & Service"),
        ("rule", "Cards"),
        ("agent", "The agent"),
    ];
    things.iter().zip(action).map(|((kind, name), action)| ((*kind).into(), (*name).into(), action.into())).collect()
}

async fn settings(world: &World, family: &str, name: &str) -> Value {
    let admin = world.token("admin").await;
    let list = world.get(&admin, &format!("/admin/{family}")).await.good();
    let found = list["items"].as_array().unwrap().iter().find(|item| item["settings"]["name"] == name).cloned();
    found.unwrap_or_else(|| panic!("{name} among {list}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_tried_taken_over_and_taken_over_again_without_a_change() {
    on_both(|world| async move {
        let before = world.app.directory(world.demo.workspace).unwrap().buttons.len();
        let tried = import(&world, "?dry_run=true", everything()).await;
        let create = "would_create";
        assert_eq!(actions(&tried), all([create, create, create, create, create, "would_update"]));
        assert_eq!((&tried["dry_run"], &tried["taken"][0]["id"]), (&json!(true), &Value::Null));
        world.app.reload().await.unwrap();
        assert_eq!(world.app.directory(world.demo.workspace).unwrap().buttons.len(), before, "nothing was written");

        let report = import(&world, "", everything()).await;
        let made = "created";
        assert_eq!(actions(&report), all([made, made, made, made, made, "updated"]));
        let same = |report: &Value| (report["not_taken"].clone(), report["upload_again"].clone());
        assert_eq!(same(&report), same(&tried), "the trial said what would be");

        let again = import(&world, "", everything()).await;
        assert_eq!(actions(&again), all(["unchanged"; 6]));
        assert_eq!(same(&again), same(&report));
        for thing in report["taken"].as_array().unwrap() {
            let verbs = world.audited(thing["id"].as_str().unwrap()).await;
            assert_eq!(verbs.last().unwrap().rsplit('.').next(), Some(if thing["action"] == made { made } else { "changed" }), "{thing}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_has_a_place_here_is_there_and_the_rest_is_told() {
    on_both(|world| async move {
        let report = import(&world, "", everything()).await;
        let deployment = settings(&world, "deployments", "Web Shop").await;
        let of = &deployment["settings"];
        assert_eq!((&of["connection_timeout_ms"], &of["connection_warning_ms"]), (&json!(120_000), &json!(60_000)));
        assert_eq!((&of["allowed_origins"], &of["appearance"]["title"]), (&json!(["https://www.example.com"]), &json!("Talk to us")));
        assert_eq!(
            (&of["show_queue_position"], &of["prechat_api"], &of["visitor_transcript"]),
            (&json!(false), &json!(true), &json!(true))
        );
        assert_eq!(of["polling"]["hold_seconds"], 20, "what the file does not say is as the operator set it");

        let skill = settings(&world, "skills", "French").await["id"].clone();
        let button = settings(&world, "buttons", "Sales & Service").await;
        let of = &button["settings"];
        assert_eq!(of["deployments"], json!([deployment["id"]]));
        let expected = json!({
            "strategy": "most_available", "skills": [skill], "skill_match": "any", "queue": null, "queueing": true,
            "queue_limit_per_agent": null, "queue_limit_overall": 25, "push_timeout_seconds": 20, "reroute_declined": true,
            "max_reroutes": 2, "auto_accept": true, "no_agent_grace_seconds": 30, "priority": 0
        });
        assert_eq!(of["routing"], expected);
        assert_eq!((&of["greeting"], &of["agent_name"], &of["language"]), (&json!("Hello!"), &json!("The shop"), &json!("pt-BR")));
        assert_eq!((&of["idle_warning_seconds"], &of["idle_timeout_seconds"]), (&json!(240), &json!(300)));
        assert_eq!(
            (&of["form_after"], &of["form_before"], &of["invitation"]),
            (&json!("https://www.example.com/after"), &Value::Null, &Value::Null)
        );

        let invitation = settings(&world, "buttons", "Come in").await["settings"].clone();
        assert_eq!((&invitation["active"], &invitation["deployments"]), (&json!(false), &json!([])));
        let of = &invitation["invitation"];
        assert_eq!((&of["animation"], &of["start"], &of["end"]), (&json!("slide"), &json!("top_left_top"), &json!("center")));
        assert_eq!((&of["after_accept"], &of["after_reject"], &of["reject_after_seconds"]), (&json!(true), &json!(false), &json!(30)));

        let rule = settings(&world, "rules", "Cards").await["settings"].clone();
        assert_eq!((&rule["pattern"], &rule["action"], &rule["replacement"]), (&json!("[0-9]{16}"), &json!("replace"), &json!("****")));
        assert_eq!((&rule["applies_to"], &rule["active"]), (&json!(["agent", "visitor"]), &json!(true)));

        let agent = settings(&world, "agents", "The agent").await["settings"].clone();
        assert_eq!((&agent["skills"], &agent["capacity"], &agent["public_name"]), (&json!([skill]), &json!(3), &json!("Sam")));
        assert_eq!((&agent["critical_wait_seconds"], &agent["away_on_decline"]), (&json!(45), &json!(true)));
        assert_eq!((&agent["transfer_buttons"], &agent["transfer_skills"]), (&json!([button["id"]]), &json!([])));

        let not_taken: Vec<(String, String)> = report["not_taken"]
            .as_array()
            .unwrap()
            .iter()
            .map(|note| {
                let file = note["file"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
                (file, note["property"].as_str().unwrap_or_default().to_owned())
            })
            .collect();
        let told = |file: &str, property: &str| not_taken.contains(&(file.to_owned(), property.to_owned()));
        for (file, property) in [
            ("package.xml", ""),
            ("Web_Shop.liveChatDeployment", "domainWhiteList"),
            ("Web_Shop.liveChatDeployment", "site"),
            ("Sales_Button.liveChatButton", "skills"),
            ("Invite.liveChatButton-meta.xml", "rules"),
            ("French_Speaking.skill", "assignments"),
            ("Front.liveChatAgentConfig", "enableSneakPeek"),
        ] {
            assert!(told(file, property), "{file} {property}: {not_taken:?}");
        }
        assert_eq!(not_taken.len(), 8, "the skill's profile and its unknown user are two: {not_taken:?}");
        let uploads: Vec<&str> = report["upload_again"].as_array().unwrap().iter().map(|upload| upload["what"].as_str().unwrap()).collect();
        assert_eq!(uploads, ["Shop_Banner", "Invite", "Offline", "Before_Page"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_changed_or_renamed_by_hand_is_found_again() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        // A skill of that name is there already: it is the same.
        let french = world.post(&admin, "/admin/skills", json!({"name": "french"})).await.good()["id"].clone();
        let skill = packed(&[("French_Speaking.skill", SKILL)]);
        let report = import(&world, "", skill.clone()).await;
        assert_eq!((&report["taken"][0]["id"], &report["taken"][0]["action"]), (&french, &json!("updated")));
        // Renamed by hand, it is found by where it came from.
        let path = format!("/admin/skills/{}", french.as_str().unwrap());
        world.put(&admin, &path, json!({"name": "Français"})).await.good();
        let report = import(&world, "", skill).await;
        assert_eq!((&report["taken"][0]["id"], &report["taken"][0]["action"]), (&french, &json!("updated")));
        assert_eq!(world.get(&admin, &path).await.good()["settings"]["name"], "French");

        // What a file does not say stays as it was set by hand.
        import(&world, "", everything()).await;
        let deployment = settings(&world, "deployments", "Web Shop").await;
        let mut changed = deployment["settings"].clone();
        changed["max_message_chars"] = json!(100);
        changed["connection_timeout_ms"] = json!(999_000);
        world.put(&admin, &format!("/admin/deployments/{}", deployment["id"].as_str().unwrap()), changed).await.good();
        import(&world, "", everything()).await;
        let of = settings(&world, "deployments", "Web Shop").await["settings"].clone();
        assert_eq!((&of["max_message_chars"], &of["connection_timeout_ms"]), (&json!(100), &json!(120_000)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_files_are_told_and_the_others_taken_and_bad_bodies_refused() {
    on_both(|world| async move {
        let entities = "<!DOCTYPE s [<!ENTITY a \"b\">]><Skill><label>&a;</label></Skill>";
        let report = import(
            &world,
            "",
            packed(&[
                ("A.skill", entities),
                ("B.skill", "<Skill>"),
                ("C.skill", "<Skill><label>Spanish</label></Skill>"),
                ("D.liveChatSensitiveDataRule", &RULE.replace("[0-9]{16}", "([")),
                ("E.liveChatButton", "<LiveChatButton><label>E</label><pushTimeOut>soon</pushTimeOut><routingType>Chance</routingType><newThing>1</newThing></LiveChatButton>"),
                ("../F.skill", "<Skill/>"),
            ]),
        )
        .await;
        assert_eq!(actions(&report).iter().map(|(_, name, _)| name.as_str()).collect::<Vec<_>>(), ["Spanish", "E"]);
        let not_taken = report["not_taken"].as_array().unwrap();
        for (file, property) in [
            ("../F.skill", Value::Null),
            ("A.skill", Value::Null),
            ("B.skill", Value::Null),
            ("D.liveChatSensitiveDataRule", Value::Null),
            ("E.liveChatButton", json!("newThing")),
            ("E.liveChatButton", json!("pushTimeOut")),
            ("E.liveChatButton", json!("routingType")),
        ] {
            let found = not_taken.iter().find(|note| note["file"] == file && note["property"] == property);
            let found = found.unwrap_or_else(|| panic!("{file} {property}: {report:#}"));
            assert!(found["sentence"].as_str().unwrap().ends_with('.'), "{found}");
        }
        assert_eq!(not_taken.len(), 7, "{report:#}");

        let answer = send(&world, "admin", "", &world.key(), b"words".to_vec()).await;
        assert_eq!(answer.problem(), (422, "invalid".to_owned()));
        // One file has its name from the query.
        let report = import(&world, "?file_name=G.skill", b"<Skill><label>Greek</label></Skill>".to_vec()).await;
        assert_eq!((&report["taken"][0]["file"], &report["taken"][0]["name"]), (&json!("G.skill"), &json!("Greek")));
        // The same key is the same answer.
        let once = || send(&world, "admin", "", "twice", packed(&[("H.skill", "<Skill><label>Hindi</label></Skill>")]));
        assert_eq!(once().await.good(), once().await.good());
        assert_eq!(send(&world, "supervisor", "", &world.key(), everything()).await.problem().0, 403);
    })
    .await;
}
