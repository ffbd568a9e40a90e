//! What is printed: a line a figure, its baseline beside it.

/// One line.
#[derive(Debug)]
pub(crate) struct Figure {
    /// Its name.
    pub(crate) what: String,
    /// What was measured.
    pub(crate) ours: String,
    /// What it is held against, measured in the same run; `-` for a figure that is absolute.
    pub(crate) baseline: String,
    /// Ours over the baseline, or ours.
    pub(crate) figure: String,
    /// What is asked for.
    pub(crate) asked: String,
    /// Whether it is met.
    pub(crate) met: bool,
    /// What limits it, as perf, heaptrack and strace showed in a release build on two processors. Shares of the volume's appending are those of
    /// the whole measurement, which is one process; the others are the server's.
    pub(crate) limit: &'static str,
}

const HEAD: [&str; 6] = ["what", "ours", "baseline", "figure", "asked", "limited by"];

/// The table, with the load of the machine: figures taken beside other work are worth less.
pub(crate) fn render(figures: &[Figure]) -> String {
    let rows: Vec<[String; 6]> = std::iter::once(HEAD.map(str::to_owned))
        .chain(figures.iter().map(|f| {
            let asked = format!("{} {}", f.asked, if f.met { "met" } else { "MISSED" });
            [f.what.clone(), f.ours.clone(), f.baseline.clone(), f.figure.clone(), asked, f.limit.to_owned()]
        }))
        .collect();
    let widths: Vec<usize> = (0..HEAD.len()).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0)).collect();
    let mut text = String::from("\n");
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    let processors = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    text.push_str(&format!("\nload {load} on {processors} processors, shared by server, baseline, database and load generator\n"));
    text
}

/// The middle one.
pub(crate) fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}
