//! A whole list as a file, page by page: whoever takes it slowly holds no instant of the database, and a longer list takes no more memory.
//!
//! What is in the list while it is written is in the file once, in the list's order: each page begins where the last one ended. Rights are those
//! of the moment at which it was begun.

use std::sync::Arc;

use salesforce::Version;
use soql::ast::Query;

use super::{Browsing, Listing, Unlisted, ask};
use crate::{
    Error, QueryOptions, Reader, Result,
    exchange::{Column, Format, RecordWriter},
    query::{self, Mark, Portion},
    schema::Object,
};

/// How many records are read at once.
const ROWS: usize = 1_000;

/// A file that is being written.
#[derive(Debug)]
pub struct Export {
    browsing: Browsing,
    object: Arc<Object>,
    query: Query,
    options: QueryOptions,
    writer: Option<RecordWriter<Vec<u8>>>,
    at: At,
}

#[derive(Debug)]
enum At {
    Begin,
    After(Vec<Mark>),
    End,
}

impl Browsing {
    /// Begins a file of a list: its columns, and with each reference the name that it leads to, as `Account.Name`. Ids come first.
    ///
    /// # Errors
    /// Those of [`Browsing::list`].
    pub fn export(self, object: &str, listing: &Listing, format: Format) -> Result<Export, Unlisted> {
        let plan = self.plan(object, listing)?;
        let mut paths = vec![ask::path(&["Id"])];
        for field in &plan.columns {
            let label = plan.labels.iter().find(|(of, _)| of.name == field.name).map(|(_, path)| path.clone());
            for path in std::iter::once(ask::path(&[&field.name])).chain(label) {
                if !paths.contains(&path) {
                    paths.push(path);
                }
            }
        }
        let names = |path: &soql::ast::Path| path.names.iter().map(|name| name.text.clone()).collect();
        let columns = paths.iter().map(|path| Column { path: names(path) }).collect();
        let writer = RecordWriter::new(Vec::new(), format, columns).map_err(unwritten)?;
        let (object, at) = (plan.object.clone(), if plan.is_empty { At::End } else { At::Begin });
        let options = QueryOptions { all_rows: plan.deleted, ..QueryOptions::new(Version::LATEST) };
        let query = ask::records(plan.object, paths, plan.condition, plan.sorted);
        Ok(Export { browsing: self, object, query, options, writer: Some(writer), at })
    }
}

impl Export {
    /// Of which object.
    pub fn object(&self) -> &str {
        &self.object.name
    }

    /// The next part of the file; none when it is whole.
    ///
    /// # Errors
    /// A refusal for a list that takes too long; storage. What was written until then is no whole file.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Unlisted> {
        let Some(writer) = &mut self.writer else { return Ok(None) };
        let after = match &self.at {
            At::Begin => None,
            At::After(marks) => Some(marks.as_slice()),
            At::End => {
                let rest = self.writer.take().map(RecordWriter::finish).transpose().map_err(unwritten)?;
                return Ok(rest.filter(|rest| !rest.is_empty()));
            }
        };
        let mut snapshot = self.browsing.crm.store().record_snapshot(self.options.longest).await.map_err(Error::from)?;
        let reader = &mut Reader::Snapshot(&mut snapshot);
        let portion = query::portion(reader, &self.browsing.scope, &self.query, &self.options, after, ROWS).await?;
        let Portion { records, last } = portion.map_err(|_| Error::from(store::Error::broken("a place in a list")))?;
        writer.write(&records).map_err(unwritten)?;
        self.at = last.map_or(At::End, At::After);
        Ok(Some(std::mem::take(writer.out())))
    }
}

/// Memory takes everything: what cannot be written is no record of ours.
fn unwritten(_: std::io::Error) -> Error {
    store::Error::broken("a record in a file").into()
}
