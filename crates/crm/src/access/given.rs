//! What profiles and permission sets give, and who has them, as whoever manages users reads it. What they give together is [`super::Rights`].

use std::{collections::HashMap, sync::Arc};

use domain::time::Timestamp;
use salesforce::{Error as Refusal, Id};
use sea_query::{Condition, Expr, ExprTrait as _, Func, JoinType, LikeExpr, Order, Query, SelectStatement};
use store::sql::{Built, RecordSnapshot, Row};

use super::{
    Caller, FieldRight, ObjectRights,
    grant::{self, Given},
    install,
    load::{self, FIELD_COLUMNS, LONGEST, OBJECT_COLUMNS, the},
};
use crate::{
    Crm, Reader, Result,
    schema::{Object, Schema, fold},
};

/// A profile or a permission set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightsHolder {
    /// Which: a profile's own id, not that of the permission set that it owns.
    pub id: Id,
    /// Of a permission set what programs call it; a profile has one name.
    pub name: String,
    /// For people.
    pub label: String,
    /// Every user has one profile, and any number of permission sets.
    pub is_profile: bool,
    /// It gives everything, and nobody can change that.
    pub fixed: bool,
    /// How many users have it.
    pub users: i64,
}

/// A right that is about no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemRight {
    /// `PermissionsApiEnabled` and its like.
    pub name: String,
    /// For people.
    pub label: String,
    /// It is given.
    pub granted: bool,
}

/// What is given of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectGrant {
    /// Canonical.
    pub name: String,
    /// For people, of many.
    pub label: String,
    /// Without fields.
    pub rights: ObjectRights,
    /// It can be set here; else it follows from what the object is.
    pub settable: bool,
}

/// What is given of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldGrant {
    /// Canonical.
    pub name: String,
    /// For people.
    pub label: String,
    /// Of a field that has no right of its own: what its object's rights give.
    pub right: FieldRight,
    /// The field has a right of its own.
    pub settable: bool,
    /// The right to change it can be given: somebody can write it at all.
    pub editable: bool,
}

/// All that a profile or a permission set gives, but for fields.
#[derive(Clone, Debug, PartialEq)]
pub struct HolderRights {
    /// Which.
    pub holder: RightsHolder,
    /// All that there are.
    pub system: Vec<SystemRight>,
    /// All that there are.
    pub objects: Vec<ObjectGrant>,
}

/// A permission set that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedSet {
    /// Which.
    pub id: Id,
    /// For people.
    pub label: String,
    /// When it ends, or ended; none: never.
    pub until: Option<Timestamp>,
}

/// A user, with where the user's rights come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRights {
    /// Which.
    pub id: Id,
    /// For people.
    pub name: String,
    /// As the agent signs in.
    pub login: String,
    /// May work.
    pub active: bool,
    /// The profile and its name.
    pub profile: Option<(Id, String)>,
    /// By their labels.
    pub sets: Vec<AssignedSet>,
}

/// Which users are asked for.
#[derive(Clone, Copy, Debug)]
pub struct UserRightsAsked<'a> {
    /// Only those whose name or login holds this; case does not count, no character is a wildcard.
    pub search: Option<&'a str>,
    /// Only those who have this profile or permission set.
    pub holder: Option<Id>,
    /// Only those after the one of this name and id.
    pub after: Option<(&'a str, Id)>,
    /// At most so many.
    pub limit: usize,
}

/// Where administrators read, and of which schema.
struct Place {
    schema: Arc<Schema>,
    snapshot: RecordSnapshot,
}

/// A holder, and the permission set with its rows.
struct Found {
    set: Id,
    holder: RightsHolder,
}

fn id_at(row: &Row, at: usize) -> Result<Id> {
    Ok(Id::parse(&row.get::<String>(at)?).map_err(|_| store::Error::broken("a record's id"))?)
}

fn text_at(row: &Row, at: usize) -> Result<String> {
    Ok(row.get::<Option<String>>(at)?.unwrap_or_default())
}

impl Place {
    async fn fetch(&mut self, name: &'static str, query: SelectStatement) -> Result<Vec<Row>> {
        let built = Built::new(name, self.snapshot.backend(), &query)?;
        drop(query);
        Ok(self.snapshot.fetch_built(built).await?)
    }

    /// How many users have each profile, each permission set.
    async fn users_by_holder(&mut self) -> Result<HashMap<Id, i64>> {
        let schema = self.schema.clone();
        let by_profile = {
            let mut query = Query::select();
            query.column("profileid").expr(Func::count(Expr::col("id"))).from(schema.table(the(&schema, "User")?));
            query.and_where(Expr::col("usertype").eq("Standard")).and_where(Expr::col("profileid").is_not_null());
            query.group_by_col("profileid");
            query
        };
        let by_set = {
            let mut query = Query::select();
            query.column("permissionsetid").expr(Func::count(Expr::col("id")));
            query.from(schema.table(the(&schema, "PermissionSetAssignment")?)).group_by_col("permissionsetid");
            query
        };
        let mut users = HashMap::new();
        for (name, query) in [("users by profile", by_profile), ("users by permission set", by_set)] {
            for row in &self.fetch(name, query).await? {
                users.insert(id_at(row, 0)?, row.get(1)?);
            }
        }
        Ok(users)
    }

    /// Profiles, then permission sets, each by their labels.
    async fn holders(&mut self) -> Result<Vec<Found>> {
        let schema = self.schema.clone();
        let administrator = install::set_id(&schema, &grant::ADMINISTRATOR)?;
        let users = self.users_by_holder().await?;
        let query = {
            let mut query = Query::select();
            for column in ["id", "name", "label", "isownedbyprofile"] {
                query.expr(Expr::col(("s", column)));
            }
            query.expr(Expr::col(("p", "id"))).expr(Expr::col(("p", "name"))).from_as(schema.table(the(&schema, "PermissionSet")?), "s");
            let of_profile = Expr::col(("p", "id")).equals(("s", "profileid"));
            query.join_as(JoinType::LeftJoin, schema.table(the(&schema, "Profile")?), "p", of_profile);
            query
        };
        let mut found = Vec::new();
        for row in &self.fetch("profiles and permission sets", query).await? {
            let set = id_at(row, 0)?;
            let is_profile = row.get::<i64>(3)? != 0;
            let (id, name, label) = match is_profile {
                true => (id_at(row, 4)?, text_at(row, 5)?, text_at(row, 5)?),
                false => (set, text_at(row, 1)?, text_at(row, 2)?),
            };
            let holder =
                RightsHolder { id, name, label, is_profile, fixed: set == administrator, users: users.get(&id).copied().unwrap_or(0) };
            found.push(Found { set, holder });
        }
        found.sort_by_cached_key(|one| (!one.holder.is_profile, fold(&one.holder.label), one.holder.id.short().to_owned()));
        Ok(found)
    }

    async fn holder(&mut self, id: Id) -> Result<Found> {
        let found = self.holders().await?.into_iter().find(|one| one.holder.id == id);
        found.ok_or_else(|| Refusal::not_found().into())
    }

    async fn system_rights(&mut self, set: Id) -> Result<Vec<SystemRight>> {
        let schema = self.schema.clone();
        let sets = the(&schema, "PermissionSet")?;
        let fields: Vec<_> = install::system_columns(sets).filter_map(|name| sets.field(name)).collect();
        let mut query = Query::select();
        query.columns(fields.iter().map(|field| field.column())).from(schema.table(sets)).and_where(Expr::col("id").eq(set.short()));
        let rows = self.fetch("system rights", query).await?;
        let row = rows.first().ok_or_else(Refusal::not_found)?;
        let right = |(at, field): (usize, &&crate::schema::Field)| {
            let granted = row.get::<i64>(at)? != 0;
            Ok(SystemRight { name: field.name.clone(), label: field.label.clone(), granted })
        };
        fields.iter().enumerate().map(right).collect()
    }

    /// What the rows of a permission set give, by object.
    async fn object_rights(&mut self, set: Id) -> Result<HashMap<String, ObjectRights>> {
        let schema = self.schema.clone();
        let mut reader = Reader::Snapshot(&mut self.snapshot);
        let mut rights = HashMap::new();
        for row in load::rows_of(&mut reader, &schema, "ObjectPermissions", &OBJECT_COLUMNS, &[set]).await? {
            if let Some(object) = row.get::<Option<String>>(0)? {
                rights.insert(object, load::object_rights(&row)?);
            }
        }
        Ok(rights)
    }

    /// What the rows of a permission set give, by `Contact.Email`: to change it, or only to see it.
    async fn field_rights(&mut self, set: Id) -> Result<HashMap<String, FieldRight>> {
        let schema = self.schema.clone();
        let mut reader = Reader::Snapshot(&mut self.snapshot);
        let mut rights = HashMap::new();
        for row in load::rows_of(&mut reader, &schema, "FieldPermissions", &FIELD_COLUMNS, &[set]).await? {
            let [reads, edits]: [bool; 2] = load::flags(&row, 1)?;
            let right = match (reads, edits) {
                (_, true) => FieldRight::Edit,
                (true, false) => FieldRight::Read,
                _ => continue,
            };
            rights.extend(row.get::<Option<String>>(0)?.map(|path| (path, right)));
        }
        Ok(rights)
    }
}

/// What a holder gives of an object, by its rows and system rights.
fn object_grant(object: &Object, found: &Found, system: &[SystemRight], rows: &HashMap<String, ObjectRights>) -> ObjectGrant {
    let has = |name: &str| system.iter().any(|right| right.granted && right.name == name);
    let manages = has("PermissionsManageUsers") || has("PermissionsCustomizeApplication");
    let given = grant::given(object);
    let rights = match given {
        Given::ByRows => rows.get(&object.name).cloned(),
        _ => grant::rights(given, manages || has("PermissionsViewSetup"), manages),
    };
    let settable = given == Given::ByRows && !found.holder.fixed;
    ObjectGrant { name: object.name.clone(), label: object.label_plural.clone(), rights: rights.unwrap_or_default(), settable }
}

impl Crm {
    /// Every profile, then every permission set that no profile owns, each by their labels.
    ///
    /// # Errors
    /// `Refused` for whoever does not manage users, here as in all that is read of rights.
    pub async fn rights_holders(&self, caller: &Caller) -> Result<Vec<RightsHolder>> {
        let mut place = self.place(caller).await?;
        Ok(place.holders().await?.into_iter().map(|found| found.holder).collect())
    }

    /// What a profile or a permission set gives.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is none of this id.
    pub async fn rights_given(&self, caller: &Caller, holder: Id) -> Result<HolderRights> {
        let mut place = self.place(caller).await?;
        let found = place.holder(holder).await?;
        let system = place.system_rights(found.set).await?;
        let rows = place.object_rights(found.set).await?;
        let objects = place.schema.objects().iter().map(|object| object_grant(object, &found, &system, &rows)).collect();
        Ok(HolderRights { holder: found.holder, system, objects })
    }

    /// What it gives of an object and its fields.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is no such holder or object.
    pub async fn object_rights_given(&self, caller: &Caller, holder: Id, object: &str) -> Result<(ObjectGrant, Vec<FieldGrant>)> {
        let mut place = self.place(caller).await?;
        let found = place.holder(holder).await?;
        let object = place.schema.object(object).cloned().ok_or_else(Refusal::not_found)?;
        let system = place.system_rights(found.set).await?;
        let rows = place.object_rights(found.set).await?;
        let of_fields = place.field_rights(found.set).await?;
        let grant = object_grant(&object, &found, &system, &rows);
        let by_rows = grant::given(&object) == Given::ByRows;
        let fields = object.fields.iter().map(|field| {
            let editable = grant::is_editable(field);
            let by_itself = by_rows && field.permissionable;
            let right = match () {
                () if by_itself => of_fields.get(&install::path(&object, field)).copied().unwrap_or(FieldRight::None),
                () if !grant.rights.read => FieldRight::None,
                () if editable && (grant.rights.edit || grant.rights.create) => FieldRight::Edit,
                () => FieldRight::Read,
            };
            let settable = by_itself && grant.settable;
            FieldGrant { name: field.name.clone(), label: field.label.clone(), right, settable, editable }
        });
        let fields = fields.collect();
        Ok((grant, fields))
    }

    /// Users with their profiles and permission sets, by name. The server's own user is none of them.
    pub async fn users(&self, caller: &Caller, asked: UserRightsAsked<'_>) -> Result<Vec<UserRights>> {
        let mut place = self.place(caller).await?;
        let schema = place.schema.clone();
        let users = the(&schema, "User")?;
        let mut query = users_query(&schema, users)?;
        if let Some(search) = asked.search.filter(|search| !search.is_empty()) {
            let escaped = fold(search).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let holds = |column: &'static str| Expr::col(("u", column)).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'));
            query.cond_where(Condition::any().add(holds("name_f")).add(holds("username_f")));
        }
        if let Some(holder) = asked.holder {
            let is_profile = the(&schema, "Profile")?.prefix == Some(holder.prefix());
            query.and_where(match is_profile {
                true => Expr::col(("u", "profileid")).eq(holder.short()),
                false => {
                    let mut assigned = Query::select();
                    assigned.column("assigneeid").from(schema.table(the(&schema, "PermissionSetAssignment")?));
                    assigned.and_where(Expr::col("permissionsetid").eq(holder.short()));
                    Expr::col(("u", "id")).in_subquery(assigned)
                }
            });
        }
        if let Some((name, id)) = asked.after {
            let (named, folded) = (|| Expr::col(("u", "name_f")), fold(name));
            let same = named().eq(folded.clone()).and(Expr::col(("u", "id")).gt(id.short()));
            query.cond_where(Condition::any().add(named().gt(folded)).add(same));
        }
        query.order_by(("u", "name_f"), Order::Asc).order_by(("u", "id"), Order::Asc).limit(asked.limit as u64);
        place.read_users(query).await
    }

    /// One of them.
    ///
    /// # Errors
    /// `NOT_FOUND` when there is none of this id.
    pub async fn user(&self, caller: &Caller, user: Id) -> Result<UserRights> {
        let mut place = self.place(caller).await?;
        let schema = place.schema.clone();
        let mut query = users_query(&schema, the(&schema, "User")?)?;
        query.and_where(Expr::col(("u", "id")).eq(user.short()));
        place.read_users(query).await?.pop().ok_or_else(|| Refusal::not_found().into())
    }

    async fn place(&self, caller: &Caller) -> Result<Place> {
        if !(caller.rights.system || caller.rights.manage_users) {
            return Err(Refusal::insufficient_access_or_readonly().into());
        }
        let schema = self.ready(caller.workspace).await?;
        Ok(Place { schema, snapshot: self.store().record_snapshot(LONGEST).await? })
    }
}

fn users_query(schema: &Schema, users: &Object) -> Result<SelectStatement> {
    let mut query = Query::select();
    for column in ["id", "name", "username", "isactive"] {
        query.expr(Expr::col(("u", column)));
    }
    query.expr(Expr::col(("p", "id"))).expr(Expr::col(("p", "name"))).from_as(schema.table(users), "u");
    let of_user = Expr::col(("p", "id")).equals(("u", "profileid"));
    query.join_as(JoinType::LeftJoin, schema.table(the(schema, "Profile")?), "p", of_user);
    query.and_where(Expr::col(("u", "usertype")).eq("Standard"));
    Ok(query)
}

impl Place {
    async fn read_users(&mut self, query: SelectStatement) -> Result<Vec<UserRights>> {
        let schema = self.schema.clone();
        // A login that is no address of e-mail was made one.
        let made_up = format!("@w{}.invalid", schema.number);
        let mut users = Vec::new();
        for row in &self.fetch("users", query).await? {
            let username = text_at(row, 2)?;
            let profile = row.get::<Option<String>>(4)?.is_some().then(|| Ok::<_, crate::Error>((id_at(row, 4)?, text_at(row, 5)?)));
            users.push(UserRights {
                id: id_at(row, 0)?,
                name: text_at(row, 1)?,
                login: username.strip_suffix(&made_up).unwrap_or(&username).to_owned(),
                active: row.get::<i64>(3)? != 0,
                profile: profile.transpose()?,
                sets: Vec::new(),
            });
        }
        let query = {
            let mut query = Query::select();
            for column in ["assigneeid", "permissionsetid", "expirationdate"] {
                query.expr(Expr::col(("a", column)));
            }
            query.expr(Expr::col(("s", "label"))).from_as(schema.table(the(&schema, "PermissionSetAssignment")?), "a");
            let of_set = Expr::col(("s", "id")).equals(("a", "permissionsetid"));
            query.join_as(JoinType::InnerJoin, schema.table(the(&schema, "PermissionSet")?), "s", of_set);
            query.and_where(Expr::col(("a", "assigneeid")).is_in(users.iter().map(|user| user.id.short().to_owned())));
            query
        };
        let mut sets: HashMap<Id, Vec<AssignedSet>> = HashMap::new();
        for row in &self.fetch("permission sets of users", query).await? {
            let set = AssignedSet { id: id_at(row, 1)?, label: text_at(row, 3)?, until: row.get::<Option<i64>>(2)?.map(Timestamp) };
            sets.entry(id_at(row, 0)?).or_default().push(set);
        }
        for user in &mut users {
            user.sets = sets.remove(&user.id).unwrap_or_default();
            user.sets.sort_by_cached_key(|set| (fold(&set.label), set.id.short().to_owned()));
        }
        Ok(users)
    }
}
