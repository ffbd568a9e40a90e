//! SOQL, Salesforce's query language: from text to a tree and back.
//!
//! What is here: the whole grammar of `salesforce.md` 2.1, 2.2 and 2.4, as a tree whose every node knows where it stood ([`ast`]); errors
//! that say in a sentence what is wrong and where ([`Error`]); the tree as canonical text (`Display` of [`Query`]). Every text is answered
//! with a query or an error, in time that grows with its length alone, and without depth that could exhaust a stack.
//! What is not: which objects, fields and functions there are, what may be compared with what, who may see it, how it is carried out. What
//! SOQL's grammar takes and an executor does not offer is in the tree all the same, so that it can be refused by its name.
//!
//! Where Salesforce's documentation and the compiled grammar of its own npm package `@salesforce/soql-common` differ, the documentation
//! counts; `conformance/soql-common/differences.md` has every difference.
//!
//! ```
//! let query = switchboard_soql::parse("select name, (select id from Contacts) from Account where Owner.Name like 'A%' limit 5")?;
//! assert_eq!(query.to_string(), "SELECT name, (SELECT id FROM Contacts) FROM Account WHERE Owner.Name LIKE 'A%' LIMIT 5");
//!
//! let error = switchboard_soql::parse("SELECT Id FORM Account").unwrap_err();
//! assert_eq!((error.place().row, error.place().column), (1, 11));
//! # Ok::<(), switchboard_soql::Error>(())
//! ```

pub mod ast;
mod error;
mod keyword;
mod lexer;
mod parse;
mod print;
mod span;

pub use ast::Query;
pub use error::{Error, Place, Problem};
pub use parse::parse;
pub use span::Span;

/// The longest query, in characters (salesforce.md 2.2).
pub const MAX_CHARACTERS: usize = 100_000;
/// The longest text in a condition, in characters (salesforce.md 2.2).
pub const MAX_TEXT: usize = 4_000;
/// How deep parentheses may be nested, those of queries among them.
pub const MAX_DEPTH: usize = 64;
/// How deep queries may be nested, the outermost among them. Salesforce carries out five (salesforce.md 2.3).
pub const MAX_QUERY_DEPTH: usize = 8;
