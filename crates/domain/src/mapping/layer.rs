//! Who counts, when several have said something of one label or entity before a conversation begins.

use crate::detail::{self, Detail, EntityPlan};

/// Who says something of a visitor. The later counts more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// A mapping, carried out on the server.
    Server,
    /// A mapping, carried out in the page.
    Browser,
    /// The page's own code.
    Page,
    /// The form before the conversation, which the visitor has filled in.
    Form,
}

/// What one of them says.
#[derive(Clone, Debug)]
pub struct Said {
    /// Who.
    pub layer: Layer,
    /// Labelled values.
    pub details: Vec<Detail>,
    /// What to find or make.
    pub plan: EntityPlan,
}

/// A detail, who said it, and whose are not used because of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Winner {
    /// The detail.
    pub detail: Detail,
    /// Who said it.
    pub from: Layer,
    /// Who said something else of the same label, the weightiest first.
    pub wins_over: Vec<Layer>,
}

/// What a conversation would begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// One for each label.
    pub details: Vec<Winner>,
    /// One step for each entity.
    pub plan: EntityPlan,
}

/// One set of details and one plan of what all of them say.
pub fn together(mut said: Vec<Said>) -> Together {
    said.sort_by_key(|said| said.layer);
    let who: Vec<(Layer, Vec<String>)> =
        said.iter().map(|said| (said.layer, said.details.iter().map(|detail| detail.label.clone()).collect())).collect();
    let (mut details, mut plan) = (Vec::new(), EntityPlan::default());
    for said in said {
        details = detail::together(details, said.details);
        plan = plan.followed_by(EntityPlan::merged(said.plan.steps));
    }
    let placed = details.into_iter().filter_map(|detail| {
        let mut layers = who.iter().rev().filter(|(_, labels)| labels.contains(&detail.label)).map(|(layer, _)| *layer);
        let from = layers.next()?;
        let wins_over = layers.collect();
        Some(Winner { detail, from, wins_over })
    });
    Together { details: placed.collect(), plan }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detail::{EntityStep, FieldMap};

    fn said(layer: Layer, labels: &[&str], field: &str) -> Said {
        let detail = |label: &&str| Detail {
            label: (*label).to_owned(),
            value: format!("{layer:?}").as_str().into(),
            transcript_fields: Vec::new(),
            visible_to_agent: true,
            entity_maps: Vec::new(),
            knowledge_search: false,
        };
        let map = FieldMap { field: field.to_owned(), label: labels[0].to_owned(), find: layer == Layer::Form, exact: false, create: true };
        let step = EntityStep { entity: "Contact".to_owned(), fields: vec![map], show_on_create: false, save_to: None, link: None };
        Said { layer, details: labels.iter().map(detail).collect(), plan: EntityPlan { steps: vec![step] } }
    }

    #[test]
    fn of_one_label_the_weightiest_counts_and_of_one_entity_all_in_one_step() {
        let all = vec![
            said(Layer::Form, &["a", "f"], "Email"),
            said(Layer::Server, &["a", "b", "c", "s"], "Email"),
            said(Layer::Page, &["a", "b"], "Phone"),
            said(Layer::Browser, &["c", "a"], "Title"),
        ];
        let together = together(all);
        let won: Vec<String> = together
            .details
            .iter()
            .map(|won| {
                assert_eq!(won.detail.value.reveal(), format!("{:?}", won.from));
                format!("{} {:?} over {:?}", won.detail.label, won.from, won.wins_over)
            })
            .collect();
        assert_eq!(
            won,
            [
                "s Server over []",
                "c Browser over [Server]",
                "b Page over [Server]",
                "a Form over [Page, Browser, Server]",
                "f Form over []"
            ]
        );
        let fields: Vec<(&str, bool)> = together.plan.steps[0].fields.iter().map(|map| (map.field.as_str(), map.find)).collect();
        assert_eq!((together.plan.steps.len(), fields), (1, vec![("Email", true), ("Title", false), ("Phone", false)]));
    }
}
