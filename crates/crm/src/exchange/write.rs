//! Records as CSV or JSON, page by page, into anything that takes bytes.
//!
//! CSV is RFC 4180 in UTF-8 with a heading: parents' fields are columns of their own (`Account.Name`), children are JSON in one cell, what there
//! is not is an empty cell. JSON is an array of objects, a line each, with parents and children inside; no `attributes`.

use std::io::{self, Write};

use salesforce::record::{Address, Record, Value};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

use super::Column;

/// A cell that empties its field (`salesforce.md` 1.11).
pub const NOTHING: &str = "#N/A";

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Rows of cells.
    Csv(Cells),
    /// Objects.
    Json,
}

/// What becomes of a cell that a spreadsheet would take for a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cells {
    /// It gets an apostrophe before it, by which spreadsheets know text, and which reading takes away again: see [`safe`].
    Safe,
    /// It stays as it is: for programs.
    Plain,
}

/// Writes records.
#[derive(Debug)]
pub struct RecordWriter<W> {
    out: W,
    format: Format,
    columns: Vec<Column>,
    is_empty: bool,
}

impl<W: Write> RecordWriter<W> {
    /// Begins: with the heading, or the bracket before the first object.
    ///
    /// # Errors
    /// Those of `out`, here and in the other functions.
    pub fn new(mut out: W, format: Format, columns: Vec<Column>) -> io::Result<Self> {
        match format {
            Format::Csv(_) => {
                let mut rows = csv::Writer::from_writer(&mut out);
                rows.write_record(columns.iter().map(Column::heading))?;
                rows.flush()?;
            }
            Format::Json => out.write_all(b"[")?,
        }
        Ok(Self { out, format, columns, is_empty: true })
    }

    /// Writes the next records. Of CSV the columns are written, of JSON the whole records.
    pub fn write(&mut self, records: &[Record]) -> io::Result<()> {
        match self.format {
            Format::Csv(cells) => {
                let mut rows = csv::Writer::from_writer(&mut self.out);
                for record in records {
                    for column in &self.columns {
                        rows.write_field(cell(column.of(record), cells))?;
                    }
                    rows.write_record(None::<&[u8]>)?;
                }
                rows.flush()?;
            }
            Format::Json => {
                for record in records {
                    self.out.write_all(if self.is_empty { b"\n" } else { b",\n" })?;
                    serde_json::to_writer(&mut self.out, &Plain(record))?;
                    self.is_empty = false;
                }
            }
        }
        Ok(())
    }

    /// What was written into, to be sent on between two pages.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Ends: nothing is whole without it.
    pub fn finish(mut self) -> io::Result<W> {
        if self.format == Format::Json {
            self.out.write_all(if self.is_empty { b"]\n" } else { b"\n]\n" })?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

/// A value in a cell. Text that looks like a formula is the only one that can be one: numbers and days are their own.
fn cell(value: Option<&Value>, cells: Cells) -> String {
    let text = text(value);
    match (cells, value) {
        (Cells::Safe, Some(Value::Text(_) | Value::Address(_) | Value::Parent(_))) => safe(text),
        _ => text,
    }
}

/// A value in one line or cell, as it is read again; empty for nothing.
pub fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::Boolean(value)) => value.to_string(),
        Some(Value::Int(value)) => value.to_string(),
        Some(Value::Double(value)) => value.to_string(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Id(id)) => id.to_string(),
        Some(Value::Date(date)) => date.to_string(),
        Some(Value::Time(time)) => time.to_string(),
        Some(Value::DateTime(at)) => at.to_string(),
        Some(Value::Address(address)) => one_line(address),
        // Paths and nested records are JSON; they cannot fail to be.
        Some(value @ (Value::Blob { .. } | Value::Parent(_) | Value::Children(_))) => match serde_json::to_value(PlainValue(value)) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(serde_json::Value::Null) | Err(_) => String::new(),
            Ok(json) => json.to_string(),
        },
    }
}

fn one_line(address: &Address) -> String {
    let parts = [&address.street, &address.postal_code, &address.city, &address.state, &address.country];
    parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Text that no spreadsheet takes for a formula: with an apostrophe before it, if it is one, or if it looks as if it had been given one.
/// [`unsafe_again`] undoes it, whatever the text is.
pub fn safe(text: String) -> String {
    if is_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text }
}

/// The text from which [`safe`] made this.
pub fn unsafe_again(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

/// Programs of spreadsheets calculate what begins like this. A number of a telephone has a sign too, and nothing in it that could be called.
/// And what stands for nothing at all, when it is read, is not the text that looks like it.
fn is_formula(text: &str) -> bool {
    if text == NOTHING {
        return true;
    }
    match text.as_bytes().first() {
        Some(b'=' | b'@' | b'\t' | b'\r' | b'\n') => true,
        Some(b'+' | b'-') => !text.bytes().skip(1).all(|byte| byte.is_ascii_digit() || b" ()./-".contains(&byte)),
        _ => false,
    }
}

/// A record without what the vendor's clients need: fields, parents and lists of children.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a>(pub &'a Record);

impl Serialize for Plain<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.fields.len()))?;
        for (name, value) in &self.0.fields {
            map.serialize_entry(name, &PlainValue(value))?;
        }
        map.end()
    }
}

struct PlainValue<'a>(&'a Value);

impl Serialize for PlainValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Parent(record) => Plain(record).serialize(serializer),
            Value::Children(page) => {
                let mut list = serializer.serialize_seq(Some(page.records.len()))?;
                for record in &page.records {
                    list.serialize_element(&Plain(record))?;
                }
                list.end()
            }
            value => value.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use salesforce::{
        Id, Version,
        query::Page,
        record::{Attributes, Record},
    };

    use super::*;

    fn record(fields: Vec<(&str, Value)>) -> Record {
        let id = Id::parse("003000000000001AAA").expect("an id");
        let fields = fields.into_iter().map(|(name, value)| (Arc::from(name), value)).collect();
        Record { attributes: Attributes::of("Contact", Version::LATEST, id), fields }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn records() -> Vec<Record> {
        let children = Page { total_size: 1, next: None, records: vec![record(vec![("Subject", text("Where?"))])] };
        vec![
            record(vec![
                ("Name", text("Ruiz, \"Ana\"\nand more")),
                ("Account", Value::Parent(Box::new(record(vec![("Name", text("=1+1"))])))),
                ("Cases", Value::Children(Box::new(children))),
                ("Worth", Value::Double(-12.0)),
            ]),
            record(vec![("Name", text("+49 (30) 123-4")), ("Account", Value::Null), ("Cases", Value::Null), ("Worth", Value::Double(0.5))]),
        ]
    }

    fn columns() -> Vec<Column> {
        let parent = Column { path: vec!["Account".into(), "Name".into()] };
        vec![Column::new("Name"), parent, Column::new("Cases"), Column::new("Worth")]
    }

    fn written(format: Format) -> String {
        let mut writer = RecordWriter::new(Vec::new(), format, columns()).expect("a vector takes all");
        for record in records() {
            writer.write(&[record]).expect("a vector takes all");
        }
        String::from_utf8(writer.finish().expect("a vector takes all")).expect("UTF-8")
    }

    #[test]
    fn parents_are_columns_and_children_are_json_in_a_cell() {
        assert_eq!(
            written(Format::Csv(Cells::Safe)),
            "Name,Account.Name,Cases,Worth\n\"Ruiz, \"\"Ana\"\"\nand more\",'=1+1,\"[{\"\"Subject\"\":\"\"Where?\"\"}]\",-12\n+49 (30) 123-4,,,0.5\n"
        );
        assert!(written(Format::Csv(Cells::Plain)).contains("more\",=1+1,"));
    }

    #[test]
    fn json_has_the_records_whole() {
        assert_eq!(
            written(Format::Json),
            "[\n{\"Name\":\"Ruiz, \\\"Ana\\\"\\nand more\",\"Account\":{\"Name\":\"=1+1\"},\"Cases\":[{\"Subject\":\"Where?\"}],\"Worth\":-12.0},\n\
             {\"Name\":\"+49 (30) 123-4\",\"Account\":null,\"Cases\":null,\"Worth\":0.5}\n]\n"
        );
        let empty = RecordWriter::new(Vec::new(), Format::Json, Vec::new()).and_then(RecordWriter::finish);
        assert_eq!(empty.expect("a vector takes all"), b"[]\n");
    }

    #[test]
    fn what_calls_something_is_made_text_and_what_does_not_stays() {
        for formula in ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "\t=1", "\r=1", "#N/A"] {
            assert_eq!(safe(formula.to_owned()), format!("'{formula}"));
        }
        for plain in ["", "'", "'tis", "+49 (30) 123-4", "-5", "a=1", "O'Hara"] {
            assert_eq!(safe(plain.to_owned()), plain);
        }
    }

    proptest! {
        #[test]
        fn what_was_made_safe_is_read_as_it_was(text in "'{0,3}(#N/A|[=+@\\-\t]?.{0,8})") {
            let made = safe(text.clone());
            prop_assert!(!is_formula(&made));
            prop_assert_eq!(unsafe_again(&made), text);
        }
    }
}
