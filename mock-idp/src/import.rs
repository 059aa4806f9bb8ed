//! Configurations of other test providers, read and written anew as one of this provider's. Text in, text out: it opens
//! no file. What cannot be carried over stands in comments; nothing is dropped in silence.

mod draft;
mod keycloak;
mod navikt;
mod oidc_provider_mock;
mod person;

use crate::config::{Config, ConfigError, ConfigFormat};

/// Whose configuration it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportFormat {
    /// `JSON_CONFIG` of navikt/mock-oauth2-server.
    Navikt,
    /// The file that geigerzaehler/oidc-provider-mock takes as `--user-claims-file`.
    OidcProviderMock,
    /// The export of a Keycloak realm.
    Keycloak,
}

/// A configuration in TOML, made of another provider's; `file` is what errors call that one.
///
/// ```
/// use mock_idp::{ConfigFormat, ImportFormat, MockIdpBuilder, import};
/// let config = import(ImportFormat::OidcProviderMock, "- sub: alice\n  groups: [staff]\n", "users.yaml").unwrap();
/// assert!(config.contains("subject = \"alice\""));
/// MockIdpBuilder::from_config(&config, ConfigFormat::Toml).expect("what is printed is accepted");
/// ```
pub fn import(format: ImportFormat, text: &str, file: &str) -> Result<String, ConfigError> {
    let drafted = match format {
        ImportFormat::Navikt => navikt::draft(text),
        ImportFormat::OidcProviderMock => oidc_provider_mock::draft(text),
        ImportFormat::Keycloak => keycloak::draft(text),
    };
    drafted
        .and_then(|draft| accepted(draft.render(format)))
        .map_err(|error| ConfigError { file: file.to_owned(), ..error })
}

/// What would not be accepted is not printed either.
fn accepted(config: String) -> Result<String, ConfigError> {
    match Config::parse(&config, ConfigFormat::Toml, "", &fixtures::embedded()) {
        Ok(_) => Ok(config),
        Err(ConfigError { sentence, remedy, .. }) => {
            Err(refused(None, format!("cannot be carried over: {sentence}"), &remedy))
        }
    }
}

impl ImportFormat {
    fn command(self) -> &'static str {
        match self {
            Self::Navikt => "navikt",
            Self::OidcProviderMock => "oidc-provider-mock",
            Self::Keycloak => "keycloak",
        }
    }
}

/// An error whose file is put in later.
fn refused(line: Option<usize>, sentence: impl Into<String>, remedy: &str) -> ConfigError {
    ConfigError { file: String::new(), line, sentence: sentence.into(), remedy: remedy.to_owned() }
}

/// What serde_json found.
fn from_json(error: &serde_json::Error, remedy: &str) -> ConfigError {
    let message = error.to_string();
    let message = match message.split(" at line ").next().unwrap_or(&message) {
        _ if error.is_eof() => "the file ends before it has said everything".to_owned(),
        message => match message.split_once(", expected struct ") {
            Some((found, _)) => format!("{found}, expected an object"),
            None => message.replace('`', "\""),
        },
    };
    refused(Some(error.line()).filter(|line| *line > 0), message, remedy)
}
