//! What others sent, as a report may show it: it steers no terminal, and is something that XML can hold.

/// The same on one line, with a mark for every letter that nobody sees.
pub(crate) fn visible(text: &str) -> String {
    let is_none = |letter: char| letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}');
    text.chars().map(|letter| if is_none(letter) { char::REPLACEMENT_CHARACTER } else { letter }).collect()
}
