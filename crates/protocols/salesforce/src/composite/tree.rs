//! Tree: new records with their children (1.9).

use std::collections::HashSet;

use serde::{Deserialize, Serialize, Serializer, ser::SerializeMap};

use super::{MAX_TREE, MAX_TREE_DEPTH, MAX_TREE_OBJECTS, limited};
use crate::{
    Error, Id,
    record::{Given, Incoming, IncomingObject},
};

/// `POST /composite/tree/{T}`: the records, each behind its parent.
#[derive(Debug, PartialEq)]
pub struct Tree {
    /// In an order in which they can be made.
    pub nodes: Vec<TreeNode>,
}

/// One of the records.
#[derive(Debug, PartialEq)]
pub struct TreeNode {
    /// Its name in the request.
    pub reference_id: String,
    /// Its object, as it was written.
    pub object: String,
    /// Its parent's place in the list, and the relationship's name there.
    pub parent: Option<(usize, String)>,
    /// Its fields, without the children.
    pub record: Incoming,
}

impl Tree {
    /// From a body, within the limits; `object` is that of the address, which the first records have.
    pub fn parse(body: &[u8], object: &str) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Body {
            records: Vec<IncomingObject>,
        }
        let Body { records } = serde_json::from_slice(body).map_err(|error| Error::json(body, &error))?;
        let mut nodes: Vec<TreeNode> = Vec::new();
        let (mut names, mut objects) = (HashSet::new(), HashSet::new());
        let mut level = records.into_iter().map(|record| Ok((None, record.interpreted()?))).collect::<Result<Vec<_>, Error>>()?;
        let mut depth = 0;
        while !level.is_empty() {
            depth += 1;
            limited("levels of a tree", depth, MAX_TREE_DEPTH)?;
            limited("records of a tree", nodes.len() + level.len(), MAX_TREE)?;
            let mut below = Vec::new();
            for (parent, mut record) in level {
                let reference_id = record.attributes.reference_id.clone().unwrap_or_default();
                if reference_id.is_empty() || !names.insert(reference_id.clone()) {
                    return Err(Error::json_shape("Every record of a tree has a referenceId in its attributes, and no two the same"));
                }
                let own = record.attributes.object.clone().unwrap_or_default();
                if own.is_empty() || (depth == 1 && !own.eq_ignore_ascii_case(object)) {
                    return Err(Error::json_shape(
                        "Every record of a tree has a type in its attributes, the first ones that of the address",
                    ));
                }
                objects.insert(own.to_ascii_lowercase());
                limited("types of a tree", objects.len(), MAX_TREE_OBJECTS)?;
                let place = nodes.len();
                for (name, given) in std::mem::take(&mut record.fields) {
                    match given {
                        Given::Children(children) => below.extend(children.into_iter().map(|child| (Some((place, name.clone())), child))),
                        other => record.fields.push((name, other)),
                    }
                }
                nodes.push(TreeNode { reference_id, object: own, parent, record });
            }
            level = below;
        }
        Ok(Self { nodes })
    }
}

/// What became of a tree: all of it, or nothing.
#[derive(Debug, PartialEq)]
pub enum TreeAnswer {
    /// Every record was made.
    Made(Vec<(String, Id)>),
    /// None was; these are why.
    Refused(Vec<TreeResult>),
}

/// One record of a tree that cannot be made.
#[derive(Debug, PartialEq)]
pub struct TreeResult {
    /// Which.
    pub reference_id: String,
    /// Why.
    pub errors: Vec<Error>,
}

impl TreeAnswer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Made(_) => 201,
            Self::Refused(_) => 400,
        }
    }
}

impl Serialize for TreeAnswer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Made<'a> {
            reference_id: &'a str,
            id: Id,
        }
        let mut map = serializer.serialize_map(Some(2))?;
        match self {
            Self::Made(made) => {
                let results: Vec<_> = made.iter().map(|(reference_id, id)| Made { reference_id, id: *id }).collect();
                map.serialize_entry("hasErrors", &false)?;
                map.serialize_entry("results", &results)?;
            }
            Self::Refused(results) => {
                map.serialize_entry("hasErrors", &true)?;
                map.serialize_entry("results", results)?;
            }
        }
        map.end()
    }
}

impl Serialize for TreeResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let errors: Vec<_> = self.errors.iter().map(Error::row).collect();
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("referenceId", &self.reference_id)?;
        map.serialize_entry("errors", &errors)?;
        map.end()
    }
}
