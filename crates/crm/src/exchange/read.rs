//! Rows of a file, one after another: CSV with a heading, or JSON as an array of objects or an object a line.
//!
//! Files come from anywhere. What is wrong with one row (its encoding, its width, its syntax) is that row's trouble, and the next is read as if
//! nothing had been; what makes everything after it unreadable ends the reading with a sentence. A row has at most [`LONGEST_ROW`] bytes.

use std::{
    io::{self, BufRead, BufReader, Cursor, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use salesforce::record::{Given, Incoming};

/// The longest row, in bytes. A longer one is mostly a quotation mark that nobody closed.
pub const LONGEST_ROW: usize = 16 << 20;
/// How much of a file is looked at to know what it is.
const LOOKED_AT: usize = 64 << 10;
/// More columns than any object has fields.
const MOST_COLUMNS: usize = 5_000;

/// What a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Rows of cells, the first of them the heading; separated by commas, semicolons or tabs, whichever the heading has most of.
    Csv,
    /// Objects.
    Json,
}

/// Why a file cannot be read, or not any further. `Display` is a sentence.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file's.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// What it has.
    #[error("{0}")]
    Form(String),
}

impl Unreadable {
    fn form(sentence: impl Into<String>) -> Self {
        Self::Form(sentence.into())
    }
}

/// A row as it was read.
#[derive(Clone, Debug)]
pub struct SourceRow {
    /// Which of the file's, the heading not counted, from 1.
    pub number: u64,
    /// As it is in the file, to be written again.
    pub original: Original,
    /// What it has, or why that cannot be known.
    pub content: Result<Content, String>,
}

/// A row as it is in the file.
#[derive(Clone, Debug)]
pub enum Original {
    /// Its cells.
    Cells(csv::ByteRecord),
    /// Its bytes.
    Json(Vec<u8>),
}

impl Original {
    /// How much memory it takes, about.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Cells(cells) => cells.as_slice().len(),
            Self::Json(bytes) => bytes.len(),
        }
    }
}

/// What a row has.
#[derive(Clone, Debug)]
pub enum Content {
    /// As many cells as the heading has, in its order.
    Cells(csv::StringRecord),
    /// An object's members.
    Object(Incoming),
}

/// How a file's rows stand in it.
#[derive(Clone, Debug)]
pub enum RowForm {
    /// Cells under a heading.
    Csv {
        /// As it is in the file.
        heading: csv::ByteRecord,
        /// What stands between cells.
        separator: u8,
    },
    /// Objects.
    Json,
}

/// Reads rows.
pub struct RowReader {
    rows: Rows,
    headings: Vec<String>,
    number: u64,
    /// Read already, to know what it has.
    first: Option<SourceRow>,
}

enum Rows {
    Csv { reader: Box<csv::Reader<Allowed>>, left: Arc<AtomicUsize>, separator: u8, heading: csv::ByteRecord },
    Json(Elements),
}

impl std::fmt::Debug for RowReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowReader").field("number", &self.number).finish_non_exhaustive()
    }
}

impl RowReader {
    /// Begins: reads the heading of CSV, the first object of JSON.
    ///
    /// # Errors
    /// What the file has is not that.
    pub fn open(mut input: impl Read + Send + 'static, shape: Shape) -> Result<Self, Unreadable> {
        let mut start = Vec::new();
        (&mut input).take(LOOKED_AT as u64).read_to_end(&mut start)?;
        let skipped = known(&start)?;
        let mut rest = Cursor::new(start.clone());
        rest.set_position(skipped as u64);
        let whole: Box<dyn Read + Send> = Box::new(rest.chain(input));
        match shape {
            Shape::Csv => Self::open_csv(whole, separator(&start[skipped..])),
            Shape::Json => Self::open_json(whole),
        }
    }

    fn open_csv(whole: Box<dyn Read + Send>, separator: u8) -> Result<Self, Unreadable> {
        let left = Arc::new(AtomicUsize::new(LONGEST_ROW));
        let input = Allowed { input: whole, left: left.clone() };
        let mut reader = Box::new(csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(input));
        let mut heading = csv::ByteRecord::new();
        if !reader.read_byte_record(&mut heading).map_err(|error| too_long(error, 0))? {
            return Err(Unreadable::form("the file is empty: the first row of CSV is its heading"));
        }
        if heading.len() > MOST_COLUMNS {
            return Err(Unreadable::form(format!("the heading has more than {MOST_COLUMNS} columns")));
        }
        let text = |cell: &[u8]| std::str::from_utf8(cell).map(|text| text.trim().to_owned());
        let headings = heading.iter().map(text).collect::<Result<_, _>>();
        let headings = headings.map_err(|_| Unreadable::form("the heading is not UTF-8: save the file as CSV in UTF-8"))?;
        Ok(Self { rows: Rows::Csv { reader, left, separator, heading }, headings, number: 0, first: None })
    }

    fn open_json(whole: Box<dyn Read + Send>) -> Result<Self, Unreadable> {
        let rows = Rows::Json(Elements { input: BufReader::with_capacity(LOOKED_AT, whole), place: Place::Start });
        let mut reader = Self { rows, headings: Vec::new(), number: 0, first: None };
        reader.first = reader.advance()?;
        if let Some(SourceRow { content: Ok(Content::Object(object)), .. }) = &reader.first {
            reader.headings = object.fields.iter().map(|(name, given)| heading(name, given)).collect();
        }
        Ok(reader)
    }

    /// What the heading says; of JSON, the names in the first object.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The form in which rows are written again.
    pub fn form(&self) -> RowForm {
        match &self.rows {
            Rows::Csv { heading, separator, .. } => RowForm::Csv { heading: heading.clone(), separator: *separator },
            Rows::Json(_) => RowForm::Json,
        }
    }

    /// The next row; none behind the last. Rows without any value are passed over.
    ///
    /// # Errors
    /// Nothing that comes after can be read.
    pub fn read(&mut self) -> Result<Option<SourceRow>, Unreadable> {
        match self.first.take() {
            Some(row) => Ok(Some(row)),
            None => self.advance(),
        }
    }

    fn advance(&mut self) -> Result<Option<SourceRow>, Unreadable> {
        loop {
            let number = self.number + 1;
            let row = match &mut self.rows {
                Rows::Csv { reader, left, .. } => {
                    left.store(LONGEST_ROW, Ordering::Relaxed);
                    let mut cells = csv::ByteRecord::new();
                    if !reader.read_byte_record(&mut cells).map_err(|error| too_long(error, number))? {
                        return Ok(None);
                    }
                    self.number = number;
                    if cells.iter().all(<[u8]>::is_empty) {
                        continue;
                    }
                    SourceRow { number, content: checked(&cells, &self.headings), original: Original::Cells(cells) }
                }
                Rows::Json(elements) => {
                    let Some(bytes) = elements.next(number)? else { return Ok(None) };
                    self.number = number;
                    let content = object(&bytes).map(Content::Object);
                    SourceRow { number, content, original: Original::Json(bytes) }
                }
            };
            return Ok(Some(row));
        }
    }
}

/// How much of the start is no content; what can be told at once to be something else is said.
fn known(start: &[u8]) -> Result<usize, Unreadable> {
    match start {
        [0xEF, 0xBB, 0xBF, ..] => Ok(3),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Err(Unreadable::form("the file is UTF-16: save it as CSV in UTF-8")),
        [b'P', b'K', 3, 4, ..] => Err(Unreadable::form("the file is a workbook or an archive: save its table as CSV in UTF-8")),
        _ => Ok(0),
    }
}

/// What stands between the cells of the heading: whichever of the three it has most of outside quotation marks.
fn separator(start: &[u8]) -> u8 {
    let mut counts = [(b',', 0_u32), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| separator == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // The first of equals: a comma where there is none at all.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| *separator)
}

/// Cells as text, as many as there are headings.
fn checked(cells: &csv::ByteRecord, headings: &[String]) -> Result<Content, String> {
    let (has, wanted) = (cells.len(), headings.len());
    // Programs of spreadsheets fill rows up with empty cells.
    if has < wanted || cells.iter().skip(wanted).any(|cell| !cell.is_empty()) {
        return Err(format!("the row has {has} cells, and the heading {wanted}: is a quotation mark missing?"));
    }
    let mut texts = csv::StringRecord::with_capacity(cells.as_slice().len(), wanted);
    for (cell, heading) in cells.iter().zip(headings) {
        match std::str::from_utf8(cell) {
            Ok(text) => texts.push_field(text),
            Err(_) => return Err(format!("{heading}: the cell is not UTF-8")),
        }
    }
    Ok(Content::Cells(texts))
}

/// What a member of an object would stand under in CSV.
pub(super) fn heading(name: &str, given: &Given) -> String {
    match given {
        Given::Reference { object: Some(object), key, .. } => format!("{object}:{name}.{key}"),
        Given::Reference { object: None, key, .. } => format!("{name}.{key}"),
        Given::Scalar(_) | Given::Children(_) => name.to_owned(),
    }
}

fn object(bytes: &[u8]) -> Result<Incoming, String> {
    if bytes.first() != Some(&b'{') {
        return Err("it is no JSON object".to_owned());
    }
    Incoming::parse(bytes).map_err(|error| error.message().to_owned())
}

fn too_long(error: csv::Error, row: u64) -> Unreadable {
    match error.into_kind() {
        csv::ErrorKind::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<TooLong>()) => longer(row),
        csv::ErrorKind::Io(error) => Unreadable::Io(error),
        _ => Unreadable::form(format!("row {row} is no CSV")),
    }
}

fn longer(row: u64) -> Unreadable {
    let which = if row == 0 { "the heading".to_owned() } else { format!("row {row}") };
    Unreadable::form(format!("{which} is longer than {} MiB: is a quotation mark missing?", LONGEST_ROW >> 20))
}

/// Gives no more bytes than are allowed for a row.
struct Allowed {
    input: Box<dyn Read + Send>,
    left: Arc<AtomicUsize>,
}

#[derive(Debug, thiserror::Error)]
#[error("a row is too long")]
struct TooLong;

impl Read for Allowed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.load(Ordering::Relaxed);
        if left == 0 {
            return Err(io::Error::other(TooLong));
        }
        let most = buffer.len().min(left);
        let count = self.input.read(&mut buffer[..most])?;
        self.left.store(left - count, Ordering::Relaxed);
        Ok(count)
    }
}

/// Where a reader of JSON is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    /// Behind `[` or `,`.
    BeforeElement,
    /// Behind an element of an array.
    BehindElement,
    /// Elements stand one after another, without an array around them.
    Lines,
    End,
}

/// The elements of an array, or values one after another, as bytes: found by their brackets and quotation marks alone, so that a bad one does
/// not hide where the next begins.
struct Elements {
    input: BufReader<Box<dyn Read + Send>>,
    place: Place,
}

impl Elements {
    fn next(&mut self, number: u64) -> Result<Option<Vec<u8>>, Unreadable> {
        loop {
            let Some(byte) = self.peek()? else {
                return match self.place {
                    Place::Start | Place::Lines | Place::End => Ok(None),
                    Place::BeforeElement | Place::BehindElement => Err(Unreadable::form("the file ends within its array")),
                };
            };
            match (self.place, byte) {
                (_, b' ' | b'\t' | b'\r' | b'\n') => self.input.consume(1),
                (Place::Start, b'[') => {
                    self.input.consume(1);
                    self.place = Place::BeforeElement;
                }
                (Place::Start, b'{') => self.place = Place::Lines,
                (Place::Start, _) => return Err(Unreadable::form("the file is no JSON: an array of objects, or an object a line")),
                (Place::BeforeElement | Place::BehindElement, b']') => {
                    self.input.consume(1);
                    self.place = Place::End;
                }
                (Place::BehindElement, b',') => {
                    self.input.consume(1);
                    self.place = Place::BeforeElement;
                }
                (Place::BehindElement, _) => return Err(Unreadable::form(format!("behind row {} there is neither , nor ]", number - 1))),
                (Place::BeforeElement | Place::Lines, _) => {
                    let bytes = self.element(number)?;
                    if self.place == Place::BeforeElement {
                        self.place = Place::BehindElement;
                    }
                    return Ok(Some(bytes));
                }
                (Place::End, _) => return Err(Unreadable::form("there is something behind the array")),
            }
        }
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    /// The bytes of one element: up to its last bracket, or where what has none ends.
    fn element(&mut self, number: u64) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = Vec::new();
        let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                // It is said of the row what is wrong with it.
                return Ok(bytes);
            }
            let mut taken = 0;
            let mut ended = false;
            for byte in buffer {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' => quoted = !quoted,
                    _ if quoted => {}
                    b'{' | b'[' => depth += 1,
                    b',' | b']' | b'}' | b'\n' if depth == 0 => {
                        ended = true;
                        break;
                    }
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                taken += 1;
                if depth == 0 && !quoted && matches!(byte, b'}' | b']') {
                    ended = true;
                    break;
                }
            }
            // What can begin nothing is an element of its own: reading goes on behind it.
            let stuck = ended && taken == 0 && bytes.is_empty();
            let taken = if stuck { 1 } else { taken };
            bytes.extend_from_slice(&buffer[..taken]);
            self.input.consume(taken);
            if bytes.len() > LONGEST_ROW {
                return Err(longer(number));
            }
            if ended {
                return Ok(bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn open(bytes: impl Into<Vec<u8>>, shape: Shape) -> Result<RowReader, Unreadable> {
        RowReader::open(Cursor::new(bytes.into()), shape)
    }

    /// Rows as their cells with a bar between, or their trouble.
    fn csv(bytes: impl Into<Vec<u8>>) -> Vec<String> {
        let mut reader = open(bytes, Shape::Csv).expect("a heading");
        let mut rows = vec![reader.headings().join("|")];
        while let Some(row) = reader.read().expect("it can be read") {
            let text = match row.content {
                Ok(Content::Cells(cells)) => cells.iter().collect::<Vec<_>>().join("|"),
                Ok(Content::Object(_)) => unreachable!("it is no JSON"),
                Err(trouble) => format!("! {trouble}"),
            };
            rows.push(format!("{} {text}", row.number));
        }
        rows
    }

    fn json(bytes: impl Into<Vec<u8>>) -> Result<Vec<String>, String> {
        let read = |bytes| -> Result<Vec<String>, Unreadable> {
            let mut reader = open(bytes, Shape::Json)?;
            let mut rows = Vec::new();
            while let Some(row) = reader.read()? {
                rows.push(match row.content {
                    Ok(Content::Object(object)) => object.fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("|"),
                    Ok(Content::Cells(_)) => unreachable!("it is no CSV"),
                    Err(_) => "!".to_owned(),
                });
            }
            Ok(rows)
        };
        read(bytes.into()).map_err(|error| error.to_string())
    }

    #[test]
    fn files_of_spreadsheets_are_read() {
        let expected = ["Name|Worth, in €", "1 Ruiz, \"Ana\"|12", "2 two\nlines|"];
        assert_eq!(csv("\u{feff}Name,\"Worth, in €\"\r\n\"Ruiz, \"\"Ana\"\"\",12\r\n\"two\nlines\",\r\n"), expected);
        assert_eq!(csv("Name;\"Worth, in €\"\n\"Ruiz, \"\"Ana\"\"\";12\n\n;\n\"two\nlines\";;;"), {
            let mut rows = expected.map(str::to_owned);
            // The blank row is one of the file's all the same.
            rows[2] = rows[2].replacen('2', "3", 1);
            rows
        });
        assert_eq!(csv("A\tB\n1\t2"), ["A|B", "1 1|2"]);
    }

    #[test]
    fn what_is_wrong_with_a_row_is_that_rows_trouble() {
        let rows = csv(&b"A,B\n1\n1,2,3\n\xFF,2\nx\0y,2\n"[..]);
        assert_eq!(
            rows[1..],
            [
                "1 ! the row has 1 cells, and the heading 2: is a quotation mark missing?",
                "2 ! the row has 3 cells, and the heading 2: is a quotation mark missing?",
                "3 ! A: the cell is not UTF-8",
                "4 x\0y|2"
            ]
        );
        assert_eq!(
            json(r#"[{"A":1,"B":{"C":2}}, 5, {"A":}, {"A":1,"a":2}, {"x":"]}\""}, {"A":[1]}]"#),
            Ok(["A|B", "!", "!", "!", "x", "!"].map(str::to_owned).to_vec())
        );
        assert_eq!(json(&b"{\"A\":1}\n{\"A\":\"\xFF\"}{\"B\":2}\n"[..]), Ok(["A", "!", "B"].map(str::to_owned).to_vec()));
        let deep = format!("[{{\"A\":{}1{}}},{{\"B\":2}}]", "{\"A\":".repeat(100_000), "}".repeat(100_000));
        assert_eq!(json(deep), Ok(vec!["!".to_owned(), "B".to_owned()]));
    }

    #[test]
    fn what_is_no_such_file_is_said() {
        assert_eq!(open("", Shape::Csv).unwrap_err().to_string(), "the file is empty: the first row of CSV is its heading");
        assert!(open(&b"\xFF\xFEA\0"[..], Shape::Csv).unwrap_err().to_string().starts_with("the file is UTF-16"));
        assert!(open(&b"PK\x03\x04"[..], Shape::Csv).unwrap_err().to_string().contains("workbook"));
        assert_eq!(json("hello"), Err("the file is no JSON: an array of objects, or an object a line".to_owned()));
        assert_eq!(json("[{}"), Err("the file ends within its array".to_owned()));
        assert_eq!(json("[{} {}]"), Err("behind row 1 there is neither , nor ]".to_owned()));
        assert_eq!(json(""), Ok(Vec::new()));
    }

    #[test]
    fn a_row_without_end_is_given_up() {
        let endless = io::Read::chain(&b"A\n\"x"[..], io::repeat(b'y'));
        let mut reader = RowReader::open(endless, Shape::Csv).expect("a heading");
        assert_eq!(reader.read().unwrap_err().to_string(), "row 1 is longer than 16 MiB: is a quotation mark missing?");
        let endless = io::Read::chain(&b"[{\""[..], io::repeat(b'y'));
        let error = RowReader::open(endless, Shape::Json).unwrap_err();
        assert_eq!(error.to_string(), "row 1 is longer than 16 MiB: is a quotation mark missing?");
    }

    proptest! {
        #[test]
        fn whatever_bytes_come_they_end(bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'{'), Just(b'"'), Just(b','), Just(b'['), Just(b']'), Just(b'\n')], 0..200)) {
            for shape in [Shape::Csv, Shape::Json] {
                let Ok(mut reader) = open(bytes.clone(), shape) else { continue };
                let mut rows = 0;
                while let Ok(Some(_)) = reader.read() {
                    rows += 1;
                    prop_assert!(rows <= bytes.len());
                }
            }
        }
    }
}
