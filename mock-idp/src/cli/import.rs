//! Making a configuration of another provider's. It reads one file and prints.

use std::path::PathBuf;
use std::process::ExitCode;

use mock_idp::ImportFormat;

#[derive(clap::Args)]
pub(crate) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(clap::Subcommand)]
enum From {
    /// JSON_CONFIG of navikt/mock-oauth2-server.
    Navikt {
        /// The file.
        file: PathBuf,
    },
    /// The file that oidc-provider-mock takes as --user-claims-file.
    OidcProviderMock {
        /// The file.
        file: PathBuf,
    },
    /// The export of a Keycloak realm.
    Keycloak {
        /// The file.
        file: PathBuf,
    },
}

pub(crate) fn run(import: &Import) -> anyhow::Result<ExitCode> {
    let (format, file) = match &import.from {
        From::Navikt { file } => (ImportFormat::Navikt, file),
        From::OidcProviderMock { file } => (ImportFormat::OidcProviderMock, file),
        From::Keycloak { file } => (ImportFormat::Keycloak, file),
    };
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| {
        anyhow::anyhow!("{name}: cannot be read ({error}); name a file that is there and is UTF-8 text")
    })?;
    print!("{}", mock_idp::import(format, &text, &name)?);
    Ok(ExitCode::SUCCESS)
}
