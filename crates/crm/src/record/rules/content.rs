//! Files: each version belongs to a document, which shows its latest, and links publish documents with other records (`salesforce.md` 1.10).

use std::collections::HashMap;
use std::fmt::Write as _;

use salesforce::{Error as Refusal, Id};
use sea_query::{Expr, ExprTrait as _, LockType, Query};
use store::{Tx, sql::Built};

use crate::{
    Reader, Result, Scope,
    record::{column, draft::Draft, lookup, make, write},
    schema::Object,
    value::Value,
};

use super::{get, id, set, text};

/// What a file is called by its extension, where that is known; another one is its extension in capitals.
const TYPES: [(&str, &str); 14] = [
    ("txt", "TEXT"),
    ("log", "TEXT"),
    ("htm", "HTML"),
    ("jpeg", "JPG"),
    ("doc", "WORD"),
    ("docx", "WORD_X"),
    ("xls", "EXCEL"),
    ("xlsx", "EXCEL_X"),
    ("ppt", "POWER_POINT"),
    ("pptx", "POWER_POINT_X"),
    ("tif", "TIFF"),
    ("mpeg", "MPEG"),
    ("jsn", "JSON"),
    ("zip", "ZIP"),
];

/// What a version's document shows of its latest version.
const SHOWN: [&str; 7] = ["Title", "Description", "FileType", "FileExtension", "ContentSize", "ContentModifiedDate", "OwnerId"];

/// What follows from a version's path and bytes.
pub(super) fn derive(object: &Object, drafts: &mut [Draft]) {
    // Other bytes are another version (1.10).
    for draft in drafts.iter_mut().filter(|draft| !draft.is_new() && !draft.uploads.is_empty()) {
        draft.refuse(Refusal::not_writable(&["VersionData"]));
    }
    for draft in drafts.iter_mut().filter(|draft| draft.is_new()) {
        let path = text(object, draft, "PathOnClient").map(str::to_owned);
        if let Some(path) = &path {
            let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
            let (stem, extension) = match name.rsplit_once('.') {
                Some((stem, extension)) if !stem.is_empty() && !extension.is_empty() && extension.len() <= 40 => (stem, Some(extension)),
                _ => (name, None),
            };
            if get(object, draft, "Title").is_null() && !stem.is_empty() {
                let title = stem.chars().take(255).collect();
                set(object, draft, "Title", Value::Text(title));
            }
            if let Some(extension) = extension {
                set(object, draft, "FileExtension", Value::Text(extension.to_owned()));
            }
            set(object, draft, "FileType", Value::Text(file_type(extension)));
        } else {
            let is_link = !get(object, draft, "ContentUrl").is_null();
            set(object, draft, "FileType", Value::Text(if is_link { "LINK" } else { "UNKNOWN" }.to_owned()));
        }
        if let Some((_, upload)) = draft.uploads.first() {
            let size = i64::try_from(upload.blob.size).unwrap_or(i64::MAX);
            let md5 = upload.md5;
            set(object, draft, "ContentSize", Value::Int(size));
            set(object, draft, "Checksum", Value::Text(hexadecimal(&md5)));
        }
        set(object, draft, "IsLatest", Value::Boolean(true));
        set(object, draft, "VersionNumber", Value::Text("1".to_owned()));
        if get(object, draft, "IsMajorVersion") != &Value::Boolean(true) {
            set(object, draft, "IsMajorVersion", Value::Boolean(true));
        }
        for (name, usual) in [("ContentLocation", "S"), ("Origin", "C"), ("PublishStatus", "P")] {
            if get(object, draft, name).is_null() {
                set(object, draft, name, Value::Text(usual.to_owned()));
            }
        }
    }
}

/// How large an attachment is.
pub(super) fn attachment(object: &Object, drafts: &mut [Draft]) {
    for draft in drafts {
        if let Some((_, upload)) = draft.uploads.first() {
            let size = i64::try_from(upload.blob.size).unwrap_or(i64::MAX);
            set(object, draft, "BodyLength", Value::Int(size));
        }
    }
}

fn file_type(extension: Option<&str>) -> String {
    let Some(extension) = extension else { return "UNKNOWN".to_owned() };
    match TYPES.iter().find(|(known, _)| extension.eq_ignore_ascii_case(known)) {
        Some((_, name)) => (*name).to_owned(),
        None if extension.len() <= 20 => extension.to_ascii_uppercase(),
        None => "UNKNOWN".to_owned(),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// A version has bytes and the path that they came from, or is an address; a further one needs the right to its document.
pub(super) async fn check(reader: &mut Reader<'_>, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let mut further = Vec::new();
    for draft in drafts.iter_mut().filter(|draft| draft.is_new() && draft.is_sound()) {
        if get(object, draft, "ContentUrl").is_null() {
            let missing: Vec<_> = ["PathOnClient", "VersionData"].into_iter().filter(|name| get(object, draft, name).is_null()).collect();
            if !missing.is_empty() {
                draft.refuse(Refusal::required_missing(&missing));
                continue;
            }
        }
        further.extend(id(object, draft, "ContentDocumentId"));
    }
    let Some(document) = scope.schema.object("ContentDocument") else { return Ok(()) };
    if further.is_empty() {
        return Ok(());
    }
    let changeable = lookup::changeable(reader, scope, document, &further).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.is_new() && draft.is_sound()) {
        if id(object, draft, "ContentDocumentId").is_some_and(|id| !changeable.contains(&id)) {
            draft.refuse(Refusal::insufficient_access_on_cross_reference());
        }
    }
    Ok(())
}

/// Makes the documents of first versions, and sets further versions above those before them.
pub(super) async fn documents(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let Some(kind) = scope.schema.object("ContentDocument").cloned() else { return Ok(()) };
    further(tx, scope, object, &kind, drafts).await?;
    let mut made = Vec::new();
    for draft in drafts.iter().filter(|draft| id(object, draft, "ContentDocumentId").is_none()) {
        let mut document = Draft::blank(&kind, draft.at);
        for name in SHOWN {
            set(&kind, &mut document, name, get(object, draft, name).clone());
        }
        set(&kind, &mut document, "LatestPublishedVersionId", draft.id.map_or(Value::Null, Value::Id));
        set(&kind, &mut document, "PublishStatus", Value::Text("P".to_owned()));
        set(&kind, &mut document, "ContentModifiedDate", Value::Instant(scope.now.0));
        made.push(document);
    }
    let ids = make::write_derived(tx, scope, &kind, &mut made).await?;
    let lacking = drafts.iter_mut().filter(|draft| id(object, draft, "ContentDocumentId").is_none());
    for (draft, id) in lacking.zip(ids) {
        set(object, draft, "ContentDocumentId", Value::Id(id));
        draft.publishes = true;
    }
    Ok(())
}

/// Versions of documents that are there: the latest before is the latest no more, and the document shows the new one.
async fn further(tx: &mut Tx, scope: &Scope, object: &Object, kind: &Object, drafts: &mut [Draft]) -> Result<()> {
    let mut ids: Vec<_> = drafts.iter().filter_map(|draft| id(object, draft, "ContentDocumentId")).collect();
    if ids.is_empty() {
        return Ok(());
    }
    ids.sort_unstable();
    ids.dedup();
    let mut documents = lookup::load(&mut Reader::Tx(tx), scope, kind, &ids, Some(LockType::Update)).await?;
    let mut numbers = latest(tx, scope, object, &ids).await?;
    let mut last: HashMap<Id, usize> = HashMap::new();
    for (at, draft) in drafts.iter_mut().enumerate() {
        let Some(document) = id(object, draft, "ContentDocumentId") else { continue };
        let number = numbers.entry(document).or_default();
        *number += 1;
        let number = number.to_string();
        set(object, draft, "VersionNumber", Value::Text(number));
        last.insert(document, at);
    }
    for (at, draft) in drafts.iter_mut().enumerate() {
        if id(object, draft, "ContentDocumentId").is_some_and(|document| last.get(&document) != Some(&at)) {
            set(object, draft, "IsLatest", Value::Boolean(false));
        }
    }
    let mut changed = Vec::new();
    for (document, at) in last {
        let version = &drafts[at];
        let mut draft = Draft::blank(kind, version.at);
        draft.id = Some(document);
        draft.old = documents.remove(&document).ok_or(store::Error::broken("a document that was referred to is gone"))?;
        for name in SHOWN.into_iter().filter(|name| *name != "OwnerId") {
            set(kind, &mut draft, name, get(object, version, name).clone());
        }
        set(kind, &mut draft, "LatestPublishedVersionId", version.id.map_or(Value::Null, Value::Id));
        set(kind, &mut draft, "ContentModifiedDate", Value::Instant(scope.now.0));
        make::stamp(scope, kind, &mut draft);
        changed.push(draft);
    }
    write::update(tx, &scope.schema, kind, &mut changed).await
}

/// The numbers of documents' latest versions, which are so no more.
async fn latest(tx: &mut Tx, scope: &Scope, object: &Object, documents: &[Id]) -> Result<HashMap<Id, i64>> {
    let fields = ["ContentDocumentId", "VersionNumber", "IsLatest", "SystemModstamp"].map(|name| object.field(name));
    let [Some(of), Some(number), Some(is_latest), Some(stamp)] = fields else { return Ok(HashMap::new()) };
    let mut update = Query::update();
    update
        .table(scope.schema.table(object))
        .value(is_latest.column(), 0_i64)
        .value(stamp.column(), scope.now.0)
        .and_where(Expr::col(of.column()).is_in(documents.iter().map(|id| id.short().to_owned())))
        .and_where(Expr::col(is_latest.column()).eq(1_i64))
        .returning(Query::returning().columns([of.column(), number.column()]));
    let mut numbers = HashMap::new();
    for row in tx.fetch_built(Built::new("the versions before", tx.backend(), &update)?).await? {
        if let Value::Text(text) = column::read(&row, 1, number)? {
            numbers.insert(lookup::id_at(&row, 0)?, text.parse().unwrap_or(1));
        }
    }
    Ok(numbers)
}

/// Links new documents with their owner, and with the record that they were published on.
pub(super) async fn links(tx: &mut Tx, scope: &Scope, object: &Object, drafts: &mut [Draft]) -> Result<()> {
    let Some(kind) = scope.schema.object("ContentDocumentLink").cloned() else { return Ok(()) };
    let mut made = Vec::new();
    for draft in drafts.iter().filter(|draft| draft.publishes) {
        let Some(document) = id(object, draft, "ContentDocumentId") else { continue };
        let published = id(object, draft, "FirstPublishLocationId").map(|to| (to, "V"));
        let owner = id(object, draft, "OwnerId").map(|to| (to, "I"));
        for (to, share) in owner.into_iter().chain(published.filter(|(to, _)| owner.is_none_or(|(owner, _)| owner != *to))) {
            let mut link = Draft::blank(&kind, draft.at);
            set(&kind, &mut link, "ContentDocumentId", Value::Id(document));
            set(&kind, &mut link, "LinkedEntityId", Value::Id(to));
            set(&kind, &mut link, "ShareType", Value::Text(share.to_owned()));
            set(&kind, &mut link, "Visibility", Value::Text("AllUsers".to_owned()));
            made.push(link);
        }
    }
    make::write_derived(tx, scope, &kind, &mut made).await.map(drop)
}
