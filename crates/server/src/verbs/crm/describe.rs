//! `switchboard crm describe`: which objects there are, and which fields an object has.

use std::{
    io::{self, BufWriter, Write as _},
    process::ExitCode,
};

use clap::Args;
use salesforce::{
    Version,
    describe::{Field, Object},
};

use super::{
    Failure, WhoArgs,
    table::{Tables, cut},
    with_crm,
};
use crate::verbs::storage::Undone;

pub(super) const EXAMPLES: &str = "Examples:\n  \
    switchboard crm describe\n  \
    switchboard crm describe Contact\n  \
    switchboard crm describe Contact --format json\n\n\
    It leaves with 0 when all was printed, 1 when it could not be, 2 when the settings name no database.";

/// Values of a list that are shown in a table.
const CHOICES: usize = 6;

/// Of what.
#[derive(Debug, Args)]
pub(in crate::verbs) struct DescribeArgs {
    /// The object; without one, all are named
    #[arg(value_name = "OBJECT")]
    object: Option<String>,
    /// How it is printed; as JSON it is what the REST API answers
    #[arg(long, value_enum, default_value = "table")]
    format: DescribeForm,
    #[command(flatten)]
    who: WhoArgs,
}

/// How a description is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum DescribeForm {
    /// For people
    Table,
    /// For programs
    Json,
}

pub(super) fn run(args: DescribeArgs) -> ExitCode {
    let DescribeArgs { object, format, who } = args;
    with_crm(who, async move |desk| {
        let mut out = BufWriter::new(io::stdout());
        match object {
            None => {
                let objects = desk.crm.describe_global(&desk.caller).await?;
                match format {
                    DescribeForm::Table => all(&mut out, &objects)?,
                    DescribeForm::Json => {
                        let names: Vec<_> = objects
                            .iter()
                            .map(|object| {
                                serde_json::json!({
                                    "name": object.name, "label": object.label, "labelPlural": object.label_plural, "custom": object.custom,
                                    "createable": object.createable, "updateable": object.updateable, "deletable": object.deletable,
                                })
                            })
                            .collect();
                        serde_json::to_writer_pretty(&mut out, &names).map_err(io::Error::from)?;
                        writeln!(out)?;
                    }
                }
            }
            Some(name) => {
                let described = desk.crm.describe(&desk.caller, &name).await.map_err(|error| match error {
                    ::crm::Error::Refused(_) => Failure::Undone(Undone::Work(format!("there is no object {name:?}"))),
                    error => error.into(),
                })?;
                match format {
                    DescribeForm::Table => one(&mut out, &described.object, &described.fields)?,
                    DescribeForm::Json => {
                        described.told(Version::LATEST, |told| serde_json::to_writer_pretty(&mut out, told)).map_err(io::Error::from)?;
                        writeln!(out)?;
                    }
                }
            }
        }
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    })
}

fn all(out: &mut impl io::Write, objects: &[Object]) -> io::Result<()> {
    let headings = ["object", "label", "records can be"].map(str::to_owned).to_vec();
    let row = |object: &Object| {
        let can = [(object.createable, "made"), (object.updateable, "changed"), (object.deletable, "deleted"), (object.queryable, "read")];
        let can: Vec<_> = can.into_iter().filter(|(can, _)| *can).map(|(_, word)| word).collect();
        vec![cut(&object.name), cut(&object.label), can.join(", ")]
    };
    Tables::new(out, headings).write(objects.iter().map(row))
}

fn one(out: &mut impl io::Write, object: &Object, fields: &[Field]) -> io::Result<()> {
    let prefix = object.key_prefix.map(|prefix| format!(", ids begin with {}", prefix.as_str())).unwrap_or_default();
    writeln!(out, "{} ({}){prefix}\n", object.name, cut(&object.label))?;
    let headings = ["field", "label", "type", "", "values"].map(str::to_owned).to_vec();
    Tables::new(out, headings)
        .write(fields.iter().map(|field| vec![cut(&field.name), cut(&field.label), kind(field), notes(field), cut(&values(field))]))
}

/// `string(80)`, `double(6.2)`
fn kind(field: &Field) -> String {
    let name = field.field_type.as_str();
    match (field.field_type.is_text(), field.precision) {
        (true, _) if field.length > 0 => format!("{name}({})", field.length),
        (false, 1..) => format!("{name}({}.{})", field.precision, field.scale),
        _ => name.to_owned(),
    }
}

fn notes(field: &Field) -> String {
    let is_required = field.createable && !field.nillable && !field.defaulted_on_create;
    let notes = [
        (is_required, "required"),
        (field.unique, "unique"),
        (field.external_id, "external id"),
        (field.id_lookup && !field.external_id, "finds records"),
        (!field.createable && !field.updateable, "read only"),
    ];
    notes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, note)| note).collect::<Vec<_>>().join(", ")
}

/// To which objects it refers, or what it can be.
fn values(field: &Field) -> String {
    if !field.reference_to.is_empty() {
        let more = if field.reference_to.len() > CHOICES { ", …" } else { "" };
        return format!("→ {}{more}", field.reference_to.iter().take(CHOICES).map(String::as_str).collect::<Vec<_>>().join(", "));
    }
    let values: Vec<_> = field.picklist_values.iter().filter(|value| value.active).map(|value| value.value.as_str()).collect();
    let more = if values.len() > CHOICES { ", …" } else { "" };
    format!("{}{more}", values.iter().take(CHOICES).copied().collect::<Vec<_>>().join(", "))
}
