//! Texts that agents insert, found by what is in them.

use domain::ids::QuickTextId;

use crate::{
    App, Result, SignedInAgent,
    definition::QuickText,
    listing::{self, Asked, Listed, NamePlace},
};

impl App {
    /// A page of quick texts by name, for any agent: those whose shortcut, name, folder or text holds what is searched for.
    pub fn quick_texts(&self, who: &SignedInAgent, asked: &Asked<'_, NamePlace>) -> Result<Listed<(QuickTextId, QuickText), NamePlace>> {
        Ok(listing::definitions(&*self.directory(who.workspace)?, asked))
    }
}
