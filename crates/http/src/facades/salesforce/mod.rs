//! Salesforce's own interfaces, for clients that were made for them (salesforce.md 1): they log in by OAuth 2.0 ([`oauth`]), every request of
//! theirs to the data API says who calls ([`caller`]), and is answered by [`data`].

pub mod caller;
mod cross_origin;
pub mod data;
pub mod oauth;
