//! What the conversation server has defined, for the CRM to be shown.

use std::collections::BTreeMap;

use domain::ids::AgentId;
use engine::{
    Directories, OLD_IDS,
    crm::Definitions,
    definition::{Agent, Defined, Role},
};
use serde_json::{Value, json};
use store::{
    NewDefinition,
    sql::{Built, Row},
};
use switchboard_crm::{Crm, access::Caller};
use uuid::Uuid;

use crate::world::World;

pub(crate) const ADMINISTRATORS: Uuid = Uuid::from_u128(0xA0);
pub(crate) const AGENTS: Uuid = Uuid::from_u128(0xA1);
/// Ada Lovelace, who administers.
pub(crate) const ADA: AgentId = AgentId(Uuid::from_u128(0xB0));
/// Bob, who answers.
pub(crate) const BOB: AgentId = AgentId(Uuid::from_u128(0xB1));

impl World {
    pub(crate) async fn define<T: Defined>(&self, id: impl Into<Uuid>, body: Value) {
        let id = id.into();
        let read: T = serde_json::from_value(body).unwrap();
        let (kind, name, body) = (T::KIND, read.name().to_owned(), serde_json::to_value(&read).unwrap());
        let (workspace, now) = (self.workspace, domain::time::Clock::now(&*self.clock));
        self.crm
            .store()
            .write::<_, store::Error, _>(move |tx| {
                let new = NewDefinition { kind, id, name: name.clone(), body: body.clone() };
                Box::pin(async move { tx.save_definition(workspace, &new, now).await })
            })
            .await
            .unwrap();
    }

    pub(crate) async fn undefine<T: Defined>(&self, id: impl Into<Uuid>) {
        let (workspace, id) = (self.workspace, id.into());
        let removed = self
            .crm
            .store()
            .write::<_, store::Error, _>(move |tx| Box::pin(async move { tx.remove_definition(workspace, T::KIND, id).await }));
        assert!(removed.await.unwrap());
    }

    pub(crate) async fn old_id(&self, id: impl Into<Uuid>, old: &'static str) {
        let (workspace, id) = (self.workspace, id.into());
        self.crm
            .store()
            .write::<_, store::Error, _>(move |tx| Box::pin(async move { tx.set_alias(workspace, OLD_IDS, old, id).await }))
            .await
            .unwrap();
    }

    /// Ada and Bob work here.
    pub(crate) async fn staff(&self) {
        self.define::<Role>(ADMINISTRATORS, json!({"name": "chiefs", "permissions": ["workspace.manage"]})).await;
        self.define::<Role>(AGENTS, json!({"name": "people", "permissions": ["conversations.answer"]})).await;
        self.define::<Agent>(ADA, json!({"login": "ada@example.com", "name": "Ada King Lovelace", "roles": [ADMINISTRATORS]})).await;
        self.define::<Agent>(BOB, json!({"login": "bob", "name": "Bob", "roles": [AGENTS]})).await;
    }

    pub(crate) async fn definitions(&self) -> Definitions {
        let directories = Directories::load(self.crm.store()).await.unwrap();
        let directory = directories.get(self.workspace).unwrap().clone();
        Definitions { directory, organisation_ids: directories.organisations_of(self.workspace).map(str::to_owned).collect() }
    }

    /// Shows this server's CRM what is defined.
    pub(crate) async fn mirror(&self) {
        self.crm.mirror(self.definitions().await).await.unwrap();
    }

    pub(crate) async fn ada(&self) -> Caller {
        self.crm.caller(self.workspace, ADA).await.unwrap()
    }

    /// All rows of an object, by their ids: these fields as text, with an empty one where there is nothing.
    pub(crate) async fn rows(&self, object: &str, fields: &[&str]) -> BTreeMap<String, Vec<String>> {
        rows(&self.crm, self, object, fields).await
    }
}

async fn rows(crm: &Crm, world: &World, object: &str, fields: &[&str]) -> BTreeMap<String, Vec<String>> {
    use salesforce::describe::FieldType;
    let schema = crm.schema(world.workspace).await.unwrap();
    let object = schema.object(object).unwrap();
    let fields: Vec<_> = fields.iter().map(|name| object.field(name).unwrap()).collect();
    let built = {
        let mut query = sea_query::Query::select();
        query.column("id").columns(fields.iter().map(|field| field.column())).from(schema.table(object));
        Built::new("rows", crm.store().backend(), &query).unwrap()
    };
    let mut snapshot = crm.store().record_snapshot(std::time::Duration::from_secs(60)).await.unwrap();
    let text = |row: &Row, at: usize, kind: FieldType| match kind {
        FieldType::Boolean | FieldType::Int | FieldType::DateTime => {
            row.get::<Option<i64>>(at).unwrap().map_or(String::new(), |number| number.to_string())
        }
        _ => row.get::<Option<String>>(at).unwrap().unwrap_or_default(),
    };
    let rows = snapshot.fetch_built(built).await.unwrap();
    rows.iter()
        .map(|row| {
            let values = fields.iter().enumerate().map(|(at, field)| text(row, at + 1, field.field_type));
            (row.get(0).unwrap(), values.collect())
        })
        .collect()
}
