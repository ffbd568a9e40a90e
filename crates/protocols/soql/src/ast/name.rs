//! Names of objects, fields, relationships and aliases.

use std::fmt;

use crate::Span;

/// One name, as it was written. Salesforce compares names without regard to case: [`Self::is`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// Letters, digits and underscores; a letter first.
    pub text: String,
    /// Where it stood.
    pub span: Span,
}

impl Ident {
    /// Whether this is that name, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.text.eq_ignore_ascii_case(name)
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Names with dots between them: `Name`, `Account.Owner.Name`, `a.Contacts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Never empty; each has its own span.
    pub names: Vec<Ident>,
    /// The whole path.
    pub span: Span,
}

impl Path {
    /// The last name: the field.
    pub fn last(&self) -> &Ident {
        self.names.last().expect("a path has at least one name")
    }

    /// What stands before the last name: an alias, relationships.
    pub fn parents(&self) -> &[Ident] {
        self.names.split_last().map_or(&[], |(_, parents)| parents)
    }

    /// The name, if there is only one.
    pub fn single(&self) -> Option<&Ident> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, name) in self.names.iter().enumerate() {
            if number > 0 {
                f.write_str(".")?;
            }
            f.write_str(&name.text)?;
        }
        Ok(())
    }
}
