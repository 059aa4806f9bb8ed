//! What the address of a list asks for. What cannot be read is left out and told at the top of the page: a list never
//! shows something else than was asked for without saying so.

use super::notices::alert;
use super::views::shell::Notice;
use crate::domain::foreign::printable;

/// Longest text that is told back, in characters.
const LONGEST_ECHO: usize = 40;

/// The parts of an address that were left out, each as a sentence that says what is shown instead.
#[derive(Debug, Default)]
pub(crate) struct LeftOut(Vec<String>);

impl LeftOut {
    /// What a text names, or nothing. `told` makes the sentence about a text that names nothing, which it is given in
    /// quotation marks.
    pub(crate) fn read<T>(
        &mut self,
        text: Option<&str>,
        parse: impl FnOnce(&str) -> Option<T>,
        told: impl FnOnce(&str) -> String,
    ) -> Option<T> {
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        let value = parse(text);
        if value.is_none() {
            self.0.push(told(&format!("“{}”", printable(text, LONGEST_ECHO))));
        }
        value
    }

    /// The page a text names, else the first.
    pub(crate) fn page(&mut self, text: Option<&str>) -> u32 {
        let parse = |text: &str| text.parse().ok().filter(|page| *page > 0);
        let told = |text: &str| format!("The first page is shown: {text} is not the number of a page.");
        self.read(text, parse, told).unwrap_or(1)
    }

    /// Whether a page is beyond the last, which is told, because the last is shown then.
    pub(crate) fn is_beyond(&mut self, page: u32, pages: u32) -> bool {
        let is_beyond = page > pages;
        if is_beyond {
            self.0.push(format!("The last page is shown: there is no page {page}."));
        }
        is_beyond
    }

    /// What to say of it at the top of the page.
    pub(crate) fn notice(self) -> Option<Notice> {
        (!self.0.is_empty()).then(|| alert(self.0.join(" ")))
    }
}

/// The title of a list, with what tells this view of it from others.
pub(crate) fn title<'a>(name: &str, view: impl IntoIterator<Item = &'a str>, page: u32) -> String {
    let mut parts: Vec<_> = view.into_iter().filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if page > 1 {
        parts.push(format!("page {page}"));
    }
    if parts.is_empty() { name.to_owned() } else { format!("{name}: {}", parts.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: Option<&str>) -> (u32, Option<String>) {
        let mut left_out = LeftOut::default();
        (left_out.page(text), left_out.notice().map(|notice| notice.text))
    }

    #[test]
    fn what_names_no_page_is_the_first_and_is_told() {
        for (text, expected) in [(None, 1), (Some(""), 1), (Some(" 7 "), 7)] {
            assert_eq!(page(text), (expected, None), "{text:?}");
        }
        for text in ["-1", "0", "abc", "99999999999"] {
            let told = format!("The first page is shown: “{text}” is not the number of a page.");
            assert_eq!(page(Some(text)), (1, Some(told)));
        }
    }

    #[test]
    fn a_long_text_is_told_in_part() {
        let (_, told) = page(Some(&"x".repeat(10_000)));
        assert!(told.unwrap().len() < 200);
    }
}
