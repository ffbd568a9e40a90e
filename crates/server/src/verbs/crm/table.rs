//! Tables for a terminal: lines of cells that are as wide as the first page needs, cut where a cell is long.

use std::io::{self, Write};

use ::crm::exchange::{Column, write::text};
use comfy_table::{ColumnConstraint, Table, Width, presets};
use salesforce::record::{Record, Value};

/// Characters of a cell that are shown.
const WIDEST: usize = 60;
/// Children whose names are shown.
const CHILDREN: usize = 3;

/// Writes rows as they come.
#[derive(Debug)]
pub(super) struct Tables<W> {
    out: W,
    headings: Vec<String>,
    widths: Vec<u16>,
}

impl<W: Write> Tables<W> {
    pub(super) fn new(out: W, headings: Vec<String>) -> Self {
        Self { out, headings, widths: Vec::new() }
    }

    /// The first rows come under the headings, others below them.
    pub(super) fn write(&mut self, rows: impl Iterator<Item = Vec<String>>) -> io::Result<()> {
        let is_first = self.widths.is_empty();
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN).set_header(&self.headings);
        for row in rows {
            table.add_row(row);
        }
        if is_first {
            self.widths = table.column_max_content_widths();
        } else {
            for (column, width) in table.column_iter_mut().zip(&self.widths) {
                let (left, right) = (1, 1);
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(width + left + right)));
            }
        }
        // The headings and the line under them are there already.
        for line in table.lines().skip(if is_first { 0 } else { 2 }) {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    pub(super) fn out(&mut self) -> &mut W {
        &mut self.out
    }
}

/// A record's cells.
pub(super) fn cells(columns: &[Column], record: &Record) -> Vec<String> {
    columns.iter().map(|column| shown(column.of(record))).collect()
}

/// A value in one line.
pub(super) fn shown(value: Option<&Value>) -> String {
    match value {
        Some(Value::Children(page)) => {
            let names = page.records.iter().take(CHILDREN).map(name).collect::<Vec<_>>().join("; ");
            let more = if page.records.len() > CHILDREN { "; …" } else { "" };
            cut(&format!("{}: {names}{more}", page.records.len()))
        }
        Some(Value::Parent(parent)) => cut(&name(parent)),
        value => cut(&text(value)),
    }
}

/// What a record inside another is called: the first value that it has.
fn name(record: &Record) -> String {
    let values = record.fields.iter().map(|(_, value)| value);
    values.map(|value| text(Some(value))).find(|text| !text.is_empty()).unwrap_or_default()
}

/// One line of at most [`WIDEST`] characters, without what a terminal would obey.
pub(super) fn cut(text: &str) -> String {
    let plain = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    let mut characters = text.chars();
    let mut line: String = characters.by_ref().take(WIDEST).map(plain).collect();
    if characters.next().is_some() {
        line.pop();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_rows_stand_under_the_first() {
        let mut table = Tables::new(Vec::new(), vec!["Name".into(), "N".into()]);
        table.write([vec!["Ana Ruiz".into(), "1".into()]].into_iter()).unwrap();
        table
            .write(
                [vec!["Bo".into(), "12".into()], vec!["\u{1b}[31mred\nline".into(), String::new()]]
                    .into_iter()
                    .map(|row: Vec<String>| row.iter().map(|cell| cut(cell)).collect()),
            )
            .unwrap();
        assert_eq!(
            String::from_utf8(table.out).unwrap(),
            "| Name     | N |\n|----------|---|\n| Ana Ruiz | 1 |\n| Bo            | 12 |\n| \u{fffd}[31mred line |    |\n"
        );
        assert_eq!(cut(&"x".repeat(61)), format!("{}…", "x".repeat(59)));
    }
}
