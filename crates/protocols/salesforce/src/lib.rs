//! Salesforce's REST API and its OAuth: what goes over the wire, for a server, a client or a test of either.
//!
//! What is here: ids, instants, versions, errors with the vendor's codes and words, records in and out, descriptions, requests in requests,
//! headers, OAuth's requests and answers. Every parser takes untrusted input and returns a value or the [`Error`] that the vendor answers,
//! never a panic.
//! What is not: no transport, no clock, no signing and no verifying, no object or field by name: which there are, who may see them and what
//! is stored is for others to say.
//!
//! Facts are cited by section of the project's protocol reference, `salesforce.md`, as in "(1.14)"; "recorded" there means traffic of a real
//! organisation. `Debug` of everything here hides what a customer may have written, and every token.
//!
//! ```
//! use switchboard_salesforce::{Error, Id, record::Incoming};
//!
//! let mut record = Incoming::parse(br#"{"LastName": "Doe", "Account": {"Ext__c": "A-1"}}"#)?;
//! assert!(record.take("lastname").is_some());
//!
//! let error = Id::parse("0015500001QdQWaAAX").map_err(|_| Error::malformed_id("Account ID", "Id", "0015500001QdQWaAAX")).unwrap_err();
//! assert_eq!((error.status(), error.code().as_str()), (400, "MALFORMED_ID"));
//! # Ok::<(), Error>(())
//! ```

pub mod blob;
pub mod composite;
pub mod describe;
pub mod error;
pub mod headers;
pub mod id;
pub mod instant;
pub mod limits;
pub mod oauth;
pub mod query;
pub mod record;
pub mod version;

pub use error::{Code, Error};
pub use id::Id;
pub use version::Version;
