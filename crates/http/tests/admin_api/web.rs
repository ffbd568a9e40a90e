//! What visitors are shown, set over HTTP: it is kept as it was said, and what a page could not use, or should not, is refused.

use serde_json::{Value, json};

use crate::world::on_both;

fn long(n: usize) -> String {
    "x".repeat(n)
}

fn field(label: &str, more: Value) -> Value {
    let mut field = json!({"label": label, "kind": "text"});
    field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    field
}

#[tokio::test(flavor = "multi_thread")]
async fn a_buttons_forms_and_invitation_are_kept_as_they_were_said() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let office = json!({"name": "Office", "time_zone": "Europe/Berlin", "weekly": [{"day": "monday", "from": "09:00", "to": "24:00"}],
            "holidays": [{"date": "2026-12-25", "name": "Christmas"}]});
        let office = world.post(&admin, "/admin/hours", office).await.good();
        assert_eq!(office["settings"]["holidays"][0], json!({"date": "2026-12-25", "name": "Christmas", "from": null, "to": null}));
        let said = json!({
            "name": "Questions", "chat_page": "https://a.example/chat?x=1",
            "prechat_form": {"introduction": " Tell us \u{0}first. ", "fields": [
                {"label": "Your name", "kind": "text", "required": true, "is_name": true},
                {"label": "Mail", "kind": "email", "transcript_fields": ["Email__c"],
                 "map": [{"entity": "Contact", "field": "Email", "find": true, "exact": true, "create": true}]},
                {"label": "Topic", "kind": "choice", "choices": ["Order", "Return"]}
            ]},
            "survey": {"comment": true}, "offline_form": {"ask_phone": true},
            "invitation": {"text": "Need help?", "animation": "slide", "start": "left", "end": "center", "filter": "and(1, not(2))", "rules": [
                {"kind": "seconds_on_page", "operator": "greater", "value": " 010"},
                {"kind": "custom_variable", "name": "cart", "operator": "equals", "value": "0"}
            ]},
            "hours": office["id"]
        });
        let button = world.post(&admin, "/admin/buttons", said).await.good();
        let kept = &button["settings"];
        assert_eq!(kept["prechat_form"]["introduction"], "Tell us first.");
        assert_eq!(kept["prechat_form"]["fields"][1]["map"][0]["exact"], true);
        assert_eq!(kept["prechat_form"]["fields"][1]["visible_to_agent"], true);
        assert_eq!(kept["invitation"]["filter"], "AND(1,NOT(2))");
        assert_eq!(kept["invitation"]["rules"][0]["value"], "10");
        assert_eq!(kept["survey"], json!({"question": null, "comment": true}));
        let again = world.put(&admin, &format!("/admin/buttons/{}", button["id"].as_str().unwrap()), kept.clone()).await.good();
        assert_eq!(&again["settings"], kept);

        let used = world.delete(&admin, &format!("/admin/hours/{}", office["id"].as_str().unwrap())).await;
        assert_eq!(used.problem(), (409, "in_use".to_owned()));
        assert_eq!(used.body["detail"], "the button \"Questions\" still uses these business hours: choose others there first");

        let looks = json!({"title": "Ask us", "logo_url": "/logo.png", "primary_color": "#AABBCC", "language": "pt-BR", "texts": {"a.b": "c"}});
        let site = json!({"name": "Shop", "appearance": looks, "redirect_hosts": ["Forms.example:8443"], "prechat_api": true});
        let site = world.post(&admin, "/admin/deployments", site).await.good();
        assert_eq!(site["settings"]["appearance"]["primary_color"], "#aabbcc");
        assert_eq!(site["settings"]["redirect_hosts"], json!(["forms.example:8443"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_cannot_use_or_should_not_is_refused_with_its_property() {
    on_both(|world| async move {
        let admin = world.token("admin").await;
        let mut refused = Vec::new();
        let mut told = async |path: &str, settings: Value| {
            let answer = world.post(&admin, path, settings).await;
            assert_eq!(answer.problem(), (422, "invalid".to_owned()), "{answer:?}");
            let detail = answer.body["detail"].as_str().unwrap();
            refused.push(format!("{}: {}", answer.body["property"].as_str().unwrap(), detail));
        };
        let texts = |n: usize| Value::Object((0..n).map(|n| (format!("k{n}"), json!(""))).collect());
        for settings in [
            json!({"appearance": {"logo_url": "javascript:alert(1)"}}),
            json!({"appearance": {"primary_color": "red"}}),
            json!({"appearance": {"background_color": "#12345é"}}),
            json!({"appearance": {"language": "de_DE; path=/"}}),
            json!({"appearance": {"title": long(256)}}),
            json!({"appearance": {"texts": texts(65)}}),
            json!({"appearance": {"texts": {"a": long(501)}}}),
            json!({"appearance": {"texts": {"<b>": "x"}}}),
            json!({"redirect_hosts": ["https://a.example"]}),
            json!({"redirect_hosts": vec!["a.example"; 51]}),
        ] {
            let mut settings = settings;
            settings["name"] = json!("Odd");
            told("/admin/deployments", settings).await;
        }
        let rule = |rule: Value| json!({"invitation": {"rules": [rule]}});
        for settings in [
            json!({"chat_page": "javascript:alert(1)"}),
            json!({"form_before": "ftp://a.example"}),
            json!({"form_after": "//a.example"}),
            json!({"hours": "0190163d-8694-739b-aea5-966c26f8ad91"}),
            json!({"prechat_form": {"fields": vec![field("a", json!({})); 21]}}),
            json!({"prechat_form": {"fields": [field(" \u{202e}", json!({}))]}}),
            json!({"prechat_form": {"fields": [field("a", json!({})), field("a ", json!({}))]}}),
            json!({"prechat_form": {"fields": [field("a", json!({"is_name": true})), field("b", json!({"is_name": true}))]}}),
            json!({"prechat_form": {"fields": [field("a", json!({"kind": "choice"}))]}}),
            json!({"prechat_form": {"fields": [field("a", json!({"choices": ["x"]}))]}}),
            json!({"prechat_form": {"fields": [field("a", json!({"map": [{"entity": "", "field": "f"}]}))]}}),
            json!({"prechat_form": {"fields": [field("a", json!({"transcript_fields": vec!["f"; 51]}))]}}),
            json!({"prechat_form": {"fields": [], "introduction": long(2_001)}}),
            json!({"survey": {"question": long(501)}}),
            json!({"invitation": {"image_url": "http://a.example/i.png"}}),
            json!({"invitation": {"image_width": 0}}),
            json!({"invitation": {"reject_after_seconds": 0}}),
            json!({"invitation": {"filter": "1"}}),
            json!({"invitation": {"filter": "NOT(".repeat(200)}}),
            rule(json!({"kind": "url", "operator": "less", "value": "x"})),
            rule(json!({"kind": "url", "name": "x", "operator": "equals", "value": "x"})),
            rule(json!({"kind": "page_views", "operator": "contains", "value": "1"})),
            rule(json!({"kind": "page_views", "operator": "equals", "value": "-1"})),
            rule(json!({"kind": "custom_variable", "operator": "equals", "value": "1"})),
        ] {
            let mut settings = settings;
            settings["name"] = json!("Odd");
            told("/admin/buttons", settings).await;
        }
        for settings in [
            json!({"time_zone": "Mars/Olympus"}),
            json!({"time_zone": "UTC", "weekly": [{"day": "monday", "from": "17:00", "to": "09:00"}]}),
            json!({"time_zone": "UTC", "holidays": [{"date": "2026-02-30", "name": "Never"}]}),
            json!({"time_zone": "UTC", "holidays": [{"date": "2026-02-28", "name": ""}]}),
        ] {
            let mut settings = settings;
            settings["name"] = json!("Odd");
            told("/admin/hours", settings).await;
        }
        insta::allow_duplicates! { insta::assert_snapshot!(refused.join("\n"), @r#"
        appearance.logo_url: it must be an https address, or a path of this server that begins with /
        appearance.primary_color: a colour is written like #1a2b3c
        appearance.background_color: a colour is written like #1a2b3c
        appearance.language: a language is written like de or pt-BR
        appearance.title: it has 256 characters, at most 255 are allowed
        appearance.texts: at most 64 texts are allowed
        appearance.texts: a: it has 501 characters, at most 500 are allowed
        appearance.texts: the key of a text is made of letters, digits, '.', '_' and '-'
        redirect_hosts: it must be a host such as forms.example.com or forms.example.com:8443, without https://
        redirect_hosts: at most 50 hosts are allowed
        chat_page: it must be an address such as https://www.example.com/page
        form_before: it must be an address such as https://www.example.com/page
        form_after: it must be an address such as https://www.example.com/page
        hours: these business hours are not there: choose others, or none for always
        prechat_form.fields: at most 20 fields are allowed
        prechat_form.fields: field 1: label: it is empty
        prechat_form.fields: field 2: another field asks for "a" too
        prechat_form.fields: the visitor has one name: only one field can be it
        prechat_form.fields: field 1: choices: a choice needs 1 to 100 of them
        prechat_form.fields: field 1: choices: only a choice has them
        prechat_form.fields: field 1: map.entity: it is empty
        prechat_form.fields: field 1: transcript_fields: at most 50 are allowed
        prechat_form.introduction: it has 2001 characters, at most 2000 are allowed
        survey.question: it has 501 characters, at most 500 are allowed
        invitation.image_url: it must be an https address, or a path of this server that begins with /
        invitation.image_width: it must be from 1 to 4096
        invitation.reject_after_seconds: it must be from 1 to 86400
        invitation.filter: there is no rule 1
        invitation.filter: it is nested more than 100 deep
        invitation.rules: rule 1: operator: an address is neither less nor greater
        invitation.rules: rule 1: name: only a custom variable has one
        invitation.rules: rule 1: operator: a number cannot begin with something or hold it
        invitation.rules: rule 1: value: it must be a whole number
        invitation.rules: rule 1: name: say which variable
        time_zone: no time zone has this name: write one such as Europe/Berlin
        weekly: Monday, span 1: it must end after it begins; for a night write two, one up to 24:00 and one from 00:00
        holidays: holiday 1: write the date as 2026-12-25
        holidays: holiday 1: give it a name of 1 to 255 characters
        "#) };
        let odd = world.post(&admin, "/admin/buttons", json!({"name": "Odd", "invitation": {"start": "nowhere"}})).await;
        assert_eq!(odd.problem(), (400, "invalid_body".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_of_before_reads_as_it_did() {
    let old = json!({"name": "Help", "form_before": "https://a.example"});
    let button: engine::definition::Button = serde_json::from_value(old).unwrap();
    assert_eq!((button.prechat_form, button.invitation, button.hours), (None, None, None));
    let old = json!({"name": "Site"});
    let site: engine::definition::Deployment = serde_json::from_value(old).unwrap();
    assert_eq!(site, engine::definition::Deployment { name: "Site".into(), ..Default::default() });
}
