//! People: Contact, Lead, User.

use salesforce::Error as Refusal;

use crate::{record::draft::Draft, schema::Object, value::Value};

/// The parts of a name, in the order in which it is written; a salutation is none (`salesforce.md` 3.0).
const PARTS: [&str; 4] = ["FirstName", "MiddleName", "LastName", "Suffix"];

/// Puts the name together, where it has parts.
pub(super) fn name(object: &Object, drafts: &mut [Draft]) {
    let (Some(name), Some(_)) = (object.position("Name"), object.position("LastName")) else { return };
    let parts: Vec<_> = PARTS.iter().filter_map(|part| object.position(part)).collect();
    for draft in drafts {
        if parts.iter().all(|place| draft.new[*place].is_none()) {
            continue;
        }
        let mut whole = String::new();
        for place in &parts {
            if let Value::Text(part) = draft.get(*place) {
                if !whole.is_empty() {
                    whole.push(' ');
                }
                whole.push_str(part);
            }
        }
        draft.set(name, if whole.is_empty() { Value::Null } else { Value::Text(whole) });
    }
}

/// A lead that became a contact stays as it is (3.4).
pub(super) fn converted(object: &Object, drafts: &mut [Draft]) {
    let Some(place) = object.position("IsConverted") else { return };
    for draft in drafts {
        if draft.was(place) == &Value::Boolean(true) {
            draft.refuse(Refusal::converted_lead());
        }
    }
}
