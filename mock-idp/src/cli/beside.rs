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
    if let Some(authority) = authority {
        command.env("MOCK_IDP_CA_FILE", &authority.file).envs(authority.beside_others.iter().cloned());
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
pub(crate) struct AuthorityFile {
    file: PathBuf,
    /// Variables by which programs find whom to trust, with a file each that has this authority too.
    beside_others: Vec<(&'static str, PathBuf)>,
}

/// Node.js takes what is named here beside those it knows.
const BESIDE: &str = "NODE_EXTRA_CA_CERTS";

/// What is named here replaces all that a program trusts (OpenSSL, Requests, curl): only who has set it wants that.
const INSTEAD: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

impl AuthorityFile {
    /// For a provider that serves by TLS.
    pub(crate) fn of(idp: &MockIdp) -> anyhow::Result<Option<Self>> {
        let Some(pem) = idp.authority_pem() else { return Ok(None) };
        let (process, port) = (std::process::id(), idp.address().port());
        let path = |name: &str| std::env::temp_dir().join(format!("mock-idp-{name}-{process}-{port}.pem"));
        let mut files = Self { file: path("authority"), beside_others: Vec::new() };
        Self::write(&files.file, pem.as_bytes())?;
        for variable in INSTEAD.into_iter().chain([BESIDE]) {
            // What cannot be read is of no use to the command either.
            let others = std::env::var_os(variable).and_then(|file| std::fs::read(file).ok());
            if let Some(others) = others {
                let bundle = path(variable);
                Self::write(&bundle, &[others.trim_ascii_end(), b"\n", pem.as_bytes()].concat())?;
                files.beside_others.push((variable, bundle));
            } else if variable == BESIDE {
                files.beside_others.push((variable, files.file.clone()));
            }
        }
        Ok(Some(files))
    }

    fn write(path: &Path, pem: &[u8]) -> anyhow::Result<()> {
        // What is left of another process of this number is of no use any more.
        let _ = std::fs::remove_file(path);
        let written = File::create_new(path).and_then(|mut file| file.write_all(pem));
        written.with_context(|| {
            format!("{} cannot be written; set TMPDIR to a folder that can be", path.display())
        })
    }
}

impl Drop for AuthorityFile {
    fn drop(&mut self) {
        for file in self.beside_others.iter().map(|(_, file)| file).chain([&self.file]) {
            let _ = std::fs::remove_file(file);
        }
    }
}
