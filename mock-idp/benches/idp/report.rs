//! What was measured, what was wanted, and the table and the file that say so.

use std::path::Path;

use anyhow::Context as _;
use serde_json::{Value, json};

/// What a value must be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    Below(f64),
    /// Printed to explain the others.
    Nothing,
}

impl Bound {
    fn met_by(self, value: f64) -> Option<bool> {
        match self {
            Self::AtLeast(bound) => Some(value >= bound),
            Self::AtMost(bound) => Some(value <= bound),
            Self::Below(bound) => Some(value < bound),
            Self::Nothing => None,
        }
    }

    fn text(self) -> String {
        match self {
            Self::AtLeast(bound) => format!("≥ {}", number(bound)),
            Self::AtMost(bound) => format!("≤ {}", number(bound)),
            Self::Below(bound) => format!("< {}", number(bound)),
            Self::Nothing => String::new(),
        }
    }
}

/// One line of the table: the median of several values, or why there is none.
struct Row {
    name: String,
    unit: &'static str,
    bound: Bound,
    values: Vec<f64>,
    remark: String,
}

impl Row {
    fn verdict(&self) -> &'static str {
        match median(&self.values).map(|value| self.bound.met_by(value)) {
            None => "not measured",
            Some(None) => "",
            Some(Some(true)) => "met",
            Some(Some(false)) => "MISSED",
        }
    }
}

/// All lines so far.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

impl Report {
    /// Adds a line: its value is the median.
    pub(crate) fn add(&mut self, name: impl Into<String>, unit: &'static str, bound: Bound, values: &[f64]) {
        let remark = match values {
            [] | [_] => String::new(),
            several => {
                let smallest = several.iter().copied().fold(f64::INFINITY, f64::min);
                let largest = several.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                format!("{} to {} in {}", number(smallest), number(largest), several.len())
            }
        };
        self.push(Row { name: name.into(), unit, bound, values: values.to_vec(), remark });
    }

    /// Adds a line without a value, and says why.
    pub(crate) fn add_unmeasured(&mut self, name: impl Into<String>, bound: Bound, why: impl Into<String>) {
        self.push(Row { name: name.into(), unit: "", bound, values: Vec::new(), remark: why.into() });
    }

    fn push(&mut self, row: Row) {
        eprintln!("{}: {} {} {}", row.name, text(&row), row.bound.text(), row.verdict());
        self.rows.push(row);
    }

    /// The table; `before` is what [`Report::json`] said in an earlier run.
    pub(crate) fn table(&self, before: Option<&Value>) -> String {
        let head = ["", "measured", "before", "bound", "", "smallest to largest"].map(str::to_owned);
        let lines = self.rows.iter().map(|row| {
            let earlier = before.and_then(|before| before["rows"][&row.name]["value"].as_f64());
            [
                row.name.clone(),
                text(row),
                earlier.map(number).unwrap_or_default(),
                row.bound.text(),
                row.verdict().to_owned(),
                row.remark.clone(),
            ]
        });
        let lines: Vec<_> = std::iter::once(head).chain(lines).collect();
        let width =
            |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or_default();
        let widths: Vec<_> = (0..6).map(width).collect();
        let padded = |line: &[String; 6]| {
            let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| match column {
                1..=3 => format!("{cell:>width$}"),
                _ => format!("{cell:<width$}"),
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        lines.iter().map(padded).collect::<Vec<_>>().join("\n")
    }

    /// The same for programs, with every single value.
    pub(crate) fn json(&self) -> Value {
        let row = |row: &Row| {
            let value = json!({
                "value": median(&row.values),
                "unit": row.unit.trim(),
                "bound": row.bound.text(),
                "verdict": row.verdict(),
                "values": row.values,
                "remark": row.remark,
            });
            (row.name.clone(), value)
        };
        let processors = std::thread::available_parallelism().map(std::num::NonZero::get).ok();
        let rows: serde_json::Map<_, _> = self.rows.iter().map(row).collect();
        json!({ "processors": processors, "rows": rows })
    }

    /// Prints the table beside the values of the file, and replaces the file if the report is complete.
    pub(crate) fn publish(&self, file: Option<&Path>, complete: bool) -> anyhow::Result<()> {
        let text = file.and_then(|file| std::fs::read_to_string(file).ok());
        let before = text.and_then(|text| serde_json::from_str(&text).ok());
        println!("\n{}\n", self.table(before.as_ref()));
        let Some(file) = file.filter(|_| complete) else { return Ok(()) };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let text = serde_json::to_string_pretty(&self.json())? + "\n";
        std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))?;
        println!("Every value of every round: {}", file.display());
        Ok(())
    }

    /// Whether nothing missed its bound.
    pub(crate) fn is_met(&self) -> bool {
        self.rows.iter().all(|row| row.verdict() != "MISSED")
    }
}

fn text(row: &Row) -> String {
    median(&row.values).map(|value| format!("{}{}", number(value), row.unit)).unwrap_or_default()
}

/// As many digits as mean something.
fn number(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        _ if value.fract() == 0.0 => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The middle value; of two middle ones their mean.
pub(crate) fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    let lower = sorted.get((sorted.len() - 1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}
