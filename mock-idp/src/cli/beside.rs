//! A command with a provider beside it: what it finds in its environment.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use mock_idp::MockIdp;
use tokio::process::Command;

/// The command, which finds the provider in its environment; `authority` is the file with the provider's certificate.
pub(crate) fn command(
    words: &[OsString],
    idp: &MockIdp,
    authority: Option<&AuthorityFile>,
) -> std::io::Result<Command> {
    let (program, arguments) = words.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("MOCK_IDP_ISSUER", idp.issuer())
        .env("MOCK_IDP_CONTROL", idp.control_url())
        .env("OIDC_ISSUER", idp.issuer())
        .env_remove("OIDC_CLIENT_ID")
        .env_remove("OIDC_CLIENT_SECRET");
    if let Some(key) = idp.control_key() {
        command.env("MOCK_IDP_CONTROL_KEY", key);
    }
    if let Some(AuthorityFile(authority)) = authority {
        command.env("MOCK_IDP_CA_FILE", authority);
        // Node.js takes it beside those it knows. What replaces all that a program trusts is for the command to set.
        if std::env::var_os("NODE_EXTRA_CA_CERTS").is_none() {
            command.env("NODE_EXTRA_CA_CERTS", authority);
        }
    }
    // The client under test, or the first one that can be one.
    let clients = idp.clients().list();
    let usual = clients.iter().find(|client| client.id == "kaseya-mdr");
    let client = usual.or_else(|| clients.iter().find(|client| client.secret.is_some())).or(clients.first());
    if let Some(client) = client {
        command.env("OIDC_CLIENT_ID", &client.id);
        if let Some(secret) = &client.secret {
            command.env("OIDC_CLIENT_SECRET", secret);
        }
    }
    Ok(command)
}

/// Why the command was not started, and what to do.
pub(crate) fn not_started(words: &[OsString], error: &std::io::Error) -> String {
    let name = words.first().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{name:?} cannot be started: {error}; name a program that is there, after --")
}

/// The certificate of the authority for as long as commands run.
pub(crate) struct AuthorityFile(PathBuf);

impl AuthorityFile {
    /// For a provider that serves by TLS.
    pub(crate) fn of(idp: &MockIdp) -> anyhow::Result<Option<Self>> {
        let Some(pem) = idp.authority_pem() else { return Ok(None) };
        let (process, port) = (std::process::id(), idp.address().port());
        let path = std::env::temp_dir().join(format!("mock-idp-authority-{process}-{port}.pem"));
        Self::write(&path, pem)?;
        Ok(Some(Self(path)))
    }

    fn write(path: &Path, pem: &str) -> anyhow::Result<()> {
        // What is left of another process of this number is of no use any more.
        let _ = std::fs::remove_file(path);
        let written = File::create_new(path).and_then(|mut file| file.write_all(pem.as_bytes()));
        written.with_context(|| {
            format!("{} cannot be written; set TMPDIR to a folder that can be", path.display())
        })
    }
}

impl Drop for AuthorityFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
