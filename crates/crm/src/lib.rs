//! The CRM inside the binary: objects and fields, the records of customers, who may see and change them, and SOQL over them.
//!
//! It works before any organisation elsewhere is connected, and implements the port by which the engine finds, makes and links records
//! ([`engine::crm::Crm`]). It does what chat teams need of a CRM exactly, in Salesforce's terms (`salesforce.md`), and is no copy of Salesforce:
//! no code of customers, no layouts, no sales forecasts.
//!
//! Each object of a workspace is a table of its own, made at run time from what is described ([`schema`]). Every path to a record takes a
//! [`access::Caller`], who has rights by object, field and owner; there is no way around it but [`access::Caller::system`].

pub mod access;
pub mod browse;
pub mod error;
pub mod exchange;
mod held;
mod mirror;
pub mod phrase;
mod port;
pub mod query;
mod reader;
pub mod record;
pub mod schema;
mod transcript;
pub mod value;

use std::sync::Arc;

use domain::{
    ids::{IdSource, Randomness},
    time::Clock,
};
use store::Store;

pub use error::{Error, Result};
pub use query::QueryOptions;
pub use reader::Reader;
pub use record::{Once, Operation, Outcome, Records, Unit, Upload};

/// What the CRM needs from outside.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// New ids of the conversation server's kind; records' ids are counted.
    pub ids: Arc<dyn IdSource>,
    /// Unguessable bytes.
    pub randomness: Arc<dyn Randomness>,
}

/// For whom, with which objects, and when: what stays the same during one request.
#[derive(Clone, Debug)]
pub struct Scope {
    /// What there is.
    pub schema: Arc<schema::Schema>,
    /// Who asks.
    pub caller: access::Caller,
    /// When.
    pub now: domain::time::Timestamp,
}

/// The CRM. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Crm {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    pictures: schema::current::Pictures,
    rights: access::Cache,
}

impl Crm {
    /// On an open store.
    pub fn new(parts: Parts) -> Self {
        Self { inner: Arc::new(Inner { parts, pictures: schema::current::Pictures::default(), rights: access::Cache::default() }) }
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.inner.parts.store
    }

    /// Now.
    pub fn now(&self) -> domain::time::Timestamp {
        self.inner.parts.clock.now()
    }
}
