//! The transcript of a scenario: what was exchanged, what was decided, what is stored now that was not before,
//! what the audit says. One text, the same bytes on every database, in any order, at any concurrency.
//!
//! It judges nothing.

use anyhow::Result;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use regex::{Captures, Regex};
use serde_json::Value;
use std::{fmt::Write as _, sync::LazyLock};

use crate::{driver::clock::START, world::stage::Stage};

mod entities;
mod exchanges;
mod scanner;
mod symbols;

use symbols::Symbols;

/// Writes the transcript of a scenario in which every step passed.
///
/// # Errors
/// When it holds something that differs from run to run.
pub async fn write(stage: &Stage) -> Result<String> {
    let text = told(stage, &stage.sut.census().await?);
    scanner::check(&text)?;
    Ok(text)
}

/// Writes what can be told of a scenario that is compared with nothing.
pub fn write_unreviewed(stage: &Stage) -> String {
    told(stage, &Value::Null)
}

/// Writes what can be told of a scenario that failed. It is compared with nothing, so it is not refused when it
/// holds what differs from run to run, nor when the stored entities cannot be read any longer.
pub async fn write_so_far(stage: &Stage) -> String {
    let mut notes = Vec::new();
    if !stage.has_begun() {
        notes.push(
            "   it failed before its first When: everything since the programs were started".to_owned(),
        );
    }
    let census = stage.sut.census().await.unwrap_or_else(|error| {
        notes.push(format!("   the stored entities cannot be read: {error:#}"));
        stage.census_before().clone()
    });
    let mut text = String::new();
    if !notes.is_empty() {
        section(&mut text, "what this is", &notes);
    }
    text + &told(stage, &census)
}

fn told(stage: &Stage, census: &Value) -> String {
    let mut symbols = Symbols::default();
    let before = stage.census_before();
    entities::learn(census, &mut symbols);
    entities::learn(before, &mut symbols);
    let change = entities::difference(before, census);
    let mut text = String::new();
    section(&mut text, "exchanges", &exchanges::lines(stage, &mut symbols));
    // Nobody looks into another product.
    if stage.sut.product().is_none() {
        section(&mut text, "decision", &entities::records(&change));
        section(&mut text, "database", &entities::lines(&change));
        section(&mut text, "audit", &entities::audit(&change));
    }
    section(&mut text, "faults", &faults(stage));
    visible(&symbols.replace(&logical(stage, &text)))
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "── {title}: none");
        return;
    }
    let _ = writeln!(text, "── {title}");
    for line in lines {
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

fn faults(stage: &Stage) -> Vec<String> {
    stage.faults().iter().map(|fault| format!("   {} struck", fault.fault())).collect()
}

/// Logical names for hosts, and times as the distance from the beginning.
fn logical(stage: &Stage, text: &str) -> String {
    static TIME: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
            .expect("the pattern is a literal")
    });
    static DAY: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b\d{4}-\d\d-\d\d\b").expect("the pattern is a literal"));
    let mut text = text.to_owned();
    for (address, name) in stage.hosts() {
        text = text.replace(&address, &name);
        // What a provider can make of its own address to be almost the same.
        text = text.replace(&address.replace("127.0.0.1", "localhost"), &format!("{name}-elsewhere"));
        text = text.replace(&address.replace("127.0.0.1:", "127.0.0.1:0"), &format!("{name}-other-port"));
        text = text.replace(&address.to_uppercase(), &name.to_uppercase());
    }
    let since = |found: &Captures<'_>| found[0].parse().map_or_else(|_| found[0].to_owned(), offset);
    let text = TIME.replace_all(&text, since);
    // Only days that people named are left.
    let day = |found: &Captures<'_>| found[0].parse().map_or_else(|_| found[0].to_owned(), days);
    DAY.replace_all(&text, day).into_owned()
}

/// Every control character but the end of a line as an escape, so that a reviewed file holds what a reviewer sees.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' {
            visible.extend(character.escape_unicode());
        } else {
            visible.push(character);
        }
    }
    visible
}

/// A time as the distance from the beginning of the scenario, in seconds.
fn offset(at: Timestamp) -> String {
    let seconds = at.as_second() - START.as_second();
    if seconds < 0 { format!("T{seconds}s") } else { format!("T+{seconds}s") }
}

/// A day as the distance from the one on which the scenario begins.
fn days(day: Date) -> String {
    let first = START.to_zoned(TimeZone::UTC).date();
    format!("T{:+}d", day.duration_since(first).as_hours() / 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_told_as_its_distance_from_the_first() {
        assert_eq!(days(jiff::civil::date(2030, 1, 11)), "T+10d");
        assert_eq!(days(jiff::civil::date(2029, 12, 31)), "T-1d");
        assert_eq!(days(jiff::civil::date(2030, 1, 1)), "T+0d");
    }

    #[test]
    fn control_characters_are_told_as_escapes_and_lines_stay_lines() {
        assert_eq!(
            visible("sub=k1\0 a\tb\r\u{1b}[1m\u{85}\nü…"),
            "sub=k1\\u{0} a\\u{9}b\\u{d}\\u{1b}[1m\\u{85}\nü…"
        );
    }
}
