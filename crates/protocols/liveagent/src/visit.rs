//! What deployment.js posts to `/s/prechatVisitor` when a chat window opens: what the site's pages knew of the visitor
//! (deployment_segment.md 5).
//!
//! Nothing in it is an error: what is not understood counts as absent.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::init::{CustomDetail, Entity};
use crate::query::Query;
use crate::redacted::Sensitive;
use crate::tolerant;

/// The most pages that are read: deployment.js sends as many.
pub const MOST_PAGES: usize = 25;

/// The form's fields.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VisitForm {
    /// `deploymentId`
    pub deployment_id: Option<String>,
    /// `orgId`
    pub organization_id: Option<String>,
    /// `sid`: the visitor session, a uuid.
    pub session_id: Option<Sensitive>,
    /// `ptid`: the first visitor session of this browser.
    pub permanent_id: Option<Sensitive>,
    /// `vc`: number of visits.
    pub visit_count: Option<i64>,
    /// `oref`: where the visitor came from first.
    pub original_referrer: Option<Sensitive>,
    /// `det`
    pub details: Vec<CustomDetail>,
    /// `ent`, one for each entity: see [`merged`].
    pub entities: Vec<Entity>,
    /// `pages`, the newest first, at most [`MOST_PAGES`].
    pub pages: Vec<SeenPage>,
    /// `sessionStart`: milliseconds since the visit began.
    pub session_start: Option<i64>,
    /// `visitorName`
    pub visitor_name: Option<Sensitive>,
    /// `device`, which our own script adds: the key by which the site's events tell this browser from others.
    pub device: Option<Sensitive>,
    /// `user`, likewise: whom the site says it is.
    pub user: Option<Sensitive>,
    /// `userSignature`, likewise: what shows that the site says so.
    pub user_signature: Option<Sensitive>,
    /// `endpoint`: where the browser is to go next. Whoever sends it there must know the place.
    pub endpoint: Option<String>,
}

/// A page that the visitor saw.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SeenPage {
    /// Its address.
    #[serde(deserialize_with = "tolerant::required_text")]
    pub location: Sensitive,
    /// How long ago, milliseconds; none when it is not known.
    #[serde(default, rename = "time", deserialize_with = "tolerant::optional_integer")]
    pub ago: Option<i64>,
}

impl VisitForm {
    /// From the pairs of the query and the form; the query's come first, and the first of a name counts.
    pub fn from_pairs(query: &Query<'_>) -> Self {
        let text = |name| query.get(name).map(str::to_owned);
        let sensitive = |name| query.get(name).map(Sensitive::from);
        let mut pages: Vec<SeenPage> = salvaged(query.get("pages"));
        pages.truncate(MOST_PAGES);
        Self {
            deployment_id: text("deploymentId").or_else(|| text("deployment_id")),
            organization_id: text("orgId").or_else(|| text("org_id")),
            session_id: sensitive("sid"),
            permanent_id: sensitive("ptid"),
            visit_count: query.integer("vc"),
            original_referrer: sensitive("oref"),
            details: salvaged(query.get("det")),
            entities: merged(salvaged(query.get("ent"))),
            pages,
            session_start: query.integer("sessionStart"),
            visitor_name: sensitive("visitorName"),
            device: sensitive("device"),
            user: sensitive("user"),
            user_signature: sensitive("userSignature"),
            endpoint: text("endpoint"),
        }
    }
}

/// What can be understood of a JSON array: elements of another shape are left out.
fn salvaged<T: DeserializeOwned>(json: Option<&str>) -> Vec<T> {
    let elements: Vec<Value> = json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    elements.into_iter().filter_map(|element| serde_json::from_value(element).ok()).collect()
}

/// One entity for each name: pages say what they know of one in several calls, such as its maps first and its flags later. What a later
/// one leaves empty stays; of two links the first one counts, since a record is linked once (deployment_segment.md 4).
pub fn merged(entities: Vec<Entity>) -> Vec<Entity> {
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut kept: Vec<Entity> = Vec::new();
    let mut maps: HashMap<(usize, String, String), usize> = HashMap::new();
    for entity in entities {
        let at = *places.entry(entity.entity_name.clone()).or_insert_with(|| {
            kept.push(Entity { entity_name: entity.entity_name.clone(), ..Entity::default() });
            kept.len() - 1
        });
        let into = &mut kept[at];
        into.show_on_create |= entity.show_on_create;
        if let Some(field) = entity.save_to_transcript.filter(|field| !field.is_empty()) {
            into.save_to_transcript = Some(field);
        }
        let named = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
        if into.link_to_entity_name.is_none() && named(&entity.link_to_entity_name) && named(&entity.link_to_entity_field) {
            into.link_to_entity_name = entity.link_to_entity_name;
            into.link_to_entity_field = entity.link_to_entity_field;
        }
        for map in entity.entity_fields_maps {
            match maps.get(&(at, map.field_name.clone(), map.label.0.clone())) {
                Some(known) => into.entity_fields_maps[*known] = map,
                None => {
                    maps.insert((at, map.field_name.clone(), map.label.0.clone()), into.entity_fields_maps.len());
                    into.entity_fields_maps.push(map);
                }
            }
        }
    }
    kept
}
