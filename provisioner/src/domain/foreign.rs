//! Text that came from outside, made fit to be kept and shown. It judges nothing.

/// The text without control characters, of which PostgreSQL takes no NUL, and at most so many characters of it.
pub(crate) fn printable(text: &str, longest: usize) -> String {
    text.chars().filter(|character| !is_control(*character)).take(longest).collect()
}

/// Whether a character is none that is written: a control character, or one that turns the direction of the text
/// around it (Unicode UAX 9), so that a name reads as another one.
pub(crate) fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_counted_in_characters_that_are_left() {
        assert_eq!(printable("a\u{0}\u{1b}é\u{9f}日b", 3), "aé日");
        assert_eq!(printable(" a ", 3), " a ");
        assert_eq!(printable("a\u{202e}b\u{2066}c", 9), "abc", "nothing turns the text around it");
    }
}
