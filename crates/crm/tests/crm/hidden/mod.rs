//! Permissions never leak (C15): whatever somebody asks, the answer is the one of a world in which there is only what they see.
//!
//! Shown twice. What a query answers equals what the interpreter says over the records and fields that the rules of sharing leave, which are
//! written a second time in [`ground`]. And nothing that is hidden changes an answer: between two worlds that look the same to somebody, in which
//! hidden records came, changed and went, hidden fields have other values or do not exist, every answer is the same byte for byte: rows, their
//! order, counts, pages, and what an error says. Writes are asked too, and what can be seen after them. `port` asks what the engine and forms
//! ask.
//!
//! What still tells of something hidden, each shown by a test of its name in [`known`]:
//!
//! | | what is told | why |
//! |---|---|---|
//! | `a_unique_value_that_is_taken` | that a hidden record has it, not which | no two may have it; the vendor's sentence for this names neither (`DUPLICATE_VALUE`, `<unknown>`) |
//! | `what_holds_a_record` | that something holds what is to be deleted, and its object if that is seen | it would refer to nothing; the vendor refuses too (`DELETE_FAILED`) |
//! | `a_circle_through_what_is_hidden` | that there is one | a hierarchy without a top breaks whoever follows it (`CIRCULAR_DEPENDENCY`) |
//! | `whose_records_can_be` | that there is a user or a queue, and whether the user is active | an owner is named by an id, whoever may read more of people (`INACTIVE_OWNER_OR_USER`) |
//! | `how_many_there_are` | that records were made: ids count | the vendor's ids count too |
//! | `when_it_was_touched` | that a hidden reference of a visible record was emptied: its `SystemModstamp` rises | clients follow changes by it (`salesforce.md` 3.0) |
//!
//! An order that nobody asked for is the database's; so is how long an answer takes, and with it whether a query is given up.

mod answers;
mod ground;
mod known;
mod port;
