//! New records with their children, all or none (salesforce.md 1.9).

use std::sync::Arc;

use crm::{Operation, Outcome};
use futures_util::FutureExt as _;
use http::StatusCode;
use salesforce::{
    Error, Id,
    composite::{Tree, TreeAnswer, TreeNode, TreeResult},
    record::{Given, Scalar},
};

use super::{
    answer::Answer,
    ask::Ask,
    failure::Failure,
    sobject::object,
    transaction::{Asking, Transaction, together},
};

/// `POST /composite/tree/{T}`
pub(super) async fn plant(asking: &Asking, records: &mut Transaction<'_>, ask: &Ask, name: &str) -> Result<Answer, Failure> {
    let object = object(asking, name)?;
    let nodes: Arc<[TreeNode]> = Tree::parse(&ask.body, &object.name)?.nodes.into();
    let made = if records.is_shared() {
        make(asking, records, &nodes).await
    } else {
        let shared = (asking.clone(), Arc::clone(&nodes));
        together(asking, move |mut records| {
            let (asking, nodes) = shared.clone();
            async move { make(&asking, &mut records, &nodes).await }.boxed()
        })
        .await
    };
    let answer = match made {
        Ok(ids) => TreeAnswer::Made(nodes.iter().map(|node| node.reference_id.clone()).zip(ids).collect()),
        Err(Failure::Felled(refused)) => TreeAnswer::Refused(refused),
        Err(failure) => return Err(failure),
    };
    let status = StatusCode::from_u16(answer.status()).map_err(Failure::defect)?;
    Answer::json(status, &answer)
}

/// Makes them level by level: nobody has a parent of the same level, and one call is made for each.
async fn make(asking: &Asking, records: &mut Transaction<'_>, nodes: &[TreeNode]) -> Result<Vec<Id>, Failure> {
    let schema = asking.schema();
    let mut ids: Vec<Id> = Vec::with_capacity(nodes.len());
    while ids.len() < nodes.len() {
        let begin = ids.len();
        let ready = |node: &&TreeNode| node.parent.as_ref().is_none_or(|(parent, _)| *parent < begin);
        let mut operations = Vec::new();
        for node in nodes[begin..].iter().take_while(ready) {
            let mut record = node.record.clone();
            if let Some((parent, relationship)) = &node.parent {
                let field = schema.object_of(ids[*parent].prefix()).and_then(|object| {
                    let mut children = schema.children(object);
                    let named = |name: &String| name.eq_ignore_ascii_case(relationship);
                    children
                        .find(|(child, field, reference)| {
                            reference.child_name.as_ref().is_some_and(named) && asking.caller().rights.sees_field(child, field)
                        })
                        .filter(|(child, ..)| child.name.eq_ignore_ascii_case(&node.object))
                        .map(|(_, field, _)| field.name.clone())
                });
                let Some(field) = field else {
                    let errors = vec![Error::no_such_column(relationship, &nodes[*parent].object)];
                    return Err(Failure::Felled(vec![TreeResult { reference_id: nodes[*parent].reference_id.clone(), errors }]));
                };
                record.take(&field);
                record.fields.push((field, Given::Scalar(Scalar::Text(ids[*parent].to_string()))));
            }
            operations.push(Operation::Create { object: node.object.clone(), record, uploads: Vec::new() });
        }
        let outcomes = records.change(asking, operations, false).await?;
        let mut refused = Vec::new();
        for (node, outcome) in nodes[begin..].iter().zip(outcomes) {
            match outcome {
                Outcome::Saved(id) => ids.push(id),
                Outcome::Refused(errors) => refused.push(TreeResult { reference_id: node.reference_id.clone(), errors }),
                _ => return Err(Failure::defect("an operation with another's outcome")),
            }
        }
        if !refused.is_empty() {
            return Err(Failure::Felled(refused));
        }
        if ids.len() == begin {
            return Err(Failure::defect("a tree without a next level"));
        }
    }
    Ok(ids)
}
