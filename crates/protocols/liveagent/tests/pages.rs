//! What pages send: a pre-chat form (deployment_segment.md 6), and what a site's pages know of a visitor (5).

use liveagent::init::{CustomDetail, Entity, EntityField, EntityMap, Target};
use liveagent::prechat::PrechatForm;
use liveagent::query::Query;
use liveagent::visit::{SeenPage, VisitForm, merged};
use proptest::prelude::*;
use switchboard_liveagent as liveagent;

fn form(fields: &[(&str, &str)]) -> PrechatForm {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields);
    PrechatForm::parse(text.finish().as_bytes())
}

fn visit(fields: &[(&str, &str)]) -> VisitForm {
    let mut text = form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields);
    VisitForm::from_pairs(&Query::parse(&text.finish()))
}

fn field(field: &str, label: &str, [find, exact, create]: [bool; 3]) -> EntityField {
    EntityField { field_name: field.into(), label: label.into(), do_find: find, is_exact_match: exact, do_create: create }
}

/// 6.3, as a browser encodes it.
#[test]
fn the_references_form_is_read() {
    let body =
        b"liveagent.prechat%3AMail=ada%40example.org&liveagent.prechat.name=Ada&liveagent.prechat.findorcreate.map%3AContact=Email%2CMail\
&liveagent.prechat.findorcreate.map.doFind%3AContact=Email%2Ctrue&liveagent.prechat.findorcreate.saveToTranscript%3AContact=ContactId";
    let contact = Entity {
        entity_name: "Contact".into(),
        save_to_transcript: Some("ContactId".into()),
        entity_fields_maps: vec![field("Email", "Mail", [true, false, false])],
        ..Entity::default()
    };
    let expected = PrechatForm {
        visitor_name: Some("Ada".into()),
        details: vec![CustomDetail::new("Mail", "ada@example.org")],
        entities: vec![contact],
        button_overrides: Vec::new(),
    };
    assert_eq!(PrechatForm::parse(body), expected);
}

/// Each row of the table in 6.2.
#[test]
fn every_documented_field_is_read() {
    let read = form(&[
        ("liveagent.prechat.findorcreate.displayToAgent:Case", "false"),
        ("liveagent.prechat:Case", "0001"),
        ("liveagent.prechat:First", "Ada"),
        ("liveagent.prechat.buttons", "005SB0000000001_573SB0000000001,573SB0000000002"),
        ("liveagent.prechat.buttons", "005SB0000000003"),
        ("liveagent.prechat.findorcreate.map:Contact", "FirstName,First;LastName,Last;Email, Mail ;"),
        ("liveagent.prechat.findorcreate.map.doFind:Contact", "Email,true;LastName,false"),
        ("liveagent.prechat.findorcreate.map.isExactMatch:Contact", "Email,true;"),
        ("liveagent.prechat.findorcreate.map.doCreate:Contact", "FirstName,true;LastName,true"),
        ("liveagent.prechat.findorcreate.showOnCreate:Contact", "true"),
        ("liveagent.prechat.findorcreate.linkToEntity:Contact", "Case,ContactId"),
        ("liveagent.prechat.findorcreate.linkToEntity:Contact", "Account,Owner__c"),
        ("liveagent.prechat.findorcreate.saveToTranscript:Case", "CaseId"),
        ("liveagent.prechat.knowledgeSearch:First", "true"),
        ("liveagent.prechat.save:First", "First__c"),
        ("liveagent.prechat.save:First", "not a name"),
        ("liveagent.prechat.query:Case", "Case,Case.CaseNumber"),
        ("liveagent.prechat.name", "Ada Lovelace"),
        ("_csrf", "of the customer's own"),
    ]);
    assert_eq!(
        read.details,
        [
            CustomDetail { display_to_agent: false, ..CustomDetail::new("Case", "0001") },
            CustomDetail { transcript_fields: vec!["First__c".into()], do_knowledge_search: true, ..CustomDetail::new("First", "Ada") },
        ]
    );
    let contact = Entity {
        entity_name: "Contact".into(),
        show_on_create: true,
        link_to_entity_name: Some("Case".into()),
        link_to_entity_field: Some("ContactId".into()),
        entity_fields_maps: vec![
            field("FirstName", "First", [false, false, true]),
            field("LastName", "Last", [false, false, true]),
            field("Email", "Mail", [true, true, false]),
        ],
        ..Entity::default()
    };
    let case = Entity {
        entity_name: "Case".into(),
        save_to_transcript: Some("CaseId".into()),
        entity_fields_maps: vec![field("CaseNumber", "Case", [true, false, false])],
        ..Entity::default()
    };
    assert_eq!(read.entities, [contact, case]);
    let targets: Vec<Target> = read.targets().collect();
    let both = Target::AgentThenButton { agent: "005SB0000000001".into(), button: "573SB0000000001".into() };
    assert_eq!(targets, [both, Target::Button("573SB0000000002".into()), Target::Agent("005SB0000000003".into())]);
    assert_eq!(read.visitor_name.as_deref().map(String::as_str), Some("Ada Lovelace"));
}

#[test]
fn sloppy_forms_mean_what_they_meant() {
    // Spaces as the guide prints them, another case, names and flags of nothing.
    let read = form(&[
        (" liveagent.prechat: Mail ", "a@example.org"),
        ("liveagent.prechat.findOrCreate.map: Contact", "Email,Mail"),
        ("liveagent.prechat.findorcreate.map.doFind: Contact", " Email , TRUE ;Phone,true;Nothing;,true"),
        ("liveagent.prechat.findorcreate.map.doFind:Lead", "Email,true"),
        ("liveagent.prechat.findorcreate.map:", "Email,Mail"),
        ("liveagent.prechat.findorcreate.linkToEntity:Contact", "Case"),
        ("liveagent.prechat:", "no label"),
        ("liveagent.prechat", "no label"),
        ("liveagent.prechat.name", "  "),
        ("liveagent.visitorname", " Ada "),
        ("liveagent.prechat:Topic", "A"),
        ("liveagent.prechat:Topic", ""),
        ("liveagent.prechat:Topic", "B"),
        ("liveagent.prechat:Order: number", "7"),
        ("liveagent.prechat.displayToAgent:Mail", "maybe"),
    ]);
    let contact = Entity {
        entity_name: "Contact".into(),
        entity_fields_maps: vec![field("Email", "Mail", [true, false, false])],
        ..Entity::default()
    };
    assert_eq!(read.entities, [contact]);
    let told = [("Mail", "a@example.org"), ("Topic", "A;B"), ("Order: number", "7")].map(|(label, value)| CustomDetail::new(label, value));
    assert_eq!(read.details, told);
    assert_eq!(read.visitor_name, Some("Ada".into()));
    assert!(form(&[("endpoint", "x"), ("name", "Ada")]).is_empty());
    assert!(PrechatForm::parse(b"").is_empty());
}

/// 5 and 6.5: what deployment.js sends, and the names of the other generations.
#[test]
fn what_a_sites_pages_knew_is_read_under_all_its_names() {
    let read = visit(&[
        ("endpoint", "https://chat.example/content/s/chat?language=#deployment_id=D"),
        ("deploymentId", "572SB0000000001"),
        ("orgId", "00DSB0000000001"),
        ("sid", "0190aaaa-0000-7000-8000-000000000001"),
        ("ptid", "undefined"),
        ("vc", "3"),
        ("oref", ""),
        (
            "det",
            r#"[{"label":"Mail","value":"a@example.org","displayToAgent":true,"entityMaps":[{"entityName":"Contact","fieldName":"Email","fastFill":true,"autoQuery":true,"exactMatch":false}],"transcriptFields":["Mail__c"],"doKnowledgeSearch":true},
               {"label":"Age","value":7,"entityFieldMaps":[{"entityName":"Contact","fieldName":"Age","isFastFillable":true,"isAutoQueryable":false,"isExactMatch":true}]},
               {"label":"Vip","value":true,"displayToAgent":false}, {"value":"no label"}, 7, null]"#,
        ),
        (
            "ent",
            r#"[{"entityName":"Contact","showOnCreate":false,"linkToEntityName":"","linkToEntityField":"","entityFieldsMaps":[{"fieldName":"Email","label":"Mail","doFind":true,"isExactMatch":true,"doCreate":true}]},
               {"entityName":"Contact","saveToTranscript":"ContactId","showOnCreate":true,"linkToEntityName":"","linkToEntityField":"","entityFieldMaps":[]}]"#,
        ),
        ("pages", r#"[{"location":"https://shop.example/b","time":"0"},{"location":"https://shop.example/a","time":61000},{"time":"1"}]"#),
        ("sessionStart", "61000"),
        ("visitorName", "Ada"),
        ("device", "b3c1"),
        ("user", "7"),
        ("userSignature", "c0ffee"),
    ]);
    let map = |field: &str, [fill, find, exact]: [bool; 3]| EntityMap {
        entity_name: "Contact".into(),
        field_name: field.into(),
        is_fast_fillable: fill,
        is_auto_queryable: find,
        is_exact_matchable: exact,
    };
    let details = vec![
        CustomDetail {
            transcript_fields: vec!["Mail__c".into()],
            entity_maps: vec![map("Email", [true, true, false])],
            do_knowledge_search: true,
            ..CustomDetail::new("Mail", "a@example.org")
        },
        CustomDetail { entity_maps: vec![map("Age", [true, false, true])], ..CustomDetail::new("Age", "7") },
        CustomDetail { display_to_agent: false, ..CustomDetail::new("Vip", "true") },
    ];
    let contact = Entity {
        entity_name: "Contact".into(),
        show_on_create: true,
        save_to_transcript: Some("ContactId".into()),
        entity_fields_maps: vec![field("Email", "Mail", [true, true, true])],
        ..Entity::default()
    };
    let page = |location: &str, ago| SeenPage { location: location.into(), ago: Some(ago) };
    let expected = VisitForm {
        deployment_id: Some("572SB0000000001".into()),
        organization_id: Some("00DSB0000000001".into()),
        session_id: Some("0190aaaa-0000-7000-8000-000000000001".into()),
        permanent_id: None,
        visit_count: Some(3),
        original_referrer: None,
        details,
        entities: vec![contact],
        pages: vec![page("https://shop.example/b", 0), page("https://shop.example/a", 61_000)],
        session_start: Some(61_000),
        visitor_name: Some("Ada".into()),
        device: Some("b3c1".into()),
        user: Some("7".into()),
        user_signature: Some("c0ffee".into()),
        endpoint: Some("https://chat.example/content/s/chat?language=#deployment_id=D".into()),
    };
    assert_eq!(read, expected);
    assert_eq!(visit(&[("det", "[{"), ("ent", "{}"), ("pages", "7"), ("vc", "many")]), VisitForm::default());
}

#[test]
fn what_is_said_of_an_entity_in_several_calls_is_put_together() {
    let named = |name: &str| Entity { entity_name: name.into(), ..Entity::default() };
    let link = |to: &str| (Some(to.to_owned()), Some(format!("{to}Id")));
    let linked = |to: &str| {
        let (link_to_entity_name, link_to_entity_field) = link(to);
        Entity { link_to_entity_name, link_to_entity_field, ..named("Contact") }
    };
    let empty_link = Entity { link_to_entity_name: Some(String::new()), link_to_entity_field: Some(String::new()), ..named("Contact") };
    let maps = |maps: Vec<EntityField>| Entity { entity_fields_maps: maps, ..named("Contact") };
    let saved = |field: &str| Entity { save_to_transcript: Some(field.into()), ..named("Contact") };
    let result = merged(vec![
        maps(vec![field("Email", "Mail", [true, true, true]), field("Phone", "Tel", [false, false, true])]),
        named("contact"),
        saved("A__c"),
        empty_link,
        linked("Case"),
        linked("Account"),
        saved("B__c"),
        saved(""),
        maps(vec![field("Email", "Mail", [true, false, false]), field("Email", "Other mail", [false, false, true])]),
    ]);
    let (link_to_entity_name, link_to_entity_field) = link("Case");
    let contact = Entity {
        save_to_transcript: Some("B__c".into()),
        link_to_entity_name,
        link_to_entity_field,
        entity_fields_maps: vec![
            field("Email", "Mail", [true, false, false]),
            field("Phone", "Tel", [false, false, true]),
            field("Email", "Other mail", [false, false, true]),
        ],
        ..named("Contact")
    };
    assert_eq!(result, [contact, named("contact")], "names differ in case");
}

proptest! {
    #[test]
    fn no_form_panics(text in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = PrechatForm::parse(&text);
        if let Ok(text) = std::str::from_utf8(&text) {
            let _ = VisitForm::from_pairs(&Query::parse(text));
        }
    }

    #[test]
    fn no_fields_value_panics(fields in prop::collection::vec(("liveagent\\.prechat(\\.findorcreate)?(\\.map|\\.map\\.doFind|\\.linkToEntity|\\.query|\\.save|\\.buttons)?:?[a-c]?", "[a-c,;. ]{0,12}"), 0..20)) {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let read = form(&fields);
        for entity in read.entities {
            prop_assert!(!entity.entity_name.is_empty());
            prop_assert!(entity.entity_fields_maps.iter().all(|map| !map.field_name.is_empty() && !map.label.is_empty()));
        }
    }
}
