//! Cases: when they are closed, whose account they are of, how their contact is reached, and their comments.

use std::collections::{HashMap, HashSet};

use salesforce::Id;
use sea_query::{Expr, ExprTrait as _, Query};
use store::{Tx, sql::Built};

use crate::{
    Reader, Result, Scope,
    record::{column, draft::Draft, lookup, make},
    schema::{Object, fold},
    value::Value,
};

use super::{get, set};

/// What a case shows of its contact: its own field, and the contact's.
const REACH: [(&str, &str); 4] =
    [("ContactEmail", "Email"), ("ContactPhone", "Phone"), ("ContactMobile", "MobilePhone"), ("ContactFax", "Fax")];

/// Fields that follow from the status and the contact.
pub(super) async fn derive(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let comments = object.position("Comments");
    let closing = Closing::of(reader, scope, object, drafts, "CaseStatus", "Closed").await?;
    for draft in drafts.iter_mut() {
        let was_closed = get(object, draft, "IsClosed") == &Value::Boolean(true);
        if let Some(closed) = closing.turns(draft) {
            if closed != was_closed {
                set(object, draft, "IsClosed", Value::Boolean(closed));
                set(object, draft, "ClosedDate", if closed { Value::Instant(scope.now.0) } else { Value::Null });
            }
            if draft.is_new() {
                set(object, draft, "IsClosedOnCreate", Value::Boolean(closed));
            }
        }
        // It is never read again here: it becomes a comment.
        draft.comment = comments.and_then(|place| draft.new[place].take()).filter(|comment| !comment.is_null());
    }
    account_of_contact(reader, scope, object, drafts, "ContactId").await?;
    reached(reader, scope, object, drafts).await
}

/// The statuses with which something is done.
pub(super) struct Closing {
    status: Option<usize>,
    folded: Vec<String>,
}

impl Closing {
    /// Those of an object that lists them (`CaseStatus`); where there is none, the one that a new organisation has (`salesforce.md` 3.4).
    pub(super) async fn of(
        reader: &mut Reader<'_>,
        scope: &Scope,
        object: &Object,
        drafts: &[Draft],
        list: &str,
        usual: &str,
    ) -> Result<Self> {
        let mut closing = Self { status: object.position("Status"), folded: Vec::new() };
        if !drafts.iter().any(|draft| closing.is_asked(draft)) {
            return Ok(closing);
        }
        let fields = scope.schema.object(list).and_then(|list| Some((list, list.field("MasterLabel")?, list.field("IsClosed")?)));
        let Some((list, label, is_closed)) = fields else { return Ok(Self { folded: vec![fold(usual)], ..closing }) };
        let mut query = lookup::select(scope, list);
        query.expr(lookup::col(label.column())).and_where(lookup::col(is_closed.column()).eq(1_i64));
        for row in reader.fetch(Built::new("closing statuses", reader.backend(), &query)?.kept()).await? {
            closing.folded.push(fold(&row.get::<String>(0)?));
        }
        Ok(closing)
    }

    /// A record that gets a status; whatever keeps its own stays closed or open.
    fn is_asked(&self, draft: &Draft) -> bool {
        draft.is_new() || self.status.is_some_and(|place| draft.changed(place).is_some())
    }

    /// Whether a record is closed or opened by its new status.
    pub(super) fn turns(&self, draft: &Draft) -> Option<bool> {
        let status = self.is_asked(draft).then(|| self.status.map(|place| draft.get(place)))?;
        Some(matches!(status, Some(Value::Text(status)) if self.folded.contains(&fold(status))))
    }
}

/// Gives records the account of the contact that they refer to, where they have none of their own (3.4).
pub(super) async fn account_of_contact(
    reader: &mut Reader<'_>,
    scope: &Scope,
    object: &Object,
    drafts: &mut [Draft],
    by: &str,
) -> Result<()> {
    let (Some(account), Some(contact)) = (object.position("AccountId"), object.position(by)) else { return Ok(()) };
    let Some(kind) = scope.schema.object("Contact") else { return Ok(()) };
    let lacks = |draft: &Draft| match (draft.get(account), draft.get(contact)) {
        (Value::Null, Value::Id(id)) if kind.prefix == Some(id.prefix()) => {
            (draft.changed(contact).is_some() || draft.new[account].is_some()).then_some(*id)
        }
        _ => None,
    };
    let accounts = of_contacts(reader, scope, kind, drafts.iter().filter_map(lacks).collect(), &["AccountId"]).await?;
    for draft in drafts.iter_mut() {
        if let Some(found) = lacks(draft).and_then(|id| accounts.get(&id)).and_then(|values| values.first()) {
            draft.set(account, found.clone());
        }
    }
    Ok(())
}

/// Fields of contacts.
async fn of_contacts(
    reader: &mut Reader<'_>,
    scope: &Scope,
    contact: &Object,
    ids: HashSet<Id>,
    names: &[&str],
) -> Result<HashMap<Id, Vec<Value>>> {
    let fields: Vec<_> = names.iter().filter_map(|name| contact.field(name)).collect();
    if ids.is_empty() || fields.len() != names.len() {
        return Ok(HashMap::new());
    }
    let mut query = lookup::select(scope, contact);
    query.expr(lookup::col("id"));
    for field in &fields {
        query.expr(lookup::col(field.column()));
    }
    query.and_where(lookup::col("id").is_in(ids.iter().map(|id| id.short().to_owned())));
    let mut found = HashMap::new();
    for row in reader.fetch(Built::new("contacts of records", reader.backend(), &query)?).await? {
        let values = fields.iter().enumerate().map(|(at, field)| column::read(&row, at + 1, field)).collect::<Result<_>>()?;
        found.insert(lookup::id_at(&row, 0)?, values);
    }
    Ok(found)
}

/// How the contact is reached, for cases that get another one.
async fn reached(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let Some(contact) = object.position("ContactId") else { return Ok(()) };
    let Some(kind) = scope.schema.object("Contact") else { return Ok(()) };
    let shown: Vec<_> = REACH.iter().filter(|(own, theirs)| object.position(own).is_some() && kind.field(theirs).is_some()).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let theirs: Vec<_> = shown.iter().map(|(_, theirs)| *theirs).collect();
    let ids = drafts.iter().filter_map(|draft| match draft.changed(contact) {
        Some(Value::Id(id)) => Some(*id),
        _ => None,
    });
    let found = of_contacts(reader, scope, kind, ids.collect(), &theirs).await?;
    for draft in drafts.iter_mut() {
        let Some(changed) = draft.changed(contact).cloned() else { continue };
        let values = match changed {
            Value::Id(id) => found.get(&id),
            _ => None,
        };
        for (at, (own, _)) in shown.iter().enumerate() {
            set(object, draft, own, values.map_or(Value::Null, |values| values[at].clone()));
        }
    }
    Ok(())
}

/// Tells the cases of contacts that are reached otherwise now.
pub(super) async fn reach(tx: &mut Tx, scope: &Scope, contact: &Object, drafts: &[Draft]) -> Result<()> {
    let Some(case) = scope.schema.object("Case") else { return Ok(()) };
    let (Some(by), Some(stamp)) = (case.field("ContactId"), case.field("SystemModstamp")) else { return Ok(()) };
    let shown: Vec<_> = REACH
        .iter()
        .filter_map(|(own, theirs)| Some((case.field(own)?, contact.position(theirs)?)))
        .filter(|(own, _)| own.is_stored())
        .collect();
    let moved = drafts.iter().filter(|draft| !draft.is_new() && shown.iter().any(|(_, place)| draft.changed(*place).is_some()));
    let ids: Vec<_> = moved.filter_map(|draft| draft.id).map(|id| id.short().to_owned()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let (cases, contacts) = (scope.schema.table(case), scope.schema.table(contact));
    let mut update = Query::update();
    update.table(cases.clone()).from(contacts.clone());
    for (own, place) in shown {
        let theirs = &contact.fields[place];
        update.value(own.column(), Expr::col((contacts.clone(), theirs.column())));
        if let (Some(own), Some(theirs)) = (own.folded_column(), theirs.folded_column()) {
            update.value(own, Expr::col((contacts.clone(), theirs)));
        }
    }
    update.value(stamp.column(), scope.now.0);
    update.and_where(Expr::col((cases, by.column())).equals((contacts.clone(), "id".to_owned())));
    update.and_where(Expr::col((contacts, "id")).is_in(ids));
    tx.run_built(Built::new("cases of contacts", tx.backend(), &update)?).await?;
    Ok(())
}

/// What was written into a case's `Comments` becomes a comment of its own (3.4).
pub(super) async fn comments(tx: &mut Tx, scope: &Scope, drafts: &mut [Draft]) -> Result<()> {
    let Some(kind) = scope.schema.object("CaseComment").cloned() else { return Ok(()) };
    let mut comments = Vec::new();
    for draft in drafts.iter_mut() {
        let (Some(comment), Some(case)) = (draft.comment.take(), draft.id) else { continue };
        let mut made = Draft::blank(&kind, draft.at);
        set(&kind, &mut made, "ParentId", Value::Id(case));
        set(&kind, &mut made, "CommentBody", comment);
        comments.push(made);
    }
    make::write_derived(tx, scope, &kind, &mut comments).await.map(drop)
}
