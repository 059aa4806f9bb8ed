//! The words a line of Gherkin may begin with, and which of them a misspelt one was meant to be.

/// Words that only ever start a line of Gherkin; in a description they are a misspelt keyword's victims.
const STEP_WORDS: [&str; 5] = ["Given", "When", "Then", "And", "But"];
const BLOCK_WORDS: [&str; 7] =
    ["Feature", "Background", "Rule", "Scenario", "Scenario Outline", "Examples", "Example"];
/// What opens and closes a text that runs over several lines.
pub(super) const FENCES: [&str; 2] = ["\"\"\"", "```"];

/// A line that begins with no keyword where only a keyword can stand.
pub(super) struct Stray<'t> {
    /// 1-based.
    pub(super) line: usize,
    pub(super) text: &'t str,
    /// The keyword that was probably meant.
    pub(super) meant: String,
}

/// The keyword that a line of prose looks like: its first word is one, or nearly one.
pub(super) fn keyword_like(text: &str) -> Option<String> {
    if let Some(word) = block_word_like(text) {
        return Some(format!("{word}:"));
    }
    let first = text.split_whitespace().next()?;
    let begins_like_a_step = first.chars().next().is_some_and(char::is_uppercase);
    let near = |word: &&&str| word.len() > 3 && distance(first, word) <= 1;
    STEP_WORDS.iter().find(near).filter(|_| begins_like_a_step).map(|word| (*word).to_owned())
}

fn block_word_like(text: &str) -> Option<&'static str> {
    let (head, _) = text.split_once(':')?;
    let head = head.trim();
    let near = |word: &&&str| head.len() > 3 && distance(head, word) <= 2;
    BLOCK_WORDS.iter().find(near).copied()
}

fn distance(one: &str, other: &str) -> usize {
    strsim::damerau_levenshtein(&one.to_lowercase(), &other.to_lowercase())
}

/// The first line among steps that is none of what may stand there.
pub(super) fn stray_line(text: &str) -> Option<Stray<'_>> {
    let (mut fence, mut among_steps) = (None, false);
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        let opens = FENCES.iter().find(|fence| line.starts_with(**fence));
        match (fence, opens) {
            (None, Some(_)) => fence = opens,
            (Some(open), Some(closing)) if open == closing => fence = None,
            _ => {}
        }
        let is_free = line.is_empty() || line.starts_with(['#', '@', '|']);
        if fence.is_some() || opens.is_some() || is_free {
            continue;
        }
        if is_block(line) {
            among_steps = false;
        } else if is_step(line) {
            among_steps = true;
        } else if among_steps {
            return Some(Stray { line: index + 1, text: line, meant: nearest(line) });
        }
    }
    None
}

pub(super) fn is_step(line: &str) -> bool {
    line.starts_with("* ")
        || STEP_WORDS.iter().any(|word| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(' ')))
}

pub(super) fn is_block(line: &str) -> bool {
    BLOCK_WORDS
        .iter()
        .chain(&["Scenario Template", "Scenarios"])
        .any(|word| line.strip_prefix(word).is_some_and(|rest| rest.starts_with(':')))
}

/// Whether scenarios stand above a line.
pub(super) fn is_late(text: &str, line: usize) -> bool {
    let scenario =
        |line: &str| is_block(line) && (line.starts_with("Scenario") || line.starts_with("Example"));
    text.lines().take(line.saturating_sub(1)).any(|line| scenario(line.trim()))
}

fn nearest(line: &str) -> String {
    let first = line.split_whitespace().next().unwrap_or_default();
    let step = STEP_WORDS.iter().map(|word| (distance(first, word), (*word).to_owned()));
    // The colon may be what is missing.
    let head = line.split_once(':').map_or(first, |(head, _)| head);
    let block = BLOCK_WORDS.iter().map(|word| (distance(head, word), format!("{word}:")));
    step.chain(block).min().map(|(_, word)| word).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stray(text: &str) -> Option<(usize, String)> {
        stray_line(text).map(|stray| (stray.line, stray.meant))
    }

    #[test]
    fn the_nearest_keyword_is_offered() {
        let found = |line: &str| stray(&format!("Feature: f\n  Scenario: s\n    Given a\n    {line}\n"));
        for (line, meant) in [
            ("Wehn b", "When"),
            ("Thne b", "Then"),
            ("and b", "And"),
            ("Scenaro: b", "Scenario:"),
            ("Exampels:", "Examples:"),
            ("Examples", "Examples:"),
            ("Scenario b", "Scenario:"),
        ] {
            assert_eq!(found(line), Some((4, meant.to_owned())), "{line}");
        }
    }

    #[test]
    fn descriptions_tables_texts_and_comments_are_no_strays() {
        let text = "@tag\nFeature: f\n  Prose.\n\n  Scenario: s\n    More prose.\n    Given a\n      | x |\n    # why\n    And b\n      \"\"\"\n      anything: here\n      \"\"\"\n    * c\n\n  Scenario Outline: <n>\n    Given <n>\n\n    Examples: e\n      | n |\n";
        assert_eq!(stray(text), None);
    }
}
