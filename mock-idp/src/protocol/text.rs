//! Texts of requests, as reasons and answers say them.

/// Longest value of a parameter, in bytes.
pub(crate) const LONGEST: usize = 4096;

/// Quoted input in a reason stays short.
pub(crate) fn shorten(text: &str) -> String {
    const SHOWN: usize = 120;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain("…".chars()).collect()
}

/// RFC 6749 4.1.2.1: error_description is printable ASCII without quote and backslash.
pub(crate) fn describable(reason: &str) -> String {
    let allowed = |letter: char| match letter {
        '"' => '\'',
        ' '..='~' if letter != '\\' => letter,
        _ => '?',
    };
    shorten(&reason.chars().map(allowed).collect::<String>()).replace('…', "...")
}

/// A reason, as a page says it.
pub(crate) fn as_a_sentence(reason: &str) -> String {
    let mut letters = reason.trim_end_matches('.').chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}

/// The end of a sentence on what is not there.
pub(crate) fn meant(nearest: &str) -> String {
    if nearest.is_empty() { String::new() } else { format!("; did you mean {nearest:?}?") }
}
