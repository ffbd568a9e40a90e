//! `switchboard crm export`: an object's records as a file.

use std::{
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use ::crm::exchange::{Cells, Format, Pages, query_of};
use clap::Args;

use super::{Failure, WhoArgs, new_file, print, with_crm};
use crate::verbs::storage::{Undone, counted};

pub(super) const LONG_ABOUT: &str = "Write an object's records to a file, or to standard output, also while the server runs. Without --columns \
    all fields are written that stand in a cell.\n\n\
    `crm import` reads the file again: columns that only the server gives are left out then. In CSV a text that a spreadsheet would take for a \
    formula gets an apostrophe before it, which reading takes away again; --plain leaves it as it is.";

pub(super) const EXAMPLES: &str = "Examples:\n  \
    switchboard crm export Contact --output contacts.csv\n  \
    switchboard crm export Case --columns CaseNumber,Subject,Account.Name --where \"Status = 'New'\" --format json\n\n\
    It leaves with 0 when the file is complete, 1 when it could not be written, 2 when the settings name no database.";

/// What goes where.
#[derive(Debug, Args)]
pub(in crate::verbs) struct ExportArgs {
    /// The object: Contact, Invoice__c
    #[arg(value_name = "OBJECT")]
    object: String,
    /// Which fields, with commas between; also those of parents (Account.Name)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// Which records, as behind WHERE in SOQL
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,
    /// How they are written
    #[arg(long, value_enum, default_value = "csv")]
    format: FileForm,
    /// Where to; a file that is there is replaced when the new one is complete [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave cells of CSV as they are, also those that look like formulas: for programs
    #[arg(long)]
    plain: bool,
    #[command(flatten)]
    who: WhoArgs,
}

/// How records stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FileForm {
    /// With a heading
    Csv,
    /// An array of objects
    Json,
}

pub(super) fn run(args: ExportArgs) -> ExitCode {
    let ExportArgs { object, columns, condition, format, output, plain, who } = args;
    with_crm(who, async move |desk| {
        let scope = desk.crm.records(&desk.caller).await?.scope().clone();
        let query = query_of(&scope, &object, columns.as_deref(), condition.as_deref())
            .map_err(|_| Undone::Work(format!("there is no object {object:?}")))?;
        let mut pages = Pages::of(&desk.crm, &desk.caller, &query, false).await?;
        let form = match format {
            FileForm::Csv => Format::Csv(if plain { Cells::Plain } else { Cells::Safe }),
            FileForm::Json => Format::Json,
        };
        let Some(path) = output else {
            print(&mut BufWriter::new(io::stdout()), &mut pages, form).await?;
            return Ok(ExitCode::SUCCESS);
        };
        let count = to_file(&path, &mut pages, form).await?;
        eprintln!("{} has {}", path.display(), counted(count, "record"));
        Ok(ExitCode::SUCCESS)
    })
}

/// Beside its place first, so that nobody finds half of it there.
async fn to_file(path: &Path, pages: &mut Pages, form: Format) -> Result<u64, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::Undone(Undone::Work(format!("cannot write {}: {error}", path.display())));
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    // What another run left behind that was ended.
    if partial.exists() {
        std::fs::remove_file(&partial).map_err(|error| failed(&error))?;
    }
    let mut out = BufWriter::new(new_file(&partial).map_err(|error| failed(&error))?);
    let written = async {
        let count = print(&mut out, pages, form).await?;
        out.flush()?;
        out.get_ref().sync_all()?;
        std::fs::rename(&partial, path)?;
        Ok(count)
    }
    .await;
    if written.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    written
}
