//! What a form of the console says, and what the page says again after it was refused: nobody types twice.

use axum::body::Bytes;

use crate::journal::Params;

/// A form of the console.
pub(super) struct Form(Params);

impl Form {
    pub(super) fn read(body: &Bytes) -> Self {
        Self(Params::parse(&String::from_utf8_lossy(body)))
    }

    pub(super) fn text(&self, name: &str) -> &str {
        self.0.first(name).unwrap_or_default().trim()
    }

    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, String> {
        let text = self.text(name);
        text.parse().map_err(|_| format!("{text:?} is not a number that fits {name}"))
    }
}

/// What was typed into the form that was refused, if one was.
#[derive(Clone, Copy, Default)]
pub(super) struct Typed<'a>(Option<&'a Form>);

impl<'a> Typed<'a> {
    pub(super) fn into(form: &'a Form) -> Self {
        Self(Some(form))
    }

    /// Only what a form about this person or client said.
    pub(super) fn about(self, key: &str) -> Self {
        let is_about = |form: &&Form| ["person", "client"].iter().any(|name| form.text(name) == key);
        Self(self.0.filter(is_about))
    }

    /// Only what a form with this field said.
    pub(super) fn with(self, field: &str) -> Self {
        Self(self.0.filter(|form| form.0.first(field).is_some()))
    }

    /// Only if this is so.
    pub(super) fn only(self, so: bool) -> Self {
        Self(self.0.filter(|_| so))
    }

    pub(super) fn is_there(self) -> bool {
        self.0.is_some()
    }

    /// What stands in a field: what was typed there, or what stands there otherwise.
    pub(super) fn or(self, field: &str, otherwise: &'a str) -> &'a str {
        self.0.and_then(|form| form.0.first(field)).unwrap_or(otherwise)
    }
}
