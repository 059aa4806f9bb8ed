//! Text that came from outside, made fit to be kept and shown. It judges nothing.

/// The text without control characters, of which PostgreSQL takes no NUL, and at most so many characters of it.
pub(crate) fn printable(text: &str, longest: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(longest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_counted_in_characters_that_are_left() {
        assert_eq!(printable("a\u{0}\u{1b}é\u{9f}日b", 3), "aé日");
        assert_eq!(printable(" a ", 3), " a ");
    }
}
