//! Tasks.

use crate::{Reader, Result, Scope, record::draft::Draft, schema::Object, value::Value};

use super::{case, get, id, set, text};

/// Whether it is done, how urgent it is, and of which account it is.
pub(super) async fn derive(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let closing = case::Closing::of(reader, scope, object, drafts, "TaskStatus", "Completed").await?;
    for draft in drafts.iter_mut() {
        let was_closed = get(object, draft, "IsClosed") == &Value::Boolean(true);
        if let Some(closed) = closing.turns(draft).filter(|closed| *closed != was_closed) {
            set(object, draft, "IsClosed", Value::Boolean(closed));
            set(object, draft, "CompletedDateTime", if closed { Value::Instant(scope.now.0) } else { Value::Null });
        }
        let high = text(object, draft, "Priority").is_some_and(|priority| priority.eq_ignore_ascii_case("High"));
        set(object, draft, "IsHighPriority", Value::Boolean(high));
        for (field, count) in [("WhoId", "WhoCount"), ("WhatId", "WhatCount")] {
            let some = id(object, draft, field).is_some();
            set(object, draft, count, Value::Int(some.into()));
        }
        let touches = |name: &str| object.position(name).is_some_and(|place| draft.is_new() || draft.changed(place).is_some());
        if !touches("WhatId") && !touches("WhoId") {
            continue;
        }
        let account = scope.schema.object("Account").and_then(|account| account.prefix);
        let direct = id(object, draft, "WhatId").filter(|what| Some(what.prefix()) == account);
        set(object, draft, "AccountId", direct.map_or(Value::Null, Value::Id));
    }
    case::account_of_contact(reader, scope, object, drafts, "WhoId").await
}
