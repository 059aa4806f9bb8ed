//! The people of the scenarios, by the names that steps use.

use std::{collections::BTreeSet, fmt, str::FromStr, sync::LazyLock};

use anyhow::bail;
use cucumber::Parameter;

use crate::runner::did_you_mean;

/// Whom KaseyaOne does not know.
const UNKNOWN_TO_KASEYAONE: [&str; 2] = ["stranger", "nobody"];

/// Everybody who can act: the people of the fixtures, and whom KaseyaOne does not know.
static KEYS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let people = fixtures::embedded().people.into_iter().map(|person| person.key);
    people.chain(UNKNOWN_TO_KASEYAONE.map(str::to_owned)).collect()
});

/// Somebody who acts in a scenario.
#[derive(Clone, Debug, Eq, Ord, Parameter, PartialEq, PartialOrd)]
#[param(name = "person", regex = "[A-Z][a-z]+(?: of Contoso)?|[Aa] stranger|[Tt]he stranger")]
pub struct Who {
    key: String,
}

impl Who {
    /// The administrator who looks things up.
    pub fn mona() -> Self {
        Self { key: "mona".into() }
    }

    /// Somebody nobody knows.
    pub fn stranger() -> Self {
        Self { key: "stranger".into() }
    }

    /// The key of the fixture.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl FromStr for Who {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let key = match text.to_ascii_lowercase() {
            name if name.ends_with("stranger") => "stranger".to_owned(),
            name => name.replace(" of ", "-"),
        };
        if !KEYS.contains(&key) {
            let named: Vec<String> = KEYS.iter().map(|key| named(key)).collect();
            bail!("there is no {text}{}", did_you_mean(text, named.iter().map(String::as_str)));
        }
        Ok(Self { key })
    }
}

/// A key of the fixtures as steps write it: `sam-contoso` is Sam of Contoso.
fn named(key: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect::<String>())
            .unwrap_or_default()
    };
    key.split('-').map(capital).collect::<Vec<_>>().join(" of ")
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_not_in_the_fixtures_is_told_whom_they_are_like() {
        let told = |name: &str| name.parse::<Who>().map(|who| who.key).map_err(|error| error.to_string());
        assert_eq!(told("Dana"), Ok("dana".into()));
        assert_eq!(told("Sam of Contoso"), Ok("sam-contoso".into()));
        assert_eq!(told("The stranger"), Ok("stranger".into()));
        assert_eq!(told("Danna"), Err("there is no Danna; did you mean 'Dana'?".into()));
        assert_eq!(
            told("Sam of Contosso"),
            Err("there is no Sam of Contosso; did you mean 'Sam of Contoso'?".into())
        );
        assert_eq!(told("Xylophon"), Err("there is no Xylophon".into()));
    }
}
