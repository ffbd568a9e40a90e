//! `switchboard crm query`: SOQL, answered as a table, CSV or JSON.

use std::{
    io::{self, BufWriter, Read, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use ::crm::exchange::{Cells, Format, Pages};
use clap::Args;

use super::{
    Failure, Form, WhoArgs, print,
    table::{Tables, cells},
    with_crm,
};
use crate::verbs::storage::{Undone, counted};

pub(super) const LONG_ABOUT: &str = "Ask for records in SOQL, to the last page of the answer, also while the server runs.\n\n\
    A parent's fields are columns of their own (Account.Name). Child queries are a line in tables, JSON in one cell of CSV, and whole in JSON. \
    Tables cut long cells; CSV and JSON do not.\n\n\
    In CSV a text that a spreadsheet would take for a formula gets an apostrophe before it, which `crm import` takes away again; --plain leaves \
    it as it is.";

pub(super) const EXAMPLES: &str = "Examples:\n  \
    switchboard crm query \"select Name, Account.Name from Contact where Email like '%@example.com'\"\n  \
    switchboard crm query --format csv --file cases.soql > cases.csv\n  \
    echo \"select Status, count(Id) from Case group by Status\" | switchboard crm query -\n\n\
    It leaves with 0 when all was printed, 1 when it could not be, 2 when the settings name no database.";

/// The longest query that is read, in bytes; the language itself ends before.
const LONGEST: u64 = 1 << 20;

/// What is asked.
#[derive(Debug, Args)]
pub(in crate::verbs) struct QueryArgs {
    /// The query; - reads it from standard input
    #[arg(value_name = "SOQL", required_unless_present = "file", conflicts_with = "file")]
    query: Option<String>,
    /// Read the query from a file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// How it is printed
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
    /// Records in the recycle bin too
    #[arg(long)]
    all_rows: bool,
    /// Leave cells of CSV as they are, also those that look like formulas: for programs
    #[arg(long)]
    plain: bool,
    #[command(flatten)]
    who: WhoArgs,
}

pub(super) fn run(args: QueryArgs) -> ExitCode {
    let QueryArgs { query, file, format, all_rows, plain, who } = args;
    with_crm(who, async move |desk| {
        let query = text(query, file)?;
        let mut pages = Pages::of(&desk.crm, &desk.caller, &query, all_rows).await?;
        let mut out = BufWriter::new(io::stdout());
        if pages.columns().is_empty() {
            // COUNT() has no rows: the answer is how many there are.
            let count = pages.next().await?.map_or(0, |page| page.total_size);
            match format {
                Form::Table => writeln!(out, "{count}")?,
                Form::Csv => writeln!(out, "count()\n{count}")?,
                Form::Json => writeln!(out, "{count}")?,
            }
            out.flush()?;
            return Ok(ExitCode::SUCCESS);
        }
        match format {
            Form::Table => {
                let columns = pages.columns().to_vec();
                let mut table = Tables::new(&mut out, columns.iter().map(::crm::exchange::Column::heading).collect());
                let mut count = 0;
                while let Some(page) = pages.next().await? {
                    count += page.records.len() as u64;
                    table.write(page.records.iter().map(|record| cells(&columns, record)))?;
                    table.out().flush()?;
                }
                writeln!(out, "{}", counted(count, "row"))?;
                out.flush()?;
            }
            Form::Csv => {
                print(&mut out, &mut pages, Format::Csv(if plain { Cells::Plain } else { Cells::Safe })).await?;
            }
            Form::Json => {
                print(&mut out, &mut pages, Format::Json).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn text(query: Option<String>, file: Option<PathBuf>) -> Result<String, Failure> {
    let failed = |what: &str, error: &dyn std::fmt::Display| Undone::Work(format!("cannot read {what}: {error}"));
    let (input, what): (Box<dyn Read>, String) = match (query, file) {
        (Some(query), _) if query != "-" => return Ok(query),
        (_, Some(file)) => {
            let what = file.display().to_string();
            (Box::new(std::fs::File::open(&file).map_err(|error| failed(&what, &error))?), what)
        }
        _ => (Box::new(io::stdin()), "the query".to_owned()),
    };
    let mut text = String::new();
    input.take(LONGEST).read_to_string(&mut text).map_err(|error| failed(&what, &error))?;
    Ok(text)
}
