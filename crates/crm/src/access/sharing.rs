//! Whose records: organisation-wide defaults and ownership, as conditions over an object's table (`salesforce.md` 3.5).
//!
//! A condition narrows, it never widens: whoever has no right to the object at all gets one that no record meets. Of an object that is
//! controlled by its parent, a record is shared as the record is that it refers to, however far up; a detail with two masters as both are. A
//! record without the parent that it could have is its owner's. A file is its owner's too, and belongs to whoever sees what it is linked with.

use sea_query::{Condition, Expr, ExprTrait as _, Func, Query};

use super::Rights;
use crate::schema::{Field, Object, Reference, Schema, Sharing};

/// How far up parents are asked for: further than definitions let masters be. A schema that goes further shares nothing.
const LEVELS: usize = 8;
/// Of a link: with what it links, and how (`V` to see, `C` to change too, `I` as that with which it links).
const LINKED_WITH: &str = "LinkedEntityId";
const SHARED_HOW: &str = "ShareType";

/// What narrows a query of the object's table, which has this alias, to the records that somebody with these rights sees. None: all.
pub fn visible(schema: &Schema, object: &Object, rights: &Rights, alias: &str) -> Option<Condition> {
    if !rights.sees(object) {
        return Shared::Nobody.condition();
    }
    shared(schema, object, rights, alias, Wish::See, LEVELS).condition()
}

/// Likewise to the records that they may change.
pub fn changeable(schema: &Schema, object: &Object, rights: &Rights, alias: &str) -> Option<Condition> {
    if !rights.edits(object) {
        return Shared::Nobody.condition();
    }
    shared(schema, object, rights, alias, Wish::Change, LEVELS).condition()
}

/// Likewise to the records that they may delete: where all may change all, still each only their own.
pub fn deletable(schema: &Schema, object: &Object, rights: &Rights, alias: &str) -> Option<Condition> {
    if !rights.deletes(object) {
        return Shared::Nobody.condition();
    }
    shared(schema, object, rights, alias, Wish::Delete, LEVELS).condition()
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    See,
    Change,
    Delete,
}

/// To whom records are open.
#[derive(Clone, Debug)]
enum Shared {
    /// All of them.
    All,
    /// None of them.
    Nobody,
    /// Some.
    Where(Condition),
}

impl Shared {
    fn condition(self) -> Option<Condition> {
        match self {
            Self::All => None,
            Self::Nobody => Some(Condition::all().add(Expr::cust("1 = 0"))),
            Self::Where(condition) => Some(condition),
        }
    }
}

fn shared(schema: &Schema, object: &Object, rights: &Rights, alias: &str, wish: Wish, levels: usize) -> Shared {
    let all = match wish {
        Wish::See => rights.sees_all(object),
        Wish::Change | Wish::Delete => rights.changes_all(object),
    };
    if all {
        return Shared::All;
    }
    let Some(levels) = levels.checked_sub(1) else { return Shared::Nobody };
    match (object.sharing, wish) {
        (Sharing::ReadWrite, Wish::See | Wish::Change) | (Sharing::Read, Wish::See) => Shared::All,
        (Sharing::ReadWrite | Sharing::Linked(_), Wish::Delete) | (Sharing::Read, Wish::Change | Wish::Delete) | (Sharing::Private, _) => {
            own(object, rights, alias)
        }
        (Sharing::Linked(links), _) => linked(schema, object, links, rights, alias, wish, levels),
        (Sharing::Parent(name), _) => match object.field(name).and_then(|field| Some((field, field.reference.as_ref()?))) {
            Some((field, reference)) => as_parent(schema, object, field, reference, rights, alias, wish, levels),
            None => own(object, rights, alias),
        },
        (Sharing::Master, _) => {
            let masters = object.fields.iter().filter_map(|field| Some((field, field.reference.as_ref().filter(|to| to.master)?)));
            let mut together = Shared::Nobody;
            for (at, (field, reference)) in masters.enumerate() {
                let one = as_parent(schema, object, field, reference, rights, alias, wish, levels);
                together = if at == 0 { one } else { both(together, one) };
            }
            together
        }
    }
}

fn both(one: Shared, other: Shared) -> Shared {
    match (one, other) {
        (Shared::Nobody, _) | (_, Shared::Nobody) => Shared::Nobody,
        (Shared::All, same) | (same, Shared::All) => same,
        (Shared::Where(one), Shared::Where(other)) => Shared::Where(Condition::all().add(one).add(other)),
    }
}

/// Records that are theirs: of an object without owners, those that they made.
fn own(object: &Object, rights: &Rights, alias: &str) -> Shared {
    let Some(field) = object.field("OwnerId").or_else(|| object.field("CreatedById")) else { return Shared::Nobody };
    if rights.owners.is_empty() {
        return Shared::Nobody;
    }
    let owners = rights.owners.iter().map(|owner| owner.short().to_owned());
    Shared::Where(Condition::all().add(column(alias, field).is_in(owners)))
}

/// Records are shared as the one is that this field refers to.
#[expect(clippy::too_many_arguments, reason = "one step of a recursion that hands all of them on")]
fn as_parent(
    schema: &Schema,
    object: &Object,
    field: &Field,
    reference: &Reference,
    rights: &Rights,
    alias: &str,
    wish: Wish,
    levels: usize,
) -> Shared {
    // The rights that count above are to see the parent; what may be done with its parts follows from what may be done with it. Deleting a
    // part changes the whole.
    let above = if wish == Wish::See { Wish::See } else { Wish::Change };
    let inner = format!("{alias}_p");
    let mut open_to_all = true;
    let mut any = Condition::any();
    let mut empty = true;
    for parent in reference.to.iter().filter_map(|name| schema.object(name)) {
        let shared = if rights.sees(parent) { shared(schema, parent, rights, &inner, above, levels) } else { Shared::Nobody };
        open_to_all &= matches!(shared, Shared::All);
        if matches!(shared, Shared::Nobody) {
            continue;
        }
        let mut query = Query::select();
        query
            .expr(Expr::val(1_i64))
            .from_as(schema.table(parent), inner.clone())
            .and_where(Expr::col((inner.clone(), "id")).equals((alias.to_owned(), field.column())));
        if let Some(condition) = shared.condition() {
            query.cond_where(condition);
        }
        any = any.add(Expr::exists(query));
        empty = false;
    }
    if open_to_all && !empty {
        // A record refers to nothing or to something that all see: what it refers to need not be looked up.
        if !field.nillable {
            return Shared::All;
        }
        any = Condition::any().add(column(alias, field).is_not_null());
    }
    if field.nillable
        && let Shared::Where(own) = own(object, rights, alias)
    {
        any = any.add(Condition::all().add(column(alias, field).is_null()).add(own));
        empty = false;
    }
    if empty { Shared::Nobody } else { Shared::Where(any) }
}

/// Records are their owners', and of whoever sees, or changes, what they are linked with.
fn linked(schema: &Schema, object: &Object, links: &str, rights: &Rights, alias: &str, wish: Wish, levels: usize) -> Shared {
    let own = own(object, rights, alias);
    let Some(links) = schema.object(links) else { return own };
    let refers = |field: &&Field| field.reference.as_ref().is_some_and(|reference| reference.to.contains(&object.name));
    let (Some(by), Some(with)) = (links.fields.iter().find(refers), links.field(LINKED_WITH)) else { return own };
    let inner = format!("{alias}_l");
    let how = |share: &str| links.field(SHARED_HOW).map(|field| column(&inner, field).eq(share));
    let seen = linked_with(schema, with, rights, &inner, Wish::See, levels);
    let counts = match wish {
        Wish::See => seen,
        Wish::Change | Wish::Delete => {
            let changed = linked_with(schema, with, rights, &inner, Wish::Change, levels);
            let [collaborates, inferred] =
                [("C", seen), ("I", changed)].map(|(share, open)| Condition::all().add_option(how(share)).add(open));
            Condition::any().add(collaborates).add(inferred)
        }
    };
    let mut query = Query::select();
    query
        .expr(Expr::val(1_i64))
        .from_as(schema.table(links), inner.clone())
        .and_where(Expr::col((inner.clone(), by.column())).equals((alias.to_owned(), "id")))
        .cond_where(counts);
    if let Some(deleted) = links.field("IsDeleted") {
        query.and_where(column(&inner, deleted).eq(Expr::Constant(0_i64.into())));
    }
    let mut any = Condition::any().add(Expr::exists(query));
    if let Shared::Where(own) = own {
        any = any.add(own);
    }
    Shared::Where(any)
}

/// Which links are with the user, a group that the user is in, or a record that is open to them. A link with another user is not: that one is
/// seen by all, and the files of all are not.
fn linked_with(schema: &Schema, with: &Field, rights: &Rights, alias: &str, wish: Wish, levels: usize) -> Condition {
    let owners = rights.owners.iter().map(|owner| owner.short().to_owned());
    let mut any = Condition::any().add(column(alias, with).is_in(owners));
    let mut all_of = Vec::new();
    let inner = format!("{alias}_p");
    let to = with.reference.iter().flat_map(|reference| &reference.to).filter(|name| !matches!(name.as_str(), "User" | "Group"));
    for parent in to.filter_map(|name| schema.object(name)).filter(|parent| rights.sees(parent)) {
        match shared(schema, parent, rights, &inner, wish, levels) {
            // A link goes with its record: of an object whose records are all open, its record need not be looked up.
            Shared::All => all_of.extend(parent.prefix.map(|prefix| prefix.as_str().to_owned())),
            Shared::Nobody => {}
            Shared::Where(condition) => {
                let mut query = Query::select();
                query
                    .expr(Expr::val(1_i64))
                    .from_as(schema.table(parent), inner.clone())
                    .and_where(Expr::col((inner.clone(), "id")).equals((alias.to_owned(), with.column())))
                    .cond_where(condition);
                any = any.add(Expr::exists(query));
            }
        }
    }
    if all_of.is_empty() {
        return any;
    }
    let prefix = Func::cust("SUBSTR").args([column(alias, with), Expr::Constant(1_i64.into()), Expr::Constant(3_i64.into())]);
    any.add(Expr::from(prefix).is_in(all_of))
}

fn column(alias: &str, field: &Field) -> Expr {
    Expr::col((alias.to_owned(), field.column()))
}

#[cfg(test)]
mod tests;
