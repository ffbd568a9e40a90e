//! What every CRM behind the port does, as tests: the one inside the binary runs them, and so does whoever connects another.
//!
//! They need a CRM with accounts, contacts and cases as the port's users know them, and make records with names of their own. Each panics where
//! the CRM does otherwise, and says what it expected. Not part of a server.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

use domain::{
    ids::{DeploymentId, OfflineMessageId},
    record::{Criterion, FieldProblem, RecordRef},
    secret::Text,
    time::Timestamp,
};
use uuid::Uuid;

use super::{Asker, Created, Crm, Entity, FieldKind, Found, Linked, NewRecord, OfflineMatter, Record, Removed};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The CRM.
    pub crm: &'a dyn Crm,
    /// The server itself.
    pub server: Asker,
    /// An agent who makes and changes contacts and cases, and sees those of others.
    pub agent: Asker,
    /// An agent to whom there are no contacts.
    pub stranger: Asker,
}

impl Ground<'_> {
    /// All of it, one after the other.
    pub async fn all(&self) {
        self.forms_ask_what_is_needed().await;
        self.a_key_makes_one_record().await;
        self.values_are_of_their_fields_types().await;
        self.records_are_found_by_all_that_is_asked().await;
        self.people_find_records_by_words().await;
        self.a_link_is_made_once().await;
        self.what_was_made_can_be_taken_back().await;
        self.messages_become_matters_once().await;
    }

    async fn entity(&self, asker: Asker, name: &str) -> Option<Entity> {
        self.crm.entity(asker, name).await.expect("the CRM answers")
    }

    async fn create(&self, asker: Asker, entity: &str, fields: &[(&str, &str)], key: &str, lenient: bool) -> Created {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Text((*value).to_owned()))).collect();
        let new = NewRecord { entity: entity.to_owned(), fields, key: key.to_owned(), lenient };
        self.crm.create(asker, new).await.expect("the CRM answers")
    }

    /// A record that the server made.
    async fn made(&self, entity: &str, fields: &[(&str, &str)]) -> RecordRef {
        match self.create(self.server, entity, fields, &fresh("key"), false).await {
            Created::Made { record, before: false, .. } => record.at,
            other => panic!("a new {entity} was expected: {other:?}"),
        }
    }

    async fn find(&self, asker: Asker, entity: &str, criteria: &[(&str, &str, bool)], limit: usize) -> Found {
        let criterion = |(field, value, exact): &(&str, &str, bool)| Criterion {
            field: (*field).to_owned(),
            value: Text((*value).to_owned()),
            exact: *exact,
        };
        let criteria: Vec<_> = criteria.iter().map(criterion).collect();
        self.crm.find(asker, entity, &criteria, limit).await.expect("the CRM answers")
    }

    async fn found(&self, entity: &str, criteria: &[(&str, &str, bool)]) -> BTreeSet<RecordRef> {
        match self.find(self.agent, entity, criteria, 10).await {
            Found::Records(records) => records.into_iter().map(|record| record.at).collect(),
            Found::Unreadable(problems) => panic!("records were expected: {problems:?}"),
        }
    }

    async fn unreadable(&self, asker: Asker, entity: &str, criterion: (&str, &str, bool)) -> String {
        match self.find(asker, entity, &[criterion], 10).await {
            Found::Unreadable(problems) => only(&problems).kind.clone(),
            Found::Records(records) => panic!("{criterion:?} was looked for: {} found", records.len()),
        }
    }

    async fn link(&self, asker: Asker, child: &RecordRef, field: &str, parent: &RecordRef) -> Linked {
        self.crm.link(asker, child, field, parent).await.expect("the CRM answers")
    }

    async fn read(&self, asker: Asker, record: &RecordRef) -> Option<Record> {
        self.crm.read(asker, record).await.expect("the CRM answers")
    }

    /// Entities are named exactly, and a form knows what a new record needs.
    pub async fn forms_ask_what_is_needed(&self) {
        let names = self.crm.entities(self.agent).await.expect("the CRM answers");
        let names: Vec<_> = names.iter().map(|entity| entity.name.as_str()).collect();
        for name in ["Account", "Contact", "Case"] {
            assert!(names.contains(&name), "{name} is not among {names:?}");
        }
        let contact = self.entity(self.agent, "Contact").await.expect("there are contacts");
        assert!(contact.can_create);
        let field = |name: &str| contact.fields.iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no field {name}"));
        assert!(field("LastName").required && field("LastName").usual && !field("Email").required);
        assert_eq!(
            (field("Email").kind, field("Birthdate").kind, field("LastName").kind),
            (FieldKind::Email, FieldKind::Date, FieldKind::Text)
        );
        assert_eq!(field("AccountId").refers_to, ["Account"]);
        let usual = contact.fields.iter().position(|field| !field.usual && !field.required).unwrap_or(contact.fields.len());
        assert!(contact.fields[usual..].iter().all(|field| !field.usual && !field.required), "usual fields do not stand first");
        assert!(self.entity(self.agent, "contact").await.is_none(), "names are matched exactly");
        assert!(self.entity(self.agent, "Nothing").await.is_none());
        assert!(self.entity(self.stranger, "Contact").await.is_none(), "there are no contacts for a stranger");
    }

    /// The same key is the same record, whoever asks, how often, and at the same time.
    pub async fn a_key_makes_one_record(&self) {
        let (key, name) = (fresh("key"), fresh("Once"));
        let fields = [("LastName", name.as_str()), ("Email", "once@example.com")];
        let (one, two) = futures_util::future::join(
            self.create(self.server, "Contact", &fields, &key, false),
            self.create(self.server, "Contact", &fields, &key, false),
        )
        .await;
        let again = self.create(self.agent, "Contact", &[("LastName", "Another")], &key, true).await;
        let mut made = BTreeSet::new();
        let mut befores = Vec::new();
        for created in [one, two, again] {
            let Created::Made { record, before, left_out } = created else { panic!("it was refused: {created:?}") };
            assert_eq!((record.title.reveal(), left_out.len()), (name.as_str(), 0));
            assert!(record.facts.iter().any(|(_, value)| value.reveal() == "once@example.com"), "the address tells contacts apart");
            made.insert(record.at);
            befores.push(before);
        }
        befores.sort_unstable();
        assert_eq!((made.len(), befores), (1, vec![false, true, true]));
        assert_eq!(self.found("Contact", &[("LastName", &name, true)]).await, made);
        let record = made.into_iter().next().expect("one was made");
        assert_eq!(self.read(self.agent, &record).await.expect("it is there").at, record);
        assert!(self.read(self.stranger, &record).await.is_none());
    }

    /// A value that is none of its field's is told, and left out where that is asked for.
    pub async fn values_are_of_their_fields_types(&self) {
        let name = fresh("Typed");
        let wrong = [("LastName", name.as_str()), ("Birthdate", "29.02.2024"), ("Nonsense", "x"), ("Phone", "")];
        let kinds = |problems: &[FieldProblem]| -> BTreeSet<(String, String)> {
            assert!(problems.iter().all(|problem| !problem.reason.is_empty() && !problem.reason.contains("29.02.2024")), "{problems:?}");
            problems.iter().map(|problem| (problem.field.clone(), problem.kind.clone())).collect()
        };
        let expected: BTreeSet<_> =
            [("Birthdate", "not_a_date"), ("Nonsense", "unknown_field")].map(|(field, kind)| (field.to_owned(), kind.to_owned())).into();
        match self.create(self.server, "Contact", &wrong, &fresh("key"), false).await {
            Created::Refused(problems) => assert_eq!(kinds(&problems), expected),
            other => panic!("it was to be refused: {other:?}"),
        }
        assert!(self.found("Contact", &[("LastName", &name, true)]).await.is_empty(), "what is refused is not made");
        match self.create(self.server, "Contact", &wrong, &fresh("key"), true).await {
            Created::Made { left_out, .. } => assert_eq!(kinds(&left_out), expected),
            other @ Created::Refused(_) => panic!("it was to be made without them: {other:?}"),
        }
        let long = "x".repeat(5_000);
        for (entity, fields, kind) in [
            ("Contact", &[("Email", "a@example.com")][..], "required"),
            ("Contact", &[("LastName", long.as_str())], "required"),
            ("Nothing", &[("LastName", "x")], "unknown_entity"),
            ("User", &[("LastName", "x")], "unknown_entity"),
        ] {
            match self.create(self.server, entity, fields, &fresh("key"), true).await {
                Created::Refused(problems) => {
                    assert!(problems.iter().any(|problem| problem.kind == kind), "{entity} {kind}: {problems:?}");
                }
                other => panic!("{entity} was to be refused: {other:?}"),
            }
        }
        match self.create(self.stranger, "Contact", &[("LastName", "x")], &fresh("key"), true).await {
            Created::Refused(problems) => assert_eq!(only(&problems).kind, "unknown_entity"),
            other => panic!("a stranger makes no contacts: {other:?}"),
        }
    }

    /// All criteria hold together; exact ones regard no case, others are part of the value, and nothing in them is special.
    pub async fn records_are_found_by_all_that_is_asked(&self) {
        let name = fresh("Fínd_me%");
        let ada = self
            .made("Contact", &[("LastName", &name), ("FirstName", "Ada"), ("Email", "Ada@Example.com"), ("Birthdate", "1815-12-10")])
            .await;
        let bob = self.made("Contact", &[("LastName", &name), ("FirstName", "Bob"), ("Email", "bob@example.com")]).await;
        let both = BTreeSet::from([ada.clone(), bob.clone()]);
        let (upper, part) = (name.to_uppercase(), name.chars().skip(1).collect::<String>());
        assert_eq!(self.found("Contact", &[("LastName", &upper, true)]).await, both);
        assert_eq!(self.found("Contact", &[("LastName", &part, false)]).await, both);
        assert!(self.found("Contact", &[("LastName", &part, true)]).await.is_empty(), "a part is not the whole");
        let other = name.replace('_', "x");
        assert!(self.found("Contact", &[("LastName", &other, false)]).await.is_empty(), "nothing in a value is special");
        assert_eq!(self.found("Contact", &[("LastName", &name, true), ("Email", "ADA@example.com", true)]).await, [ada.clone()].into());
        assert_eq!(self.found("Contact", &[("LastName", &name, true), ("Birthdate", "1815-12-10", true)]).await, [ada].into());
        assert!(self.found("Contact", &[("LastName", &name, true), ("Email", "nobody@example.com", true)]).await.is_empty());
        let Found::Records(one) = self.find(self.agent, "Contact", &[("LastName", &name, true)], 1).await else { panic!("readable") };
        assert_eq!(one.len(), 1, "no more than asked for");
        assert_eq!(self.unreadable(self.agent, "Contact", ("Birthdate", "tomorrow", true)).await, "not_a_date");
        assert_eq!(self.unreadable(self.agent, "Contact", ("lastname", &name, true)).await, "unknown_field");
        assert_eq!(self.unreadable(self.agent, "contact", ("LastName", &name, true)).await, "unknown_entity");
        assert_eq!(self.unreadable(self.stranger, "Contact", ("LastName", &name, true)).await, "unknown_entity");
    }

    /// A person's words are looked for in what tells records apart.
    pub async fn people_find_records_by_words(&self) {
        let name = fresh("Words");
        let email = format!("{}@example.com", name.to_lowercase());
        let contact = self.made("Contact", &[("LastName", &name), ("Email", &email)]).await;
        for words in [name.to_lowercase(), name[1..].to_owned(), email[..email.len() - 4].to_owned(), contact.id.clone()] {
            let found = self.crm.search(self.agent, "Contact", &Text(words.clone()), 5).await.expect("the CRM answers");
            assert_eq!(found.iter().map(|record| &record.at).collect::<Vec<_>>(), [&contact], "{words}");
        }
        let hidden = self.crm.search(self.stranger, "Contact", &Text(name), 5).await.expect("the CRM answers");
        assert!(hidden.is_empty(), "a stranger finds none");
    }

    /// A reference that is there stays.
    pub async fn a_link_is_made_once(&self) {
        let contact = self.made("Contact", &[("LastName", &fresh("Linked"))]).await;
        let other = self.made("Contact", &[("LastName", &fresh("Linked"))]).await;
        let case = self.made("Case", &[("Subject", "Linked")]).await;
        assert_eq!(self.link(self.server, &case, "ContactId", &contact).await, Linked::Done);
        assert_eq!(self.link(self.agent, &case, "ContactId", &contact).await, Linked::Done);
        assert_eq!(self.link(self.server, &case, "ContactId", &other).await, Linked::Taken);
        let refused = |linked: Linked| match linked {
            Linked::Refused(problem) => problem.kind,
            other => panic!("it was to be refused: {other:?}"),
        };
        assert_eq!(refused(self.link(self.server, &case, "contactid", &contact).await), "unknown_field");
        assert_eq!(refused(self.link(self.server, &case, "AccountId", &contact).await), "other");
        let nobody = RecordRef { entity: "Nothing".to_owned(), id: case.id.clone() };
        assert_eq!(refused(self.link(self.server, &nobody, "ContactId", &contact).await), "unknown_entity");
        assert_eq!(refused(self.link(self.stranger, &case, "ContactId", &contact).await), "unknown_entity");
    }

    /// Only by its key, and only when nobody has worked with it.
    pub async fn what_was_made_can_be_taken_back(&self) {
        let contact = self.made("Contact", &[("LastName", &fresh("Back"))]).await;
        let make = async |subject: &str| {
            let key = fresh("key");
            match self.create(self.server, "Case", &[("Subject", subject)], &key, false).await {
                Created::Made { record, .. } => (record.at, key),
                other => panic!("a new case was expected: {other:?}"),
            }
        };
        let remove = async |record: &RecordRef, key: &str| self.crm.remove(self.server, record, key).await.expect("the CRM answers");
        let (case, key) = make("Linked by the server").await;
        assert_eq!(self.link(self.server, &case, "ContactId", &contact).await, Linked::Done);
        assert_eq!(remove(&case, "another key").await, Removed::Refused);
        assert_eq!(remove(&contact, &key).await, Removed::Refused);
        assert_eq!(remove(&case, &key).await, Removed::Done);
        assert_eq!(remove(&case, &key).await, Removed::Done, "asked again");
        assert!(self.read(self.server, &case).await.is_none());
        let (case, key) = make("An agent has worked with it").await;
        assert_eq!(self.link(self.agent, &case, "ContactId", &contact).await, Linked::Done);
        assert_eq!(remove(&case, &key).await, Removed::Changed);
        assert!(self.read(self.agent, &case).await.is_some());
    }

    /// What visitors left when nobody was there is seen to once.
    pub async fn messages_become_matters_once(&self) {
        let key = fresh("offline");
        let mut made = BTreeSet::new();
        for expected in [false, true] {
            let message = OfflineMatter {
                message: OfflineMessageId(Uuid::nil()),
                key: key.clone(),
                subject: Text("Where is my order?".to_owned()),
                text: Text("Where is my order?\nIt was to be here.".to_owned()),
                name: Text("Vera".to_owned()),
                email: Text("no address of mine".to_owned()),
                phone: Text(String::new()),
                page: Text("https://shop.example/".to_owned()),
                deployment: DeploymentId(Uuid::nil()),
                button: None,
                at: Timestamp(1_790_000_000_000_000),
            };
            match self.crm.file_offline_message(self.server, message).await.expect("the CRM answers") {
                Created::Made { record, before, .. } => {
                    assert_eq!(before, expected);
                    made.insert(record.at);
                }
                other @ Created::Refused(_) => panic!("whatever a visitor writes is kept: {other:?}"),
            }
        }
        assert_eq!(made.len(), 1);
    }
}

fn only(problems: &[FieldProblem]) -> &FieldProblem {
    match problems {
        [problem] => problem,
        _ => panic!("one problem was expected: {problems:?}"),
    }
}

/// A name that nothing else has in this run.
fn fresh(what: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{what}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
