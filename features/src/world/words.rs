//! The words of steps that stand for something: toggles, on and off, what can be assigned.

use std::str::FromStr;

use anyhow::bail;
use cucumber::Parameter;

use crate::driver::{Assignment, Toggle};

/// A toggle by the label that the page gives it.
#[derive(Clone, Copy, Debug, Parameter)]
#[param(
    name = "toggle",
    regex = "\"(?:Allow Users to Log in with KaseyaOne|Require Login with KaseyaOne|Enable Automatic User Creation)\""
)]
pub struct ToggleWord(pub Toggle);

impl FromStr for ToggleWord {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let label = text.trim_matches('"');
        let toggles = [Toggle::Allow, Toggle::Require, Toggle::Create];
        match toggles.into_iter().find(|toggle| toggle.label() == label) {
            Some(toggle) => Ok(Self(toggle)),
            None => bail!("there is no toggle {label:?}"),
        }
    }
}

/// `on` or `off`.
#[derive(Clone, Copy, Debug, Eq, Parameter, PartialEq)]
#[param(name = "state", regex = "on|off")]
pub struct OnOff(pub bool);

impl FromStr for OnOff {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text == "on"))
    }
}

/// A kind of thing that can be assigned.
#[derive(Clone, Copy, Debug, Parameter)]
#[param(name = "kind", regex = "capability|access group|organization")]
pub struct Kind(pub Assignment);

impl FromStr for Kind {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(match text {
            "capability" => Assignment::Capabilities,
            "access group" => Assignment::Groups,
            _ => Assignment::Organizations,
        }))
    }
}

/// `on` or `off`.
pub fn on_off(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
