//! Texts that agents insert, found by what is in them.

use domain::ids::QuickTextId;

use crate::{App, Result, SignedInAgent, definition::QuickText};

/// The most that a page holds.
const PAGE: usize = 500;

/// Where a page ended: the next one begins after it, whatever was added or removed since.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuickTextCursor {
    /// The last one's name, folded.
    pub name: String,
    /// The last one.
    pub id: QuickTextId,
}

/// A page of quick texts, by name.
#[derive(Clone, Debug)]
pub struct QuickTexts {
    /// The page.
    pub items: Vec<(QuickTextId, QuickText)>,
    /// After the last of them; none if there are no more.
    pub next: Option<QuickTextCursor>,
}

impl App {
    /// A page of quick texts by name, for any agent: those whose shortcut, name, folder or text holds `search` in any case.
    pub fn quick_texts(
        &self,
        who: &SignedInAgent,
        search: Option<&str>,
        after: Option<&QuickTextCursor>,
        limit: usize,
    ) -> Result<QuickTexts> {
        let directory = self.directory(who.workspace)?;
        let search = search.map(|search| search.trim().to_lowercase()).filter(|search| !search.is_empty());
        let holds = |text: &QuickText, search: &str| {
            [&text.shortcut, &text.name, &text.text].into_iter().chain(&text.folder).any(|part| part.to_lowercase().contains(search))
        };
        let mut found: Vec<_> = directory
            .quick_texts
            .iter()
            .map(|(id, text)| (QuickTextCursor { name: text.name.to_lowercase(), id: *id }, text))
            .filter(|(place, _)| after.is_none_or(|after| place > after))
            .filter(|(_, text)| search.as_deref().is_none_or(|search| holds(text, search)))
            .collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        let limit = limit.clamp(1, PAGE);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(place, _)| place.clone());
        Ok(QuickTexts { items: found.into_iter().map(|(place, text)| (place.id, text.clone())).collect(), next })
    }
}
