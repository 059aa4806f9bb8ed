//! The people of the scenarios, by the names that steps use.

use std::{convert::Infallible, fmt, str::FromStr};

use cucumber::Parameter;

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
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let key = match text.to_ascii_lowercase() {
            name if name.ends_with("stranger") => "stranger".to_owned(),
            name => name.replace(" of ", "-"),
        };
        Ok(Self { key })
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}
