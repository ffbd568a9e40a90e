//! Refused rows as a file like the one that they are from, with the reasons: to be corrected and read again as it is.
//!
//! The reasons stand first, so that a row with too many or too few cells keeps its own as they were. Read again, a file with both columns of
//! [`REASONS`] has them left out, and gets new ones.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::{
    map::REASONS,
    read::{Original, RowForm, SourceRow},
    write::safe,
};

/// What stands for a row that is no JSON.
const TEXT: &str = "Error text";

/// Writes refused rows.
#[derive(Debug)]
pub struct RejectedWriter<W> {
    out: W,
    form: Form,
}

#[derive(Debug)]
enum Form {
    Csv {
        separator: u8,
        /// Places of columns that are reasons already.
        reasons: Vec<usize>,
    },
    Json {
        is_empty: bool,
    },
}

impl<W: Write> RejectedWriter<W> {
    /// Begins a file like that which is read.
    ///
    /// # Errors
    /// Those of `out`, here and in the other functions.
    pub fn new(mut out: W, like: RowForm) -> io::Result<Self> {
        let form = match like {
            RowForm::Csv { heading, separator } => {
                let place = |reason: &str| heading.iter().position(|cell| cell.trim_ascii().eq_ignore_ascii_case(reason.as_bytes()));
                let mut reasons: Vec<usize> = REASONS.iter().filter_map(|reason| place(reason)).collect();
                if reasons.len() < REASONS.len() {
                    reasons.clear();
                }
                let cells = REASONS.map(str::as_bytes).into_iter().chain(without(&heading, &reasons));
                row(&mut out, separator, cells)?;
                Form::Csv { separator, reasons }
            }
            RowForm::Json => {
                out.write_all(b"[")?;
                Form::Json { is_empty: true }
            }
        };
        Ok(Self { out, form })
    }

    /// Writes a row with the reasons.
    pub fn write(&mut self, refused: &SourceRow, reasons: &[String]) -> io::Result<()> {
        let (reason, number) = (reasons.join("; "), refused.number);
        match (&mut self.form, &refused.original) {
            (Form::Csv { separator, reasons: left_out }, Original::Cells(cells)) => {
                let first = [safe(reason), number.to_string()];
                row(&mut self.out, *separator, first.iter().map(String::as_bytes).chain(without(cells, left_out)))
            }
            (Form::Json { is_empty }, Original::Json(bytes)) => {
                let mut object = Map::new();
                object.insert(REASONS[0].to_owned(), reason.into());
                object.insert(REASONS[1].to_owned(), number.into());
                match serde_json::from_slice::<Map<String, Value>>(bytes) {
                    Ok(members) => object.extend(members.into_iter().filter(|(name, _)| !REASONS.contains(&name.as_str()))),
                    Err(_) => drop(object.insert(TEXT.to_owned(), String::from_utf8_lossy(bytes).into())),
                }
                self.out.write_all(if *is_empty { b"\n" } else { b",\n" })?;
                *is_empty = false;
                serde_json::to_writer(&mut self.out, &object)?;
                Ok(())
            }
            (Form::Csv { .. }, Original::Json(_)) | (Form::Json { .. }, Original::Cells(_)) => {
                Err(io::Error::other("a row of another file"))
            }
        }
    }

    /// What was written into.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Ends: JSON is not whole without it.
    pub fn finish(mut self) -> io::Result<W> {
        if matches!(self.form, Form::Json { .. }) {
            self.out.write_all(b"\n]\n")?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}

fn without<'a>(cells: &'a csv::ByteRecord, places: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    cells.iter().enumerate().filter(|(place, _)| !places.contains(place)).map(|(_, cell)| cell)
}

fn row<'a>(out: &mut impl Write, separator: u8, cells: impl Iterator<Item = &'a [u8]>) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(out);
    writer.write_record(cells)?;
    writer.flush()
}
