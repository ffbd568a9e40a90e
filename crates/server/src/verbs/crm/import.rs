//! `switchboard crm import`: a file's rows become records.

use std::{
    fs::File,
    io::{self, BufWriter, Read},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use ::crm::exchange::{
    Column, RejectedWriter,
    import::{Done, Importer, Manner},
    map::{Empty, Mapping, Target, Wishes},
    read::{RowForm, RowReader, Shape, SourceRow},
};
use clap::Args;
use salesforce::record::Record;

use super::{
    Failure, WhoArgs,
    export::FileForm,
    new_file, printable,
    progress::Progress,
    sentence,
    table::{Tables, cut, shown},
    with_crm,
};
use crate::verbs::storage::{Undone, counted};

pub(super) const LONG_ABOUT: &str = "Make records of a file's rows, or change those that there are (--key), also while the server runs.\n\n\
    FILE is CSV in UTF-8 with a heading, separated by commas, semicolons or tabs, or JSON: an array of objects, or an object a line. A heading is \
    the name or the label of a field; Account.Ext__c is the account with this Ext__c, Contact:Who.Email says of which object, where several can \
    be meant. A heading that is none ends the import before it begins. Columns that only the server gives are left out.\n\n\
    Days are 2026-11-22, instants 2026-11-22T09:30:00Z, numbers 1234.5, boxes true or false. #N/A empties a field; an empty cell says nothing, or \
    empties it too with --empty null. In JSON null empties a field.\n\n\
    Rows are written in batches, every row for itself. Refused rows go to the file of --rejected with the reasons in \
    its first two columns: correct it and import it as it is. With --key, importing again changes nothing. Ctrl-C ends after the batch that is \
    being written, and it is said how to go on.";

pub(super) const EXAMPLES: &str = "Examples:\n  \
    switchboard crm import Contact contacts.csv --preview\n  \
    switchboard crm import Contact contacts.csv --key Email --rejected rejected.csv\n  \
    switchboard crm import Case cases.csv --map \"Betreff=Subject\" --map \"Internal note=\"\n\n\
    It leaves with 0 when every row is in, 1 when some were refused or the import ended before its end, 2 when the settings name no database.";

/// Most memory of a batch, in bytes of the file.
const BATCH_BYTES: usize = 4 << 20;
/// Refused rows that are told.
const TOLD: usize = 10;

/// What becomes records, and how.
#[derive(Debug, Args)]
pub(in crate::verbs) struct ImportArgs {
    /// The object: Contact, Invoice__c
    #[arg(value_name = "OBJECT")]
    object: String,
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Find records by this field (Id, an external id) and change them; those that there are not are made
    #[arg(long, value_name = "FIELD")]
    key: Option<String>,
    /// What a heading stands for, if not for itself; nothing behind = leaves the column out
    #[arg(long = "map", value_name = "HEADING=FIELD")]
    renamed: Vec<String>,
    /// What an empty cell says: nothing, or that the field is empty
    #[arg(long, value_enum, default_value = "skip")]
    empty: EmptyArg,
    /// What the file has [default: json for names that end so, else csv]
    #[arg(long, value_enum)]
    format: Option<FileForm>,
    /// Only say what would be done: every batch is tried and undone
    #[arg(long)]
    preview: bool,
    /// Write refused rows to this file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,
    /// Rows in one transaction, at most 200
    #[arg(long, value_name = "ROWS", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=200))]
    batch: u16,
    /// Write nothing of a batch in which a row is refused
    #[arg(long)]
    all_or_none: bool,
    /// Pass over this many rows: where an import ended before its end
    #[arg(long, value_name = "ROWS", default_value_t = 0)]
    skip: u64,
    #[command(flatten)]
    who: WhoArgs,
}

/// What an empty cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum EmptyArg {
    /// Nothing
    Skip,
    /// The field is empty
    Null,
}

#[derive(Debug, Default)]
struct Counts {
    created: u64,
    updated: u64,
    unchanged: u64,
    refused: u64,
}

impl Counts {
    fn rows(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.refused
    }
}

/// What goes on while rows come in.
struct Running {
    counts: Counts,
    progress: Progress,
    rejected: Rejected,
    told: Vec<String>,
    /// Of a trial: what the first rows would be.
    shown: Vec<Record>,
}

pub(super) fn run(args: ImportArgs) -> ExitCode {
    let ImportArgs { object, file, key, renamed, empty, format, preview, rejected, batch, all_or_none, skip, who } = args;
    with_crm(who, async move |desk| {
        let renamed = renamed.iter().map(|text| mapped(text)).collect::<Result<_, _>>()?;
        let empty = if empty == EmptyArg::Null { Empty::Null } else { Empty::Nothing };
        let shape = shape(&file, format);
        let unreadable = |error: &dyn std::fmt::Display| Failure::from(Undone::Work(format!("{}: {error}", file.display())));
        let input: Box<dyn Read + Send> = match file.as_os_str() == "-" {
            true => Box::new(io::stdin()),
            false => Box::new(File::open(&file).map_err(|error| unreadable(&error))?),
        };
        // Reading a file, or a pipe, blocks the thread.
        let mut reader = tokio::task::block_in_place(|| RowReader::open(input, shape)).map_err(|error| unreadable(&error))?;
        let scope = desk.crm.records(&desk.caller).await?.scope().clone();
        let wishes = Wishes { key, renamed, empty };
        let mapping = Mapping::new(Arc::new(scope), &object, reader.headings(), wishes)
            .map_err(|error| Undone::Work(printable(&error.to_string())))?;
        let rejected = Rejected::new(rejected, reader.form())?;
        let mut importer = Importer::new(desk.crm, mapping, all_or_none);
        let manner = if preview { Manner::Try } else { Manner::Write };
        if !preview {
            say_left_out(importer.mapping());
        }
        let stopped = stop_at_ctrl_c().map_err(|error| Undone::Work(format!("cannot listen for Ctrl-C: {error}")))?;
        let mut running = Running { counts: Counts::default(), progress: Progress::begin(), rejected, told: Vec::new(), shown: Vec::new() };
        let ended = all(&mut reader, &mut importer, manner, &mut running, usize::from(batch), skip, &stopped).await;
        running.progress.clear();
        running.rejected.finish()?;
        if preview {
            say_preview(&object, importer.mapping(), &running.shown)?;
        }
        say(&running, preview);
        match ended {
            Ok(()) if running.counts.refused == 0 => Ok(ExitCode::SUCCESS),
            Ok(()) => Ok(ExitCode::FAILURE),
            Err(Ended { after, why }) => {
                let go_on = if preview { String::new() } else { format!(": go on with --skip {after}") };
                Err(Undone::Work(format!("{why}; the first {} are done{go_on}", counted(after, "row"))).into())
            }
        }
    })
}

/// An import that ended before its end.
struct Ended {
    /// How many rows of the file are behind it.
    after: u64,
    why: String,
}

async fn all(
    reader: &mut RowReader,
    importer: &mut Importer,
    manner: Manner,
    running: &mut Running,
    batch: usize,
    skip: u64,
    stopped: &AtomicBool,
) -> Result<(), Ended> {
    let mut after = skip;
    loop {
        let (rows, end) = tokio::task::block_in_place(|| next(reader, batch, skip));
        if stopped.load(Ordering::Relaxed) && !(rows.is_empty() && matches!(end, End::Whole)) {
            return Err(Ended { after, why: "it was told to end".to_owned() });
        }
        if let Some(last) = rows.last().map(|row| row.number) {
            let done = importer.run(&rows, manner).await.map_err(|error| Ended { after, why: sentence(&error) })?;
            running.took(&rows, done.done).map_err(|error| Ended { after: last, why: error })?;
            let left = PREVIEWED.saturating_sub(running.shown.len());
            running.shown.extend(done.records.into_iter().take(left));
            after = last;
            running.progress.at(after - skip, running.counts.refused);
        }
        match end {
            End::Not => {}
            End::Whole => return Ok(()),
            End::Unreadable(why) => return Err(Ended { after, why }),
        }
    }
}

enum End {
    Not,
    Whole,
    Unreadable(String),
}

/// The rows of a batch, and whether there are more.
fn next(reader: &mut RowReader, batch: usize, skip: u64) -> (Vec<SourceRow>, End) {
    let (mut rows, mut bytes) = (Vec::with_capacity(batch), 0);
    while rows.len() < batch && bytes < BATCH_BYTES {
        match reader.read() {
            Ok(Some(row)) if row.number <= skip => {}
            Ok(Some(row)) => {
                bytes += row.original.bytes();
                rows.push(row);
            }
            Ok(None) => return (rows, End::Whole),
            Err(error) => return (rows, End::Unreadable(error.to_string())),
        }
    }
    (rows, End::Not)
}

impl Running {
    fn took(&mut self, rows: &[SourceRow], done: Vec<Done>) -> Result<(), String> {
        for (row, done) in rows.iter().zip(done) {
            match done {
                Done::Created(_) => self.counts.created += 1,
                Done::Updated(_) => self.counts.updated += 1,
                Done::Unchanged(_) => self.counts.unchanged += 1,
                Done::Refused(reasons) => {
                    self.counts.refused += 1;
                    if self.told.len() < TOLD {
                        self.told.push(format!("row {}: {}", row.number, printable(&reasons.join("; ")).replace('\n', " ")));
                    }
                    self.rejected.write(row, &reasons)?;
                }
            }
        }
        Ok(())
    }
}

/// The file of refused rows, made with the first of them.
struct Rejected {
    path: Option<PathBuf>,
    form: RowForm,
    writer: Option<RejectedWriter<BufWriter<File>>>,
}

impl Rejected {
    fn new(path: Option<PathBuf>, form: RowForm) -> Result<Self, Undone> {
        // Before the first row is written, not after the first is refused.
        if let Some(path) = path.as_deref().filter(|path| path.exists()) {
            return Err(Undone::Work(format!("{} is there already: give refused rows a new file", path.display())));
        }
        Ok(Self { path, form, writer: None })
    }

    fn write(&mut self, row: &SourceRow, reasons: &[String]) -> Result<(), String> {
        let Some(path) = &self.path else { return Ok(()) };
        let failed = |error: io::Error| format!("cannot write {}: {error}", path.display());
        if self.writer.is_none() {
            let out = BufWriter::new(new_file(path).map_err(failed)?);
            self.writer = Some(RejectedWriter::new(out, self.form.clone()).map_err(failed)?);
        }
        self.writer.as_mut().map_or(Ok(()), |writer| writer.write(row, reasons).map_err(failed))
    }

    fn finish(&mut self) -> Result<(), Undone> {
        let (Some(writer), Some(path)) = (self.writer.take(), &self.path) else { return Ok(()) };
        let done = writer.finish().map(drop);
        done.map_err(|error| Undone::Work(format!("cannot write {}: {error}", path.display())))
    }
}

/// `Heading=Field`
fn mapped(text: &str) -> Result<(String, String), Undone> {
    match text.rsplit_once('=') {
        Some((heading, field)) if !heading.is_empty() => Ok((heading.to_owned(), field.trim().to_owned())),
        _ => Err(Undone::Work(format!("--map {text:?}: write HEADING=FIELD"))),
    }
}

fn shape(file: &Path, format: Option<FileForm>) -> Shape {
    let extension = file.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_lowercase();
    match format {
        Some(FileForm::Json) => Shape::Json,
        None if ["json", "jsonl", "ndjson"].contains(&extension.as_str()) => Shape::Json,
        Some(FileForm::Csv) | None => Shape::Csv,
    }
}

/// Told once, the import ends after its batch; told twice, at once.
fn stop_at_ctrl_c() -> io::Result<Arc<AtomicBool>> {
    let stopped = Arc::new(AtomicBool::new(false));
    let tells = stopped.clone();
    let mut told = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    tokio::spawn(async move {
        while told.recv().await.is_some() {
            if tells.swap(true, Ordering::Relaxed) {
                // What is being written is one transaction: it is not kept.
                std::process::exit(130);
            }
            eprintln!("it ends after this batch; again to end at once");
        }
    });
    Ok(stopped)
}

/// Columns that are not read, before the first row is.
fn say_left_out(mapping: &Mapping) {
    for (heading, target) in mapping.columns() {
        if matches!(target, Target::LeftOut(_)) {
            eprintln!("{}: {target}", cut(heading));
        }
    }
}

/// How many records a trial shows.
const PREVIEWED: usize = 3;

/// What each column is, and the first records as they would be.
fn say_preview(object: &str, mapping: &Mapping, records: &[Record]) -> Result<(), Failure> {
    let mut headings = vec!["column".to_owned(), format!("field of {}", cut(object))];
    headings.extend((1..=records.len()).map(|number| format!("record {number}")));
    let row = |(heading, target): &(String, Target)| {
        let field = match target {
            Target::Key(field) | Target::Field(field) | Target::Parent { field, .. } => Some(Column::new(&**field)),
            Target::LeftOut(_) => None,
        };
        let mut cells = vec![cut(heading), cut(&target.to_string())];
        cells.extend(records.iter().map(|record| shown(field.as_ref().and_then(|field| field.of(record)))));
        cells
    };
    Tables::new(io::stdout(), headings).write(mapping.columns().iter().map(row))?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "what the operator asked for")]
fn say(running: &Running, preview: bool) {
    let Counts { created, updated, unchanged, refused } = running.counts;
    for told in &running.told {
        eprintln!("{told}");
    }
    let more = refused - running.told.len() as u64;
    if more > 0 {
        eprintln!("and {} more refused", counted(more, "row"));
    }
    let would = if preview { "nothing was written: " } else { "" };
    println!(
        "{would}{}: {created} created, {updated} updated, {unchanged} unchanged, {refused} refused",
        counted(running.counts.rows(), "row")
    );
    match &running.rejected.path {
        Some(path) if refused > 0 => {
            println!("{} has the refused rows with the reasons: correct it and import it as it is", path.display())
        }
        None if refused > 0 => println!("--rejected FILE writes the refused rows to a file that can be corrected and imported"),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_heading_stands_for_is_behind_the_last_equals_sign() {
        let pair = |heading: &str, field: &str| (heading.to_owned(), field.to_owned());
        assert_eq!(mapped("a=b= Title").unwrap(), pair("a=b", "Title"));
        assert_eq!(mapped("Note=").unwrap(), pair("Note", ""));
        assert!(mapped("Note").is_err() && mapped("=Title").is_err());
    }

    #[test]
    fn a_file_is_what_its_name_or_the_operator_says() {
        assert_eq!(shape(Path::new("a.JSON"), None), Shape::Json);
        assert_eq!(shape(Path::new("a.json"), Some(FileForm::Csv)), Shape::Csv);
        assert_eq!(shape(Path::new("-"), None), Shape::Csv);
    }
}
