//! By what people tell records apart, look for them, and begin new ones: for the objects that they know, as data; for others, made up of the
//! fields that there are.

use crate::{
    access::grant::{self, Given},
    schema::{Field, FieldType, Object},
};

/// What people need of an object.
struct Known {
    object: &'static str,
    /// What tells its records apart, the most telling first: fields, or a parent's name.
    facts: &'static [&'static str],
    /// What a form for a quick record asks, besides what is required.
    usual: &'static [&'static str],
    /// Where a person's words are looked for, besides the name.
    sought: &'static [&'static str],
}

const KNOWN: &[Known] = &[
    Known {
        object: "Account",
        facts: &["Phone", "Website", "BillingCity", "Type", "CreatedDate"],
        usual: &["Name", "Phone", "Website", "Type"],
        sought: &["Phone", "Website"],
    },
    Known {
        object: "Contact",
        facts: &["Email", "Account", "Phone", "MobilePhone", "Title", "MailingCity", "CreatedDate"],
        usual: &["FirstName", "LastName", "Email", "Phone", "AccountId"],
        sought: &["Email", "Phone", "MobilePhone"],
    },
    Known {
        object: "Lead",
        facts: &["Company", "Email", "Phone", "Status", "City", "CreatedDate"],
        usual: &["FirstName", "LastName", "Company", "Email", "Phone"],
        sought: &["Email", "Company", "Phone"],
    },
    Known {
        object: "Case",
        facts: &["Subject", "Status", "Priority", "Contact", "Account", "SuppliedEmail", "CreatedDate"],
        usual: &["Subject", "Description", "ContactId", "Status", "Priority", "Origin", "Type", "Reason"],
        sought: &["Subject", "SuppliedEmail", "SuppliedName"],
    },
    Known {
        object: "Opportunity",
        facts: &["Account", "StageName", "CloseDate", "Amount", "CreatedDate"],
        usual: &["Name", "AccountId", "StageName", "CloseDate", "Amount"],
        sought: &[],
    },
    Known {
        object: "Task",
        facts: &["Who", "What", "Status", "Priority", "ActivityDate", "CreatedDate"],
        usual: &["Subject", "ActivityDate", "Status", "Priority", "WhoId", "WhatId", "Description"],
        sought: &[],
    },
    Known { object: "LiveChatTranscript", facts: &["Contact", "Case", "Status", "StartTime", "Owner"], usual: &[], sought: &["ChatKey"] },
];

/// How many facts are made up for an object that nobody said anything of.
const MADE_UP: usize = 4;

fn known(object: &Object) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.object == object.name)
}

/// An object that plans, forms and searches are about: what a business keeps. Who works here and what they may is nobody's there.
pub(crate) fn is_entity(object: &Object) -> bool {
    object.can.query && grant::given(object) == Given::ByRows
}

/// What tells an object's records apart, in this order.
pub(crate) fn facts(object: &Object) -> Vec<String> {
    match known(object) {
        Some(known) => known.facts.iter().map(|fact| (*fact).to_owned()).collect(),
        None => {
            let telling = object.fields.iter().filter(|field| field.custom && field.filter && field.field_type != FieldType::Boolean);
            let names = telling.map(|field| match field.reference.as_ref().and_then(|to| to.parent_name.as_ref()) {
                Some(parent) => parent.clone(),
                None => field.name.clone(),
            });
            names.take(MADE_UP).chain(std::iter::once("CreatedDate".to_owned())).collect()
        }
    }
}

/// Fields in which a person's words are looked for, the name first.
pub(crate) fn sought(object: &Object) -> Vec<&Field> {
    let more = known(object).map(|known| known.sought).unwrap_or_default();
    let names = object.name_field().into_iter().chain(more.iter().filter_map(|name| object.field(name)));
    names.filter(|field| field.is_folded()).collect()
}

/// A new record of the object needs a value for it.
pub(crate) fn is_required(field: &Field) -> bool {
    field.create && !field.nillable && !field.defaulted && field.default.is_none() && field.field_type != FieldType::Boolean
}

/// The place of a field in forms: required ones, usual ones, the rest as they come. The second of each is whether a quick form shows it.
pub(crate) fn place(object: &Object, field: &Field) -> (usize, bool) {
    let usual = known(object).map(|known| known.usual).unwrap_or_default();
    let at = usual.iter().position(|name| *name == field.name);
    match (is_required(field), at) {
        (true, at) => (at.unwrap_or(usual.len()), true),
        (false, Some(at)) => (1_000 + at, true),
        (false, None) => (2_000, known(object).is_none() && object.custom && field.custom),
    }
}
